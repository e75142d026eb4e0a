"""Engines for tests: start workers on a database, kill them without a goodbye, look at runs."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from cadre.engine.runs import Driver, Run, Runs, RunsSettings, Worker
from cadre.infra.blobs import Blobs
from cadre.infra.bus import Bus
from cadre.infra.database import Database
from cadre.kernel.ids import RunId
from cadre.kernel.scope import Scope
from cadre.trust.secrets import Redactor

HANG_SECONDS = 20.0
FAST = RunsSettings(lease_seconds=1.0, poll_seconds=0.1, grace_seconds=0.3)


@dataclass
class _Engine:
    runs: Runs
    worker: Worker
    task: asyncio.Task[None]


@dataclass
class Engines:
    """Workers of one database, as if each were a process of its own."""

    database: Database
    blobs: Blobs
    settings: RunsSettings = FAST
    redactor: Redactor = field(default_factory=Redactor)
    engines: list[_Engine] = field(default_factory=list[_Engine])

    async def start(
        self,
        drivers: Mapping[str, Driver],
        *,
        concurrency: int = 1000,
        settings: RunsSettings | None = None,
    ) -> Runs:
        """One more worker, with a service of its own."""
        runs = Runs(
            self.database,
            self.blobs,
            Bus(),
            settings or self.settings,
            redactor=self.redactor,
        )
        await runs.open()
        worker = Worker(runs, drivers, concurrency=concurrency)
        task = asyncio.create_task(worker.run())
        self.engines.append(_Engine(runs, worker, task))
        await asyncio.sleep(0)
        return runs

    async def kill(self) -> None:
        """All workers stop where they are and write nothing more."""
        while self.engines:
            engine = self.engines.pop()
            await engine.worker.die()
            await engine.task
            await engine.runs.close()

    async def close(self) -> None:
        while self.engines:
            engine = self.engines.pop()
            await engine.worker.close(drain_seconds=0.2)
            await engine.task
            await engine.runs.close()

    async def until(self, scope: Scope, run_id: RunId, *statuses: str) -> Run:
        """The run, once it has one of `statuses`."""
        give_up_at = time.monotonic() + HANG_SECONDS
        while True:
            run = await self.engines[-1].runs.get(scope, run_id)
            if run.status in statuses:
                return run
            assert time.monotonic() < give_up_at, f"{run} is not {statuses}"
            await asyncio.sleep(0.01)

    async def until_event(self, scope: Scope, run_id: RunId, kind: str) -> None:
        give_up_at = time.monotonic() + HANG_SECONDS
        while True:
            events = await self.engines[-1].runs.events(scope, run_id)
            if any(event.type == kind for event in events):
                return
            assert time.monotonic() < give_up_at, f"no {kind} in {events}"
            await asyncio.sleep(0.01)
