"""Retention: how long ended runs are kept, by org and kind, and the job that forgets them."""

import asyncio
import time
from collections.abc import Sequence

from sqlalchemy import ColumnElement, ScalarSelect, delete, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cadre.engine.runs.engine import Engine
from cadre.engine.runs.schemas import RetentionPolicy
from cadre.engine.runs.tables import run_events, run_payloads, run_retention, run_signals, runs
from cadre.infra.database import Connection, Work
from cadre.infra.telemetry import get_logger
from cadre.kernel.ids import BlobId, OrgId
from cadre.kernel.scope import DEFAULT_PROJECT, Principal, Scope

_DAY_SECONDS = 86_400.0
_BATCH_RUNS = 200
_YOUNG_SECONDS = 3_600.0
_SYSTEM = Scope(OrgId("*"), DEFAULT_PROJECT, "*", Principal("system", "retention", "Retention"))
_log = get_logger("runs")


class RetentionStore:
    """The policies of `work.scope.org`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def all(self) -> Sequence[RetentionPolicy]:
        query = (
            select(run_retention.c.kind, run_retention.c.days)
            .where(run_retention.c.org_id == self._work.scope.org)
            .order_by(run_retention.c.kind)
        )
        rows = (await self._work.connection.execute(query)).all()
        return [RetentionPolicy(kind=row[0], days=row[1]) for row in rows]

    async def put(self, policy: RetentionPolicy) -> None:
        row = {"org_id": self._work.scope.org, "kind": policy.kind, "days": policy.days}
        keys, change = ["org_id", "kind"], {"days": policy.days}
        if self._work.connection.dialect.name == "sqlite":
            lite = sqlite.insert(run_retention).values(row)
            query = lite.on_conflict_do_update(index_elements=keys, set_=change)
        else:
            big = postgresql.insert(run_retention).values(row)
            query = big.on_conflict_do_update(index_elements=keys, set_=change)
        await self._work.connection.execute(query)


class Retention:
    """Forgets ended runs that are older than their org wants to keep them.

    It works for all orgs, so it is a job and no part of the API.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def prune(self, now: float | None = None) -> int:
        """Delete what is due, a small transaction at a time; returns how many runs."""
        now = time.time() if now is None else now
        pruned = 0
        while batch := await self._prune_some(now):
            pruned += batch
            await asyncio.sleep(0)
        if pruned:
            _log.info("runs_pruned", runs=pruned)
        return pruned

    async def _prune_some(self, now: float) -> int:
        async with self._engine.database.begin(_SYSTEM) as work:
            connection = work.connection
            query = select(runs.c.id).where(_is_due(now, self._engine.settings.retention_days))
            ids = list((await connection.execute(query.limit(_BATCH_RUNS))).scalars())
            if not ids:
                return 0
            blobs = await _blobs_of(connection, ids)
            for table in (run_events, run_signals, run_payloads):
                await connection.execute(delete(table).where(table.c.run_id.in_(ids)))
            await connection.execute(
                update(runs).where(runs.c.parent_id.in_(ids)).values(parent_id=None)
            )
            await connection.execute(delete(runs).where(runs.c.id.in_(ids)))
            unused = await _unused(connection, blobs)
        for blob in unused:
            await asyncio.to_thread(self._forget, BlobId(blob), now)
        return len(ids)

    def _forget(self, blob: BlobId, now: float) -> None:
        """Delete a payload that no run has, unless it was written just now for one that will."""
        path = self._engine.payloads.blobs.path(blob)
        if path.exists() and path.stat().st_mtime < now - _YOUNG_SECONDS:
            path.unlink(missing_ok=True)


def _is_due(now: float, default_days: int) -> ColumnElement[bool]:
    kept = func.coalesce(_days(runs.c.kind), _days(literal("*")), default_days)
    return runs.c.ended_at.is_not(None) & (runs.c.ended_at < now - kept * _DAY_SECONDS)


def _days(kind: ColumnElement[str]) -> ScalarSelect[int]:
    policy = run_retention.alias()
    query = select(policy.c.days).where(policy.c.org_id == runs.c.org_id, policy.c.kind == kind)
    return query.scalar_subquery()


async def _blobs_of(connection: Connection, ids: Sequence[str]) -> list[str]:
    query = select(run_payloads.c.blob).distinct().where(run_payloads.c.run_id.in_(ids))
    return list((await connection.execute(query)).scalars())


async def _unused(connection: Connection, blobs: Sequence[str]) -> list[str]:
    if not blobs:
        return []
    query = select(run_payloads.c.blob).distinct().where(run_payloads.c.blob.in_(blobs))
    used = set((await connection.execute(query)).scalars())
    return [blob for blob in blobs if blob not in used]
