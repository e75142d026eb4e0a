"""How long the audit log is kept. What remains begins at a sealed checkpoint and is still proved."""

from sqlalchemy import ColumnElement, bindparam, func, select

from cadre.infra.database import Work
from cadre.trust.audit.service import Audit
from cadre.trust.audit.tables import audit_events
from cadre.trust.privacy import DAY_SECONDS, DataClass, Expired, Held, counted

_OLDEST = select(func.min(audit_events.c.at)).where(audit_events.c.org_id == bindparam("org"))


class AuditRetained:
    """Events from the beginning of the chain."""

    about = DataClass(
        "audit",
        "Audit log",
        "Who did what, with names and addresses. What is left can still be verified.",
        730,
        least=30,
        batch=10_000,
    )

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    async def held(self, work: Work) -> Held:
        oldest = select(func.min(audit_events.c.at)).where(_mine(work))
        rows = await counted(work, audit_events, _mine(work))
        return Held(rows, (await work.connection.execute(oldest)).scalar_one())

    async def due(self, work: Work, before: float) -> int:
        return await counted(work, audit_events, _mine(work) & (audit_events.c.at < before))

    async def expire(self, work: Work, before: float, most: int) -> Expired:
        """At most `most`. Each time leaves a checkpoint for good, so it waits for a day of events."""
        oldest = (await work.connection.execute(_OLDEST, {"org": work.scope.org})).scalar_one()
        if oldest is None or oldest > before - DAY_SECONDS:
            return Expired(0)
        return Expired(await self._audit.forget(work, await _end(work, before, most)))


async def _end(work: Work, before: float, most: int) -> float:
    """The time of the first event beyond `most`, if that is older than `before`."""
    query = select(audit_events.c.at).where(_mine(work)).order_by(audit_events.c.seq)
    found = await work.connection.execute(query.offset(most).limit(1))
    beyond = found.scalar_one_or_none()
    return before if beyond is None else min(before, beyond)


def _mine(work: Work) -> ColumnElement[bool]:
    return audit_events.c.org_id == work.scope.org
