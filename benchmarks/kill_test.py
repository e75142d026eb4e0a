"""The long kill test: at least 200 SIGKILLs over at least 1,000 runs, on each database.

It is the run engine's own harness, `tests/engine/runs/kill_harness.py`, whose short version
is part of the tests; it counts side effects in a file outside and prints one JSON line.
"""

import importlib.util
import sys
from typing import Any

from benchmarks.databases import DIALECTS, fresh_databases
from benchmarks.options import Options, Result
from benchmarks.programs import run_program
from benchmarks.targets import Target, at_least, none, table

HARNESS = "tests.engine.runs.kill_harness"
_WRONG = ("lost", "stuck", "duplicated")


def measure(options: Options) -> Result:
    if importlib.util.find_spec(HARNESS) is None:
        raise FileNotFoundError(f"{HARNESS} is not there.")
    kills, runs = (10, 60) if options.quick else (200, 1_000)
    found: Result = {"figure": "kill_test"}
    with fresh_databases() as databases:
        for dialect in DIALECTS:
            url = databases.with_tables(dialect)
            arguments = ["--url", url, "--kills", str(kills), "--runs", str(runs)]
            found[dialect] = run_program(
                [sys.executable, "-m", HARNESS, *arguments], None, patience_seconds=3600
            )
            databases.drop(url)
    return found


def targets(result: Result) -> list[Target]:
    found: list[Target] = []
    for dialect in DIALECTS:
        one: dict[str, Any] = result[dialect]
        found.append(at_least(f"{dialect}: kills survived", one["kills"], 200))
        found.append(at_least(f"{dialect}: runs in flight while killing", one["runs"], 1_000))
        found += [none(f"{dialect}: {name} in the kill test", one[name]) for name in _WRONG]
    return found


def describe(result: Result) -> str:
    names = [name for name in result["sqlite"] if name not in ("figure", "database")]
    rows = [[name, *(str(result[dialect].get(name)) for dialect in DIALECTS)] for name in names]
    return (
        "Worker processes are killed with SIGKILL at random moments; side effects are counted in a file "
        "outside.\n\n" + table(["", *DIALECTS], rows)
    )
