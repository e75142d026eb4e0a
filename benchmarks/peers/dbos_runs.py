"""dbos: durable workflows of steps, as its documentation writes them.

A program of its own: `python dbos_runs.py '<task as JSON>'` prints one JSON line. See
`benchmarks/programs.py` for what a task says. Throughput uses synchronous workflows on
dbos's thread pool, which are a tenth quicker than its asynchronous ones; latency uses
asynchronous workflows, because 500 sleeping threads would measure the threads.
"""
# pyright: basic, reportMissingImports=false
# (dbos lives in .bench/venv only, so that its pins never meet cadre's)

import asyncio
import json
import logging
import sqlite3
import sys
import time
from typing import Any

from dbos import DBOS, DBOSConfig

added_seconds: list[float] = []


@DBOS.step()
def trivial_step(number: int) -> dict[str, Any]:
    return {"number": number, "text": "done"}


@DBOS.workflow()
def trivial_run(steps: int) -> int:
    for number in range(steps):
        trivial_step(number)
    return steps


@DBOS.step()
async def sleeping_step(seconds: float) -> float:
    began = time.perf_counter()
    await asyncio.sleep(seconds)
    return time.perf_counter() - began


@DBOS.workflow()
async def sleeping_run(durations: list[float]) -> int:
    for seconds in durations:
        began = time.perf_counter()
        slept = await sleeping_step(seconds)
        added_seconds.append(time.perf_counter() - began - slept)
    return len(durations)


def configure(url: str, threads: int) -> None:
    if url.startswith("sqlite:///"):
        # dbos leaves the journal mode as it finds it, and is slower without WAL.
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        connection.execute("pragma journal_mode=wal")
        connection.close()
    config: DBOSConfig = {
        "name": "bench",
        "system_database_url": url,
        "max_executor_threads": threads,
        "sys_db_pool_size": max(20, threads + 4),
        "log_level": "ERROR",
    }
    DBOS(config=config)
    logging.getLogger("dbos").setLevel(logging.ERROR)


def wave(runs: int, steps: int) -> None:
    handles = [DBOS.start_workflow(trivial_run, steps) for _ in range(runs)]
    for handle in handles:
        handle.get_result()


def throughput(task: dict[str, Any]) -> dict[str, Any]:
    wave(min(task["runs"], 20), task["steps"])
    began, used, finished = time.perf_counter(), time.process_time(), 0
    while not finished or time.perf_counter() - began < task["seconds"]:
        wave(task["runs"], task["steps"])
        finished += task["runs"]
    steps = finished * task["steps"]
    return {
        "steps_per_second": steps / (time.perf_counter() - began),
        "cpu_us_per_step": (time.process_time() - used) / steps * 1e6,
    }


async def latency(task: dict[str, Any]) -> dict[str, Any]:
    warm = await DBOS.start_workflow_async(sleeping_run, [0.0] * 20)
    await warm.get_result()
    added_seconds.clear()
    handles = await asyncio.gather(
        *(DBOS.start_workflow_async(sleeping_run, durations) for durations in task["durations"])
    )
    await asyncio.gather(*(handle.get_result() for handle in handles))
    return {"added_seconds": added_seconds}


async def latency_in_loop(task: dict[str, Any]) -> dict[str, Any]:
    DBOS.launch()  # inside the loop, so that dbos runs its coroutines here
    return await latency(task)


def main(task: dict[str, Any]) -> None:
    configure(task["url"], task["threads"])
    try:
        if task["work"] == "latency":
            result = asyncio.run(latency_in_loop(task))
        else:
            DBOS.launch()
            result = throughput(task)
        print(json.dumps(result), flush=True)
    finally:
        DBOS.destroy()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
