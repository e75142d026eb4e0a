"""Takeover: what becomes of a worker's 100 runs when it is killed, or stopped and woken.

Two worker processes on one database, lease 3 s. The first holds 100 live runs of many short
steps; the second is idle. Killed (SIGKILL): how long until the second acts for each run.
Stopped (SIGSTOP) until its runs were taken over, then woken (SIGCONT): does the zombie write.

Every effect notes its beginning and end in a file outside; every step's result is the id of
the process that acted. So the journal and the file together tell everything:
lost: a run that did not end with all its steps; doubled: a step whose journaled result is
one process's, and which the other process began again afterwards; zombie append: an event
of the first process behind one of the second.
"""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from benchmarks.databases import DIALECTS, Databases, fresh_databases
from benchmarks.options import ROOT, Options, Result, environment
from benchmarks.statistics import spread
from benchmarks.takeover_journal import Journal, read_journal
from benchmarks.targets import Target, none, number, table

RUNS = 100
LEASE_SECONDS = 3.0
STEPS = 80
STEP_SECONDS = 0.1
_PATIENCE = 60.0  # seconds; also what counts as the time if a run is never taken over
How = Literal["killed", "stopped"]


@dataclass(frozen=True, slots=True)
class Effect:
    what: str
    process: int
    run_id: str
    key: str
    at: float


def measure(options: Options) -> Result:
    found: dict[str, Any] = {"figure": "takeover", "runs": RUNS, "lease_seconds": LEASE_SECONDS}
    hows: tuple[How, ...] = ("killed", "stopped")
    with fresh_databases() as databases:
        for dialect in DIALECTS:
            for how in hows:
                rounds = [_round(databases, dialect, how) for _ in range(options.rounds(5))]
                found[f"{dialect}_{how}"] = _summary(rounds)
    return found


def _summary(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    counted = [name for name in rounds[0] if not name.endswith("seconds")]
    return {
        "takeover_seconds": spread([each["takeover_seconds"] for each in rounds], 2),
        **{name: sum(each[name] for each in rounds) for name in counted},
    }


def _round(databases: Databases, dialect: Any, how: How) -> dict[str, Any]:
    url = databases.with_tables(dialect)
    effects_file = databases.folder / "effects.txt"
    effects_file.unlink(missing_ok=True)
    task = {
        "url": url,
        "effects": str(effects_file),
        "steps": STEPS,
        "step_seconds": STEP_SECONDS,
        "lease_seconds": LEASE_SECONDS,
    }
    try:
        # The idle one first: runs that are live must not end while another process starts.
        with _worker({**task, "start": 0}) as second, _worker({**task, "start": RUNS}) as first:
            time.sleep(1.5)
            hit_at = time.time()
            first.send_signal(signal.SIGKILL if how == "killed" else signal.SIGSTOP)
            if how == "stopped":
                _await_takeover(effects_file, second.pid)
                first.send_signal(signal.SIGCONT)
            journal = asyncio.run(_await_end(url))
            return _judge(journal, _effects(effects_file), first.pid, second.pid, hit_at)
    finally:
        databases.drop(url)


@contextmanager
def _worker(task: dict[str, Any]) -> Generator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "benchmarks.takeover_worker", json.dumps(task)]
    folder = str(Path(task["effects"]).parent)  # what a killed process leaves behind goes with it
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(TMPDIR=folder), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("The worker did not start.")
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _await_takeover(effects_file: Path, process: int) -> None:
    """Until `process` acts for every run."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if len({each.run_id for each in _effects(effects_file) if each.process == process}) == RUNS:
            return
        time.sleep(0.1)


async def _await_end(url: str) -> Journal:
    deadline = time.monotonic() + _PATIENCE + STEPS * STEP_SECONDS
    while True:
        journal = await read_journal(url)
        if len(journal.ended) == RUNS or time.monotonic() > deadline:
            return journal
        await asyncio.sleep(0.5)


def _effects(file: Path) -> list[Effect]:
    lines = [line.split() for line in file.read_text().splitlines()]
    return [Effect(what, int(pid), run, key, float(at)) for what, pid, run, key, at in lines]


def _judge(
    journal: Journal, effects: list[Effect], first: int, second: int, hit_at: float
) -> dict[str, Any]:
    begun = [each for each in effects if each.what == "began"]
    taken_at: dict[str, float] = {}
    for each in begun:
        if each.process == second:
            taken_at.setdefault(each.run_id, each.at)
    acted: dict[tuple[str, str], set[int]] = defaultdict(set)
    for each in begun:
        acted[each.run_id, each.key].add(each.process)
    steps_of = journal.steps_of()
    results = {(step.run_id, step.key): step.process for step in journal.steps}
    return {
        "takeover_seconds": max(taken_at.values()) - hit_at if len(taken_at) == RUNS else _PATIENCE,
        "taken_over": len(taken_at),
        "lost": RUNS - sum(steps_of[run_id] == STEPS for run_id in journal.done),
        "completed_steps": len(results),
        "doubled": sum(
            process == first and second in acted[place] for place, process in results.items()
        ),
        "written_twice": len(journal.steps) - len(results),
        "zombie_appends": _zombie_appends(journal, first, second),
        "zombie_effects_begun": sum(
            each.process == first and each.at > taken_at.get(each.run_id, float("inf"))
            for each in begun
        ),
    }


def _zombie_appends(journal: Journal, first: int, second: int) -> int:
    """Results of the first process behind one of the second's, in the order of the journal."""
    appends, taken = 0, set[str]()
    for step in journal.steps:
        if step.process == second:
            taken.add(step.run_id)
        appends += step.process == first and step.run_id in taken
    return appends


