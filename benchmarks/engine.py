"""cadre's engine alone, composed for a measurement: database, service, worker, in one process."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cadre.engine.runs import Driver, Runs, RunSpec, RunsSettings, Worker
from cadre.infra.blobs import Blobs
from cadre.infra.bus import Bus
from cadre.infra.database import Database
from cadre.kernel.events import Event, RunAdvanced
from cadre.kernel.ids import RunId
from cadre.kernel.messages import Json
from cadre.kernel.scope import DEFAULT_ORG, DEFAULT_PROJECT, Principal, Scope

SCOPE = Scope(DEFAULT_ORG, DEFAULT_PROJECT, "dev", Principal("user", "usr_bench", "bench"))


class Finishes(Bus):
    """A bus that also tells when runs have reached a status, without a queue to overflow."""

    def __init__(self) -> None:
        super().__init__()
        self._reached = 0
        self._wanted = 0
        self._status = ""
        self._ready = asyncio.Event()

    def expect(self, count: int, status: str = "done") -> None:
        """From now on, count runs that become `status`."""
        self._reached, self._wanted, self._status = 0, count, status
        self._ready.clear()

    async def reached(self) -> None:
        await self._ready.wait()

    def publish(self, event: Event) -> None:
        super().publish(event)
        if isinstance(event, RunAdvanced) and event.status == self._status:
            self._reached += 1
            if self._reached == self._wanted:
                self._ready.set()


@dataclass(slots=True)
class Engine:
    runs: Runs
    finishes: Finishes

    async def start(self, kind: str, data: Json = None, run_id: RunId | None = None) -> RunId:
        spec = RunSpec(kind=kind, definition={}, input=data, id=run_id)
        return (await self.runs.start(SCOPE, spec)).id


@asynccontextmanager
async def engine(
    url: str,
    drivers: Mapping[str, Driver],
    *,
    settings: RunsSettings | None = None,
    concurrency: int = 1000,
) -> AsyncGenerator[Engine]:
    """A service and a working worker on the database of `url`."""
    database = Database(url)
    finishes = Finishes()
    with tempfile.TemporaryDirectory(prefix="cadre-bench-") as folder:
        blobs = Blobs(Path(folder))
        runs = Runs(database, blobs, finishes, settings or RunsSettings())
        await runs.open()
        worker = Worker(runs, drivers, concurrency=concurrency)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(worker.run())
            await asyncio.sleep(0.1)  # the worker is up, its connections are warm
            try:
                yield Engine(runs, finishes)
            finally:
                await worker.close(1.0)
                await running
        await runs.close()
        await database.close()
