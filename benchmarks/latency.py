"""Added latency per step: 500 runs at once, each of three steps that sleep 1 to 3 seconds.

Added is what lies between asking for the step and holding its durable result, less the
sleep itself, as the run's own code sees it.
"""

import random
from typing import Any

from benchmarks.databases import fresh_databases
from benchmarks.options import Options, Result
from benchmarks.peers import environment
from benchmarks.programs import CADRE, DBOS, Contender
from benchmarks.statistics import milliseconds
from benchmarks.targets import Target, table, under

# On an event loop: sleeping in threads would need a thread for each of the 500 runs.
CONTENDERS: tuple[Contender, ...] = (*CADRE.values(), *DBOS.values())


def measure(options: Options) -> Result:
    environment.prepare()
    added: dict[str, list[float]] = {each.name: [] for each in CONTENDERS}
    with fresh_databases() as databases:
        for number in range(options.rounds(3)):
            for contender in CONTENDERS if number % 2 == 0 else CONTENDERS[::-1]:
                result = contender.run(databases, _task(number, options))
                added[contender.name] += result["added_seconds"]
    return {
        "figure": "latency",
        "runs": 500,
        "added_per_step": {name: milliseconds(values) for name, values in added.items()},
        "peers": environment.versions(),
    }


def targets(result: Result) -> list[Target]:
    found: list[Target] = []
    for cadre in CADRE.values():
        added = result["added_per_step"][cadre.name]
        found.append(under(f"{cadre.name}: added per step, p50", added["p50_ms"], 3, " ms"))
        found.append(under(f"{cadre.name}: added per step, p99", added["p99_ms"], 20, " ms"))
    return found


def describe(result: Result) -> str:
    columns = ["p50_ms", "p90_ms", "p99_ms", "max_ms"]
    rows = [
        [name, *(f"{added[column]:,.2f}" for column in columns), f"{added['samples']:,}"]
        for name, added in result["added_per_step"].items()
    ]
    return (
        "500 runs at once, each of three steps that sleep 1 to 3 s. Added per step is the time between "
        "asking for it and holding its durable result, less the sleep.\n\n"
        + table(["ms", "p50", "p90", "p99", "greatest", "steps"], rows)
    )


def _task(seed: int, options: Options) -> dict[str, Any]:
    """The same durations for every contender of a round."""
    chance = random.Random(seed)
    shrink = 0.2 if options.quick else 1.0
    durations = [[shrink * chance.uniform(1, 3) for _ in range(3)] for _ in range(500)]
    return {"work": "latency", "durations": durations}
