"""Options of a measurement, and where the benchmarks keep their things."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HOME = ROOT / ".bench"
RESULTS = HOME / "results"
DOCUMENT = ROOT / "docs" / "performance.md"

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Options:
    """`quick` shows that a benchmark works; only a whole one is worth quoting."""

    quick: bool = False

    def rounds(self, whole: int) -> int:
        return 1 if self.quick else whole


def environment(**more: str) -> dict[str, str]:
    """For the processes that are measured: ours, less what would change their behaviour.

    Python caches bytecode unless it is told not to; a start without the cache would measure
    the compiler.
    """
    foreign = ("CADRE_", "OPENAI_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, **more}
