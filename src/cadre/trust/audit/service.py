"""Audit: reading the log, proving that it is whole, and forgetting its oldest part."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import orjson

from cadre.infra.database import Database, Work
from cadre.kernel.errors import Invalid
from cadre.kernel.paging import Page
from cadre.kernel.scope import Scope
from cadre.kernel.values import is_object
from cadre.trust.audit.schemas import AuditEvent, AuditFilter, Verification
from cadre.trust.audit.seal import Seal
from cadre.trust.audit.store import AuditStore, Checkpoint
from cadre.trust.audit.verifying import verify

_EXPORT_PAGE = 1_000


class Audit:
    """The audit logs of all orgs, each for itself."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    async def search(
        self, work: Work, wanted: AuditFilter, cursor: str | None, limit: int
    ) -> Page[AuditEvent]:
        """The newest first."""
        if cursor is not None and not (cursor.isdecimal() and len(cursor) < 19):
            raise Invalid("`cursor` is not one of ours: send the `next` of a page.", field="cursor")
        before = None if cursor is None else int(cursor)
        rows = await AuditStore(work).search(wanted, before, limit + 1)
        items = [_event(row) for row in rows[:limit]]
        return Page(items=items, next=str(items[-1].seq) if len(rows) > limit else None)

    async def actions(self, work: Work) -> list[str]:
        """Every action that the log knows."""
        return await AuditStore(work).actions()

    async def verify(self, work: Work) -> Verification:
        """Whether the log is as it was written."""
        return await verify(work, self._seal)

    async def export(
        self, database: Database, scope: Scope, wanted: AuditFilter | None = None
    ) -> AsyncGenerator[bytes]:
        """What fits as lines of JSON, the oldest first, as many at once as are read; else all."""
        only = wanted or AuditFilter()
        seq = 0
        while True:
            # No transaction stays open while a slow reader takes its time.
            async with database.read(scope) as work:
                rows = await AuditStore(work).matching(only, seq, _EXPORT_PAGE)
            if not rows:
                return
            yield b"".join(_line(row) for row in rows)
            seq = rows[-1]["seq"]

    async def forget(self, work: Work, before: float) -> int:
        """Delete events from the beginning up to the first that is as new as `before`.

        What remains begins at a sealed checkpoint, so it can be verified as before; so can what
        comes after everything was deleted. Returns how many events were deleted.
        """
        store = AuditStore(work)
        last = await store.last_before(before)
        if last is None:
            return 0
        seq, hash_ = last
        seal = self._seal.of(work.scope.org, seq, hash_)
        await store.add_checkpoint(Checkpoint(seq, hash_, seal))
        return await store.delete_to(seq)


def _event(row: Mapping[str, Any]) -> AuditEvent:
    values = {name: value for name, value in row.items() if name != "org_id"}
    return AuditEvent(**{**values, "details": _details(row["details"])})


def _details(text: str) -> Any:
    """Somebody may have changed it to anything; `verify` says so."""
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {"unreadable": True}
    return said if is_object(said) else {"unreadable": True}


def _line(row: Mapping[str, Any]) -> bytes:
    # `details` stay the text that was hashed.
    return orjson.dumps(row) + b"\n"
