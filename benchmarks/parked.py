"""100,000 parked runs: what they cost in memory, and what they cost whoever is awake."""

import sys
from typing import Any

from benchmarks.databases import DIALECTS, fresh_databases
from benchmarks.options import Options, Result
from benchmarks.programs import run_program
from benchmarks.targets import Target, number, table, under


def measure(options: Options) -> Result:
    parked = 3_000 if options.quick else 100_000
    found: Result = {"figure": "parked"}
    with fresh_databases() as databases:
        for dialect in DIALECTS:
            url = databases.with_tables(dialect)
            command = [sys.executable, "-m", "benchmarks.parked_runs"]
            found[dialect] = run_program(command, {"url": url, "parked": parked})
            databases.drop(url)
    return found


def targets(result: Result) -> list[Target]:
    found: list[Target] = []
    for dialect in DIALECTS:
        one = result[dialect]
        count = f"{one['parked']:,}"
        grown = one["resident_growth_mib"] * 2**20 / 1e6
        found.append(under(f"{dialect}: growth with {count} parked runs", grown, 20, " MB"))
        woken = one["wake_to_first_step"]["p99_ms"]
        found.append(under(f"{dialect}: waking one to its first step, p99", woken, 50, " ms"))
        found.append(_claim_cost(dialect, one))
    return found


def _claim_cost(dialect: str, one: dict[str, Any]) -> Target:
    few = one["wake_to_first_step_with_few"]["p50_ms"]
    many = one["wake_to_first_step"]["p50_ms"]
    what = f"{dialect}: wake and claim beside few, and beside many parked runs, p50"
    return Target(what, "the same", f"{number(few)}, {number(many)} ms", many < 2 * few + 1)


def describe(result: Result) -> str:
    rows = [
        [
            dialect,
            f"{one['parked']:,}",
            f"{one['resident_growth_mib']} ({one['resident_before_mib']} before)",
            _quantiles(one["wake_to_first_step_with_few"]),
            _quantiles(one["wake_to_first_step"]),
            _quantiles(one["start_to_first_step_with_few"]),
            _quantiles(one["start_to_first_step"]),
        ]
        for dialect, one in result.items()
        if dialect in DIALECTS
    ]
    head = ["", "parked", "growth, MiB", "wake, few", "wake, many", "start, few", "start, many"]
    return (
        "Runs that wait for a signal. Wake: from sending the signal to the run's first step; start: from "
        "asking for a fresh run to its first step; both one at a time, in ms as p50 / p99, beside 2,000 "
        "parked runs and beside them all. Waking includes the durable signal, the claim and reading the "
        "journal.\n\n" + table(head, rows)
    )


def _quantiles(one: dict[str, float]) -> str:
    return f"{one['p50_ms']:.2f} / {one['p99_ms']:.2f}"
