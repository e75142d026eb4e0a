"""UsageJobs: forgets calls that are older than their org wants to keep them. Sums by day stay."""

import asyncio
import time

from sqlalchemy import delete, select

from cadre.infra.database import Database
from cadre.infra.telemetry import get_logger
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import DEFAULT_PROJECT, Principal, Scope
from cadre.trust.usage.store import UsageStore
from cadre.trust.usage.tables import usage_calls, usage_days
from cadre.trust.usage.timespan import DAY_SECONDS

_PAUSE_SECONDS = 3600.0
_BATCH = 2000
_JOB = Principal("system", "usage", "Usage")
_log = get_logger("usage")


class UsageJobs:
    """The hourly work on usage, for all orgs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                await self.prune()
            except Exception:  # the database may be away for a while
                _log.exception("usage_not_pruned")
            await asyncio.sleep(_PAUSE_SECONDS)

    async def prune(self) -> int:
        """Delete what is due, a small transaction at a time; returns how many calls."""
        async with self._database.read(_scope("*")) as work:
            rows = await work.connection.execute(select(usage_days.c.org_id).distinct())
            orgs = [row[0] for row in rows]
        pruned = 0
        for org in orgs:
            while batch := await self._prune_some(org):
                pruned += batch
        if pruned:
            _log.info("usage_pruned", calls=pruned)
        return pruned

    async def _prune_some(self, org: str) -> int:
        async with self._database.begin(_scope(org)) as work:
            retention = await UsageStore(work).retention()
            oldest = time.time() - retention.days * DAY_SECONDS
            due = (
                select(usage_calls.c.id)
                .where(usage_calls.c.org_id == org, usage_calls.c.at < oldest)
                .limit(_BATCH)
            )
            statement = delete(usage_calls).where(usage_calls.c.id.in_(due))
            return (await work.connection.execute(statement)).rowcount


def _scope(org: str) -> Scope:
    return Scope(OrgId(org), DEFAULT_PROJECT, "*", _JOB)
