"""The process that `parked` measures: `python -m benchmarks.parked_runs '<task as JSON>'`.

The task's `url`, and `parked`: how many runs to park. Before and after parking them it wakes
some runs and starts some fresh ones, and looks at its own memory.
"""

import asyncio
import gc
import json
import os
import random
import sys
import time
from typing import Any

import psutil

from benchmarks.engine import SCOPE, Engine, engine
from benchmarks.statistics import milliseconds
from cadre.engine.runs import ActiveRun, Safety, StepContext
from cadre.kernel.ids import RunId
from cadre.kernel.messages import Json

_AT_ONCE = 1000
_FEW = 300
first_step_at: dict[str, float] = {}


async def parked_run(run: ActiveRun) -> Json:
    await run.wait("go", key="wait", reason="Waits for the signal to go.")
    return await fresh_run(run)


async def fresh_run(run: ActiveRun) -> Json:
    async def act(_context: StepContext) -> Json:
        first_step_at[run.id] = time.perf_counter()
        return "acted"

    return await run.step("act", act, kind="code", name="act", safety=Safety.READ_ONLY)


async def park(cadre: Engine, count: int) -> list[RunId]:
    parked: list[RunId] = []
    while len(parked) < count:
        size = min(_AT_ONCE, count - len(parked))
        cadre.finishes.expect(size, "waiting")
        parked += await asyncio.gather(*(cadre.start("parked") for _ in range(size)))
        await cadre.finishes.reached()
    return parked


async def wake(cadre: Engine, run_ids: list[RunId]) -> list[float]:
    """Seconds from sending the signal to the run's first step, one run at a time."""
    seconds: list[float] = []
    for run_id in run_ids:
        cadre.finishes.expect(1)
        began = time.perf_counter()
        await cadre.runs.signal(SCOPE, run_id, key="go", name="go", data=None)
        await cadre.finishes.reached()
        seconds.append(first_step_at.pop(run_id) - began)
    return seconds


async def start_fresh(cadre: Engine, count: int) -> list[float]:
    """Seconds from asking for a run to its first step, one run at a time."""
    seconds: list[float] = []
    for _ in range(count):
        cadre.finishes.expect(1)
        began = time.perf_counter()
        run_id = await cadre.start("fresh")
        await cadre.finishes.reached()
        seconds.append(first_step_at.pop(run_id) - began)
    return seconds


def resident_mib() -> float:
    gc.collect()
    return psutil.Process(os.getpid()).memory_info().rss / 2**20


async def measure(cadre: Engine, count: int) -> dict[str, Any]:
    # Parking this many first lets the process reach the size that the work itself needs.
    woken = await park(cadre, 2 * _AT_ONCE)
    few_wake = await wake(cadre, woken[:_FEW])
    few_start = await start_fresh(cadre, _FEW)
    before = resident_mib()
    began = time.perf_counter()
    parked = await park(cadre, count)
    seconds = time.perf_counter() - began
    after = resident_mib()
    some = random.Random(7).sample(parked, _FEW)
    return {
        "parked": len(parked),
        "parked_per_second": round(len(parked) / seconds),
        "resident_before_mib": round(before, 1),
        "resident_growth_mib": round(after - before, 1),
        "wake_to_first_step": milliseconds(await wake(cadre, some)),
        "wake_to_first_step_with_few": milliseconds(few_wake),
        "start_to_first_step": milliseconds(await start_fresh(cadre, _FEW)),
        "start_to_first_step_with_few": milliseconds(few_start),
    }


async def main(task: dict[str, Any]) -> None:
    drivers = {"parked": parked_run, "fresh": fresh_run}
    async with engine(task["url"], drivers) as cadre:
        result = await measure(cadre, task["parked"])
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
