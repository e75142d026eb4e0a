"""The offline operator's score: measured by the operator's own `operator_score`, quoted here."""

import sys

from benchmarks.options import Options, Result
from benchmarks.programs import run_program
from benchmarks.targets import Target, table


def measure(_options: Options) -> Result:
    score = run_program([sys.executable, "-m", "benchmarks.operator_score"], None)
    return {"figure": "offline_operator", "score": score}


def targets(_result: Result) -> list[Target]:
    return []


def describe(result: Result) -> str:
    score = result["score"]
    names = [name.removesuffix("_total") for name in score if name.endswith("_total")]
    rows = [
        [
            name,
            f"{score[f'{name}_right']} of {score[f'{name}_total']}",
            f"{score[f'{name}_percent']} %",
        ]
        for name in names
    ]
    return (
        "Right answers of the built-in operator, which needs no key and no network; `paraphrases` were not "
        "used to write it.\n\n" + table(["", "right", "share"], rows)
    )
