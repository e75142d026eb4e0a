"""Options of a measurement, and where the benchmarks keep their things."""

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
