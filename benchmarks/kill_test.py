"""The long kill test: at least 200 SIGKILLs over at least 1,000 runs, on each database.

It is the run engine's own harness, `tests/engine/runs/kill_harness.py`, whose short version
is part of the tests; it counts side effects in a file outside and prints one JSON line.
"""

import sys
from typing import Any

from benchmarks.options import Options, Result
from benchmarks.programs import run_program
from benchmarks.targets import Target, at_least, none, number, table

_DATABASES = {"sqlite": "sqlite", "postgresql": "postgres"}
_WRONG = {
    "lost": "lost runs",
    "stuck": "stuck runs",
    "doubled_effects": "completed effects done twice",
    "acted_after_finished": "effects after their step had finished",
    "zombie_appends": "zombie appends",
    "guessed_outcomes": "unknown outcomes guessed",
}
_TOLD = {
    "kills": "SIGKILLs",
    "zombies": "SIGSTOP/SIGCONT zombies",
    "runs": "runs",
    "most_in_flight": "most in flight at once",
    "effects": "effects counted outside",
    "unknown_outcomes": "unknown outcomes parked for a person",
    "seconds": "took, s",
}


def measure(options: Options) -> Result:
    kills, zombies, runs = (10, 2, 60) if options.quick else (200, 20, 1_000)
    sizes = ["--kills", str(kills), "--zombies", str(zombies), "--runs", str(runs)]
    found: Result = {"figure": "kill_test"}
    for dialect, name in _DATABASES.items():
        command = [sys.executable, "-m", "tests.engine.runs.kill_harness", "--json"]
        # It exits with 1 if something was lost or doubled, and says what.
        found[dialect] = run_program(
            [*command, "--database", name, *sizes], None, codes=(0, 1), patience_seconds=3600
        )
    return found


def targets(result: Result) -> list[Target]:
    found: list[Target] = []
    for dialect in _DATABASES:
        one: dict[str, Any] = result[dialect]
        found.append(at_least(f"{dialect}: kills survived", one["kills"], 200))
        found.append(at_least(f"{dialect}: runs in the kill test", one["runs"], 1_000))
        found += [
            none(f"{dialect}: {told} in the kill test", one[name]) for name, told in _WRONG.items()
        ]
    return found


def describe(result: Result) -> str:
    rows = [
        [told, *(number(result[dialect][name]) for dialect in _DATABASES)]
        for name, told in {**_TOLD, **_WRONG}.items()
    ]
    return (
        "Worker processes are killed with SIGKILL, or stopped and continued, at random moments while runs "
        "of random shape are in flight; side effects are counted in a file outside.\n\n"
        + table(["", *_DATABASES], rows)
    )
