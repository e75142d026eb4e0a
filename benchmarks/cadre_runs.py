"""cadre as a contender: `python -m benchmarks.cadre_runs '<task as JSON>'` prints one JSON line.

See `benchmarks/programs.py` for what a task says.
"""

import asyncio
import json
import sys
import time
from typing import Any

from benchmarks.engine import Engine, engine
from cadre.engine.runs import ActiveRun, Safety, StepContext
from cadre.kernel.messages import Json

added_seconds: list[float] = []


async def trivial_run(run: ActiveRun) -> Json:
    steps: Any = run.input

    async def act(_context: StepContext) -> Json:
        return {"number": 1, "text": "done"}

    for number in range(steps):
        await run.step(f"step/{number}", act, kind="code", name="trivial", safety=Safety.READ_ONLY)
    return steps


async def sleeping_run(run: ActiveRun) -> Json:
    durations: Any = run.input
    for number, seconds in enumerate(durations):

        async def act(_context: StepContext, seconds: float = seconds) -> Json:
            began = time.perf_counter()
            await asyncio.sleep(seconds)
            return time.perf_counter() - began

        began = time.perf_counter()
        slept: Any = await run.step(f"step/{number}", act, kind="code", name="sleep")
        added_seconds.append(time.perf_counter() - began - slept)
    return len(durations)


async def wave(cadre: Engine, runs: int, steps: int) -> None:
    cadre.finishes.expect(runs)
    await asyncio.gather(*(cadre.start("trivial", steps) for _ in range(runs)))
    await cadre.finishes.reached()


async def throughput(cadre: Engine, task: dict[str, Any]) -> dict[str, Any]:
    await wave(cadre, min(task["runs"], 20), task["steps"])
    began, used, finished = time.perf_counter(), time.process_time(), 0
    while not finished or time.perf_counter() - began < task["seconds"]:
        await wave(cadre, task["runs"], task["steps"])
        finished += task["runs"]
    steps = finished * task["steps"]
    return {
        "steps_per_second": steps / (time.perf_counter() - began),
        "cpu_us_per_step": (time.process_time() - used) / steps * 1e6,
    }


async def latency(cadre: Engine, task: dict[str, Any]) -> dict[str, Any]:
    await wave(cadre, 20, 5)
    durations = task["durations"]
    cadre.finishes.expect(len(durations))
    await asyncio.gather(*(cadre.start("sleeping", each) for each in durations))
    await cadre.finishes.reached()
    return {"added_seconds": added_seconds}


async def main(task: dict[str, Any]) -> None:
    work = {"throughput": throughput, "latency": latency}[task["work"]]
    drivers = {"trivial": trivial_run, "sleeping": sleeping_run}
    async with engine(task["url"], drivers) as cadre:
        result = await work(cadre, task)
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
