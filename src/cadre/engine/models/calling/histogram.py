"""Durations in bins that grow by a constant factor, so that those of many minutes can be added.

A quantile read from them is off by a quarter at most.
"""

from bisect import bisect_left
from collections.abc import Sequence

BINS = 20
_FIRST_EDGE = 0.05
_FACTOR = 1.6
EDGES = tuple(_FIRST_EDGE * _FACTOR**number for number in range(BINS - 1))


def empty() -> list[int]:
    return [0] * BINS


def bin_of(seconds: float) -> int:
    """0 holds up to 50 ms, the last one everything above four minutes."""
    return bisect_left(EDGES, seconds)


def quantile(bins: Sequence[int], share: float) -> float | None:
    """The duration that `share` of all stay below; None if there are none."""
    total = sum(bins)
    if not total:
        return None
    wanted, seen = share * total, 0
    for number, count in enumerate(bins):
        if count and seen + count >= wanted:
            return _within(number, (wanted - seen) / count)
        seen += count
    return EDGES[-1]


def _within(number: int, share: float) -> float:
    high = EDGES[number] if number < len(EDGES) else EDGES[-1] * _FACTOR
    return high / _FACTOR ** (1 - share)
