"""What is said about a list of measurements: median, extremes, quantiles."""

import statistics
from collections.abc import Sequence


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0.99) of `values` do not exceed; the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: Sequence[float], digits: int = 1) -> dict[str, float | int]:
    """Median, least and most of several rounds."""
    return {
        "median": round(median(values), digits),
        "min": round(min(values), digits),
        "max": round(max(values), digits),
        "rounds": len(values),
    }


def milliseconds(seconds: Sequence[float]) -> dict[str, float | int]:
    """p50, p90, p99 and the greatest of many latencies, in milliseconds."""
    return {
        "p50_ms": round(quantile(seconds, 0.50) * 1000, 2),
        "p90_ms": round(quantile(seconds, 0.90) * 1000, 2),
        "p99_ms": round(quantile(seconds, 0.99) * 1000, 2),
        "max_ms": round(max(seconds) * 1000, 2),
        "samples": len(seconds),
    }