def targets(result: Result) -> list[Target]:
    found: list[Target] = []
    for dialect in DIALECTS:
        killed, stopped = result[f"{dialect}_killed"], result[f"{dialect}_stopped"]
        most = killed["takeover_seconds"]["max"]
        wanted = f"within {number(LEASE_SECONDS + 1)} s"
        what = f"{dialect}: takeover of a killed worker's {RUNS} runs, slowest round"
        found.append(Target(what, wanted, f"{number(most)} s", most <= LEASE_SECONDS + 1))
        found.append(none(f"{dialect}: lost runs", killed["lost"] + stopped["lost"]))
        found.append(none(f"{dialect}: completed steps done again", killed["doubled"]))
        found.append(none(f"{dialect}: zombie appends", stopped["zombie_appends"]))
    return found


def describe(result: Result) -> str:
    names = {f"{dialect}_{how}": f"{dialect}, {how}" for dialect in DIALECTS for how in _HOWS}
    columns = {
        "taken_over": "taken over",
        "lost": "lost",
        "completed_steps": "completed steps",
        "doubled": "done again",
        "zombie_appends": "zombie appends",
        "zombie_effects_begun": "zombie effects begun",
    }
    rows = [
        [told, _seconds(result[name]), *(f"{result[name][column]:,}" for column in columns)]
        for name, told in names.items()
    ]
    rounds = result["sqlite_killed"]["takeover_seconds"]["rounds"]
    return (
        f"Two worker processes, lease {number(LEASE_SECONDS)} s; the first holds {RUNS} live runs and is "
        f"killed (SIGKILL), or stopped until all were taken over and then woken (SIGSTOP, SIGCONT). "
        f"Seconds until the last run acts again: median (least-most) of {rounds} rounds; counts are "
        "sums over the rounds.\n\n" + table(["", "seconds", *columns.values()], rows)
    )


_HOWS: tuple[How, ...] = ("killed", "stopped")


def _seconds(summary: dict[str, Any]) -> str:
    seconds = summary["takeover_seconds"]
    return f"{seconds['median']:.2f} ({seconds['min']:.2f}-{seconds['max']:.2f})"
