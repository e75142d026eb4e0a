"""A worker process for `takeover`: runs of many short steps, each effect noted outside.

`python -m benchmarks.takeover_worker '<task as JSON>'` with the task's `url`, `effects`
(a file to which every effect appends one line when it begins and one when it ends),
`steps`, `step_seconds`, `lease_seconds`, and `start`: how many runs this process starts.
It prints "ready" when it works, and goes on until it is killed or told to stop (SIGTERM).
"""

import asyncio
import json
import os
import signal
import sys
import time
from typing import Any

from benchmarks.engine import engine
from cadre.engine.runs import ActiveRun, Driver, RunsSettings, Safety, StepContext
from cadre.kernel.messages import Json


def driver(task: dict[str, Any]) -> Driver:
    file = os.open(task["effects"], os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o666)

    def note(what: str, run_id: str, key: str) -> None:
        line = f"{what} {os.getpid()} {run_id} {key} {time.time():.6f}\n"
        os.write(file, line.encode())

    async def noting_run(run: ActiveRun) -> Json:
        for number in range(task["steps"]):
            key = f"step/{number}"

            async def act(_context: StepContext, key: str = key) -> Json:
                note("began", run.id, key)
                await asyncio.sleep(task["step_seconds"])
                note("ended", run.id, key)
                return os.getpid()

            await run.step(key, act, kind="code", name="note", safety=Safety.IDEMPOTENT)
        return task["steps"]

    return noting_run


async def main(task: dict[str, Any]) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = RunsSettings(lease_seconds=task["lease_seconds"])
    async with engine(task["url"], {"noting": driver(task)}, settings=settings) as cadre:
        await asyncio.gather(*(cadre.start("noting") for _ in range(task["start"])))
        print("ready", flush=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
