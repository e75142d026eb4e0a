"""Holds: an org under a legal hold deletes nothing that somebody might ask for in court."""

import time

from cadre.infra.database import Work
from cadre.trust.privacy.errors import OnHold
from cadre.trust.privacy.schemas import Hold
from cadre.trust.privacy.store import HoldStore


class Holds:
    """The legal holds of all orgs."""

    async def get(self, work: Work) -> Hold | None:
        row = await HoldStore(work).get()
        if row is None:
            return None
        return Hold(reason=row.reason, since=row.since, set_by=row.set_by)

    async def put(self, work: Work, reason: str) -> Hold:
        """Keep everything from now on."""
        now = time.time()
        await HoldStore(work).put(reason, now)
        return Hold(reason=reason, since=now, set_by=work.scope.principal.id)

    async def lift(self, work: Work) -> None:
        """Let data go again; nothing happens if there is no hold."""
        await HoldStore(work).delete()


async def require_no_hold(work: Work) -> None:
    """Raise `OnHold` if the work's org must keep everything."""
    row = await HoldStore(work).get()
    if row is not None:
        raise OnHold(
            f"A legal hold is on: {row.reason} Nothing is deleted until it is lifted, "
            "with `DELETE /api/v1/data/hold`."
        )
