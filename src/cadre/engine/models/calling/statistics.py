"""Statistics: what became of the calls of one target in one minute, in numbers that add up."""

from dataclasses import dataclass, field, fields
from typing import Any, Literal

from cadre.engine.models.calling import histogram
from cadre.engine.models.calling.faults import fault_of
from cadre.engine.models.calling.targets import AttemptOutcome
from cadre.engine.models.errors import ModelReplyBroken
from cadre.kernel.errors import CadreError, Denied, LimitReached, NotFound, Unavailable

FailureKind = Literal["limited", "broken", "unavailable", "denied", "missing", "other"]

_KINDS: tuple[tuple[type[CadreError], FailureKind], ...] = (
    (LimitReached, "limited"),
    (ModelReplyBroken, "broken"),
    (Unavailable, "unavailable"),
    (Denied, "denied"),
    (NotFound, "missing"),
)
_LEAST_SECONDS = 0.05  # what comes at once was not written token by token


@dataclass(slots=True)
class Counts:
    """`succeeded` and the kinds of failure speak of the target.

    `refused` (the caller's mistakes) and `abandoned` (before the first item) say nothing of it.
    """

    succeeded: int = 0
    limited: int = 0
    broken: int = 0
    unavailable: int = 0
    denied: int = 0
    missing: int = 0
    other: int = 0
    refused: int = 0
    abandoned: int = 0
    tokens: int = 0
    generating_ms: int = 0
    probes: int = 0
    probe_nano_usd: int = 0
    first: list[int] = field(default_factory=histogram.empty)
    total: list[int] = field(default_factory=histogram.empty)

    @property
    def failed(self) -> int:
        return sum(self.failures().values())

    @property
    def calls(self) -> int:
        """Those that say something of the target."""
        return self.succeeded + self.failed

    @property
    def success_rate(self) -> float | None:
        return self.succeeded / self.calls if self.calls else None

    @property
    def tokens_per_second(self) -> float | None:
        return self.tokens * 1000 / self.generating_ms if self.generating_ms else None

    def failures(self) -> dict[FailureKind, int]:
        return {
            "limited": self.limited,
            "broken": self.broken,
            "unavailable": self.unavailable,
            "denied": self.denied,
            "missing": self.missing,
            "other": self.other,
        }

    def take(self, outcome: AttemptOutcome) -> None:
        """Count one attempt."""
        if outcome.end == "failed":
            self._take_failure(outcome.error)
        elif outcome.first_item_seconds is None:
            self.abandoned += 1
        else:
            self.succeeded += 1
            self._take_times(outcome, outcome.first_item_seconds)

    def add(self, other: "Counts") -> None:
        for name in NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.first = [mine + more for mine, more in zip(self.first, other.first, strict=True)]
        self.total = [mine + more for mine, more in zip(self.total, other.total, strict=True)]

    def _take_failure(self, error: CadreError | None) -> None:
        if error is not None and not fault_of(error).is_targets:
            self.refused += 1
            return
        kind = next((kind for cls, kind in _KINDS if isinstance(error, cls)), "other")
        setattr(self, kind, getattr(self, kind) + 1)

    def _take_times(self, outcome: AttemptOutcome, first_item_seconds: float) -> None:
        self.first[histogram.bin_of(first_item_seconds)] += 1
        if outcome.end != "complete":
            return
        self.total[histogram.bin_of(outcome.seconds)] += 1
        generating = outcome.seconds - first_item_seconds
        if outcome.usage is not None and generating >= _LEAST_SECONDS:
            self.tokens += outcome.usage.output_tokens
            self.generating_ms += int(generating * 1000)


NUMBERS = tuple(one.name for one in fields(Counts) if one.name not in {"first", "total"})


def columns_of(counts: Counts) -> dict[str, int]:
    """The numbers by the names of their columns."""
    values = {name: getattr(counts, name) for name in NUMBERS}
    values |= {f"first_{number}": count for number, count in enumerate(counts.first)}
    return values | {f"total_{number}": count for number, count in enumerate(counts.total)}


def counts_of(row: Any) -> Counts:
    """The other way round; sums may come back as decimals."""
    counts = Counts()
    for name in NUMBERS:
        setattr(counts, name, int(getattr(row, name)))
    counts.first = [int(getattr(row, f"first_{number}")) for number in range(histogram.BINS)]
    counts.total = [int(getattr(row, f"total_{number}")) for number in range(histogram.BINS)]
    return counts
