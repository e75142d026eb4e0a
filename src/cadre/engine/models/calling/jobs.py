"""What health needs done in the background: minutes are written down."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from itertools import groupby
from typing import Any

from cadre.engine.models.calling.health import Health
from cadre.engine.models.calling.probes import Prober
from cadre.engine.models.calling.store import HealthStore, Minute
from cadre.infra.database import Database
from cadre.infra.telemetry import get_logger
from cadre.kernel.scope import Scope

_SAVE_SECONDS = 15.0
_log = get_logger("models")


class HealthJobs:
    """One of each process. What is lost when it is killed is the last quarter of a minute."""

    def __init__(
        self,
        database: Database,
        health: Health,
        system: Scope,
        prober: Prober,
    ) -> None:
        """`system` is the process's own scope; the org of each row takes its place."""
        self._database = database
        self._health = health
        self._system = system
        self._prober = prober

    async def run(self) -> None:
        """Until cancelled; then what is not written yet is written."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._repeat(self.save, _SAVE_SECONDS))
                if self._prober.interval_seconds is not None:
                    tasks.create_task(self._repeat(self._probe, self._prober.interval_seconds))
        finally:
            await self.save()

    async def save(self) -> int:
        """Write every minute that has changed; returns how many."""
        unsaved = sorted(self._health.unsaved(), key=lambda one: one.org)
        for org, group in groupby(unsaved, key=lambda one: one.org):
            written = list(group)
            minutes = [Minute(one.name, one.minute.at, one.counts) for one in written]
            async with self._database.begin(replace(self._system, org=org)) as work:
                await HealthStore(work).write(self._health.writer, minutes)
            for one in written:
                self._health.saved(one)
        return len(unsaved)

    async def _probe(self) -> int:
        return len(await self._prober.round())

    async def _repeat(self, job: Callable[[], Coroutine[Any, Any, int]], seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await job()
            except Exception as error:  # a full disk now must not end statistics for ever
                _log.warning(
                    "model_health_job_failed", job=job.__name__, error=type(error).__name__
                )
