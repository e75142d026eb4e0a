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
    rows = [[name, str(value)] for name, value in result["score"].items() if name != "figure"]
    return table(["what", "score"], rows)
