"""Durable steps per second at 1, 100 and 500 concurrent runs of five trivial steps.

Starting the runs and finishing them is part of the time. Full durability everywhere:
SQLite in WAL with synchronous=FULL, PostgreSQL with fsync and synchronous_commit on.
"""

from typing import Any

from benchmarks.databases import fresh_databases
from benchmarks.options import Options, Result
from benchmarks.peers import environment
from benchmarks.programs import CADRE, DBOS, LANGGRAPH, Contender
from benchmarks.statistics import median, spread
from benchmarks.targets import Target, at_least, number, table

CONCURRENT = (1, 100, 500)
STEPS = 5
CONTENDERS: tuple[Contender, ...] = (*CADRE.values(), *DBOS.values(), LANGGRAPH)

Rates = dict[tuple[str, int], list[float]]


def measure(options: Options) -> Result:
    environment.prepare()
    rates: Rates = {(each.name, runs): [] for each in CONTENDERS for runs in CONCURRENT}
    used: Rates = {place: [] for place in rates}
    with fresh_databases() as databases:
        for number in range(options.rounds(5)):
            # Every second round the other way round: no one always runs after the same one.
            order = CONTENDERS if number % 2 == 0 else CONTENDERS[::-1]
            for runs in CONCURRENT:
                for contender in order:
                    found = contender.run(databases, _task(runs, options))
                    rates[contender.name, runs].append(found["steps_per_second"])
                    used[contender.name, runs].append(found["cpu_us_per_step"])
    return {
        "figure": "throughput",
        "steps_per_second": {
            name: {str(runs): spread(rates[name, runs], 0) for runs in CONCURRENT}
            for name in (each.name for each in CONTENDERS)
        },
        "cpu_us_per_step_at_500": {each.name: spread(used[each.name, 500]) for each in CONTENDERS},
        "ratio_to_dbos_at_500": {dialect: _ratio(rates, dialect) for dialect in CADRE},
        "ratio_to_langgraph_at_500": _over(rates, "cadre SQLite", LANGGRAPH.name),
        "threads": {each.name: each.threads for each in CONTENDERS if each.threads},
        "peers": environment.versions(),
    }


def targets(result: Result) -> list[Target]:
    found: list[Target] = []
    for dialect, cadre in CADRE.items():
        rate = result["steps_per_second"][cadre.name]["500"]["median"]
        ratio = result["ratio_to_dbos_at_500"][dialect]["median"]
        found.append(at_least(f"{cadre.name}: steps/s, 500 runs", rate, 10_000))
        found.append(at_least(f"{cadre.name}: times dbos, 500 runs", ratio, 20))
    return found


def describe(result: Result) -> str:
    rows = [
        [
            name,
            *(_cell(by_runs[str(runs)]) for runs in CONCURRENT),
            _cell(result["cpu_us_per_step_at_500"][name]),
        ]
        for name, by_runs in result["steps_per_second"].items()
    ]
    ratios = result["ratio_to_dbos_at_500"]
    to_langgraph = result["ratio_to_langgraph_at_500"]
    threads = ", ".join(f"{name} {count}" for name, count in result["threads"].items())
    return (
        f"Waves of runs of {STEPS} trivial steps, started together and waited for; steps/s, median "
        "(least-most) of alternating rounds. Starting and finishing the runs is part of the time. "
        "CPU is that of the contender's own process, without PostgreSQL's: it changes least with what else "
        "the machine does.\n\n"
        + table(
            ["steps/s", *(f"{runs} runs" for runs in CONCURRENT), "CPU at 500, µs a step"], rows
        )
        + "\n\nAt 500 runs, round by round: "
        + "; ".join(f"{ratio_text(ratios[dialect])} times dbos on {dialect}" for dialect in ratios)
        + f"; {ratio_text(to_langgraph)} times langgraph on sqlite.\n\n"
        + f"Threads, by what was quickest here: {threads}. All at the same durability: SQLite in WAL with "
        "synchronous=FULL (dbos does not turn WAL on by itself; here it was), PostgreSQL with fsync and "
        'synchronous_commit on. langgraph: a StateGraph of five nodes, SqliteSaver, `durability="sync"`.'
    )


def ratio_text(ratio: dict[str, float]) -> str:
    return f"{number(ratio['median'])} ({number(ratio['min'])}-{number(ratio['max'])})"


def _cell(rate: dict[str, float]) -> str:
    return f"{rate['median']:,.0f} ({rate['min']:,.0f}-{rate['max']:,.0f})"


def _task(runs: int, options: Options) -> dict[str, Any]:
    seconds = 0.5 if options.quick else 4.0
    return {"work": "throughput", "runs": runs, "steps": STEPS, "seconds": seconds}


def _ratio(rates: Rates, dialect: str) -> dict[str, float | int]:
    return _over(rates, CADRE[dialect].name, DBOS[dialect].name)


def _over(rates: Rates, left: str, right: str) -> dict[str, float | int]:
    """How many times `left` does what `right` does, round by round."""
    pairs = zip(rates[left, 500], rates[right, 500], strict=True)
    ratios = [ours / theirs for ours, theirs in pairs]
    return {**spread(ratios), "of_medians": round(_of_medians(rates, left, right), 1)}


def _of_medians(rates: Rates, left: str, right: str) -> float:
    return median(rates[left, 500]) / median(rates[right, 500])
