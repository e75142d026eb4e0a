"""Retention: how long ended runs are kept, by org and kind, and how they are forgotten."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from cadre.engine.runs.engine import Engine
from cadre.engine.runs.removal import Folders, remove
from cadre.engine.runs.schemas import RetentionPolicy
from cadre.engine.runs.tables import run_payloads, run_retention, runs
from cadre.infra.database import Connection, Work
from cadre.kernel.ids import BlobId, OrgId
from cadre.kernel.scope import DEFAULT_PROJECT, Principal, Scope
from cadre.trust.privacy import (
    DAY_SECONDS,
    DataClass,
    Expired,
    Held,
    RetentionRules,
    counted,
)

RUNS = "runs"
_EVERY_KIND = "*"
_MOST_RUNS = 200
_YOUNG_SECONDS = 3_600.0
_SYSTEM = Scope(OrgId("*"), DEFAULT_PROJECT, "*", Principal("system", "retention", "Retention"))


class RetentionStore:
    """The days of `work.scope.org`: those of all runs, and kinds that have days of their own."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def all(self, default_days: int) -> Sequence[RetentionPolicy]:
        days = await RetentionRules(self._work).days(RUNS, default_days)
        return [RetentionPolicy(kind=_EVERY_KIND, days=days), *await self.kinds()]

    async def kinds(self) -> list[RetentionPolicy]:
        query = (
            select(run_retention.c.kind, run_retention.c.days)
            .where(run_retention.c.org_id == self._work.scope.org)
            .order_by(run_retention.c.kind)
        )
        rows = (await self._work.connection.execute(query)).all()
        return [RetentionPolicy(kind=row[0], days=row[1]) for row in rows]

    async def put(self, policy: RetentionPolicy) -> None:
        if policy.kind == _EVERY_KIND:
            return await RetentionRules(self._work).keep(RUNS, policy.days)
        row = {"org_id": self._work.scope.org, "kind": policy.kind, "days": policy.days}
        keys, change = ["org_id", "kind"], {"days": policy.days}
        if self._work.connection.dialect.name == "sqlite":
            lite = sqlite.insert(run_retention).values(row)
            query = lite.on_conflict_do_update(index_elements=keys, set_=change)
        else:
            big = postgresql.insert(run_retention).values(row)
            query = big.on_conflict_do_update(index_elements=keys, set_=change)
        await self._work.connection.execute(query)
        return None


class RunsRetained:
    """Ended runs with their journals, payloads and, of runs on their own, files."""

    def __init__(
        self, engine: Engine, folders: Folders, *, wall: Callable[[], float] = time.time
    ) -> None:
        self._engine = engine
        self._folders = folders
        self._wall = wall

    @property
    def about(self) -> DataClass:
        return DataClass(
            RUNS,
            "Runs",
            "Ended runs with their journals and files. Messages are runs, so what was said in "
            "conversations goes with them.",
            self._engine.settings.retention_days,
            may_stay=False,
        )

    async def held(self, work: Work) -> Held:
        oldest = select(func.min(runs.c.ended_at)).where(_has_ended(work))
        rows = await counted(work, runs, _has_ended(work))
        return Held(rows, (await work.connection.execute(oldest)).scalar_one())

    async def due(self, work: Work, before: float) -> int:
        return await counted(work, runs, await self._is_due(work, before))

    async def expire(self, work: Work, before: float, most: int) -> Expired:
        """Delete runs whose kind's own days, or else `before`, are over."""
        is_due = await self._is_due(work, before)
        query = select(runs.c.id).where(is_due).order_by(runs.c.ended_at)
        due = query.limit(min(most, _MOST_RUNS))
        ids = list((await work.connection.execute(due)).scalars())
        if not ids:
            return Expired(0)
        return Expired(len(ids), await self.remove(work, ids))

    async def remove(self, work: Work, ids: Sequence[str]) -> Callable[[], Awaitable[None]]:
        """Delete the ended runs `ids`; returns what removes their files once that is committed."""
        removed = await remove(work, ids)
        return self._forgetting(removed.payloads, removed.workspaces)

    def _forgetting(
        self, payloads: set[str], workspaces: Sequence[str]
    ) -> Callable[[], Awaitable[None]]:
        async def forget() -> None:
            # The same content may be a payload of another org's run.
            async with self._engine.database.read(_SYSTEM) as work:
                unused = await _unused(work.connection, sorted(payloads))
            for blob in unused:
                await asyncio.to_thread(self._forget, BlobId(blob))
            for workspace in workspaces:
                await self._folders.delete(workspace)

        return forget

    def _forget(self, blob: BlobId) -> None:
        """Delete a payload that no run has, unless it was written just now for one that will."""
        path = self._engine.payloads.blobs.path(blob)
        if path.exists() and path.stat().st_mtime < self._wall() - _YOUNG_SECONDS:
            path.unlink(missing_ok=True)

    async def _is_due(self, work: Work, before: float) -> ColumnElement[bool]:
        """In words that an index answers, where no kind has days of its own."""
        now, ended = self._wall(), runs.c.ended_at
        kinds = await RetentionStore(work).kinds()
        own = [(runs.c.kind == p.kind) & (ended < now - p.days * DAY_SECONDS) for p in kinds]
        others = ended < before
        if kinds:
            others &= runs.c.kind.not_in([each.kind for each in kinds])
        return _has_ended(work) & or_(others, *own)


def _has_ended(work: Work) -> ColumnElement[bool]:
    return (runs.c.org_id == work.scope.org) & runs.c.ended_at.is_not(None)


async def _unused(connection: Connection, blobs: Sequence[str]) -> list[str]:
    if not blobs:
        return []
    query = select(run_payloads.c.blob).distinct().where(run_payloads.c.blob.in_(blobs))
    used = set((await connection.execute(query)).scalars())
    return [blob for blob in blobs if blob not in used]
