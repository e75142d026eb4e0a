"""`python -m benchmarks.operator_score`: the offline operator's two scores, as one JSON line.

With `--write` the table in docs/operator.md is brought up to date; with `--faults` every
wrong answer is shown.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.operator_evaluation import Case, Evaluation, load_cases
from cadre.engine.sandbox import open_sandbox
from cadre.infra.http_client import HttpClient

DOCUMENT = Path(__file__).parent.parent / "docs" / "operator.md"
BEGIN, END = "<!-- score -->", "<!-- /score -->"
FILES = {"commands": "commands.yaml", "paraphrases": "paraphrases.yaml"}
PARALLEL = 2


@dataclass
class Score:
    total: int = 0
    faults: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    @property
    def right(self) -> int:
        return self.total - len(self.faults)


async def measure(names: list[str], only: str = "") -> dict[str, Score]:
    with tempfile.TemporaryDirectory() as folder:
        async with HttpClient() as http:
            evaluation = Evaluation(Path(folder), await open_sandbox(), http)
            return {name: await _score(evaluation, load_cases(FILES[name]), only) for name in names}


async def _score(evaluation: Evaluation, cases: list[Case], only: str) -> Score:
    chosen = [case for case in cases if only in " / ".join(case.said)]
    score = Score(len(chosen))
    slots = asyncio.Semaphore(PARALLEL)

    async def judge(case: Case) -> None:
        async with slots:
            try:
                answer = await evaluation.run(case)
                faults = evaluation.faults(case, answer)
                shown = [f"said: {answer.text[:600]}"]
            except Exception as error:  # an answer that can't be had is a wrong one
                faults, shown = [f"{type(error).__name__}: {error}"], list[str]()
        if faults:
            score.faults[f"{case.files}: {' / '.join(case.said)}"] = [*faults, *shown]

    async with asyncio.TaskGroup() as group:
        for case in chosen:
            group.create_task(judge(case))
    return score


def write_document(scores: dict[str, Score]) -> None:
    rows = "\n".join(
        f"| `{FILES[n]}` | {s.right} of {s.total} | {_percent(s):.0f} % |"
        for n, s in scores.items()
    )
    table = f"{BEGIN}\n| commands | right | share |\n|---|--:|--:|\n{rows}\n{END}"
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    DOCUMENT.write_text(before + table + rest.partition(END)[2], encoding="utf-8")


def _percent(score: Score) -> float:
    return 100 * score.right / max(score.total, 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--write", action="store_true", help="write the table into docs/operator.md"
    )
    parser.add_argument("--faults", action="store_true", help="show every wrong answer")
    parser.add_argument("--only", default="", help="only commands that hold this text")
    parser.add_argument("names", nargs="*", default=list(FILES), metavar="commands|paraphrases")
    arguments = parser.parse_args()
    scores = asyncio.run(measure(arguments.names, arguments.only))
    if arguments.faults:
        for score in scores.values():
            for said, faults in sorted(score.faults.items()):
                print(f"\n{said}\n  " + "\n  ".join(faults), file=sys.stderr)
    if arguments.write:
        write_document(scores)
    line: dict[str, object] = {"figure": "offline_operator"}
    for name, score in scores.items():
        line |= {
            f"{name}_right": score.right,
            f"{name}_total": score.total,
            f"{name}_percent": round(_percent(score), 1),
        }
    print(json.dumps(line))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
