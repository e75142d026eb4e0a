"""A worker process to be killed: its effects are written down in a file outside the database."""

import argparse
import asyncio
import os
import random
import signal
import time
from pathlib import Path

from cadre.engine.runs import (
    ActiveRun,
    Runs,
    RunSpec,
    RunsSettings,
    Safety,
    StepContext,
    Worker,
)
from cadre.infra.blobs import Blobs
from cadre.infra.bus import Bus
from cadre.infra.database import Database
from cadre.infra.telemetry import configure_logs
from cadre.kernel.messages import Json


class Effects:
    """One line per beginning and end of an effect; a short append is atomic."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(self, what: str, key: str) -> None:
        os.write(self._file, f"{what} {key} {time.time()}\n".encode())


async def drive(run: ActiveRun, effects: Effects, pace_seconds: float) -> Json:
    """Steps of every safety, alone and in parallel; a sleep; a child that does the same."""
    seeded = random.Random(str(run.input))

    async def act(context: StepContext) -> Json:
        effects.note("begin", context.idempotency_key)
        await asyncio.sleep(seeded.random() * pace_seconds)
        effects.note("end", context.idempotency_key)
        return {"fence": run.attempt}

    async def step(key: str, safety: Safety) -> Json:
        return await run.step(key, act, kind="code", name=key, safety=safety)

    await step("look", Safety.READ_ONLY)
    await step("send", Safety.UNSAFE)
    async with asyncio.TaskGroup() as group:
        for number in range(2):
            group.create_task(step(f"put {number}", Safety.IDEMPOTENT))
        group.create_task(step("pay", Safety.UNSAFE))
    await run.sleep(seeded.random() * pace_seconds, key="nap")
    if run.definition["children"]:
        spec = RunSpec("kill", {"children": 0}, f"{run.input} child")
        child = await run.spawn("child", spec)
        await child.result()
    await step("last", Safety.READ_ONLY)
    return run.input


async def work(options: argparse.Namespace) -> None:
    configure_logs("json", "ERROR")
    folder = Path(options.folder)
    database = Database(options.url)
    settings = RunsSettings(lease_seconds=options.lease, poll_seconds=0.2)
    runs = Runs(database, Blobs(folder / "blobs"), Bus(), settings)
    await runs.open()
    effects = Effects(folder / "effects")

    async def driver(run: ActiveRun) -> Json:
        return await drive(run, effects, options.pace)

    worker = Worker(runs, {"kill": driver}, concurrency=options.concurrency)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run())
        await stop.wait()
        await worker.close(drain_seconds=2.0)
    await runs.close()
    await database.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, kind in (("url", str), ("folder", str), ("lease", float), ("pace", float)):
        parser.add_argument(f"--{name}", type=kind, required=True)
    parser.add_argument("--concurrency", type=int, required=True)
    asyncio.run(work(parser.parse_args()))


if __name__ == "__main__":
    main()
