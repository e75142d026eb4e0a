"""A target of the foundation's issue, and what was measured against it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """`met` is None where nothing could be measured."""

    what: str
    wanted: str
    measured: str
    met: bool | None


def at_least(what: str, value: float, least: float, unit: str = "") -> Target:
    return Target(what, f"at least {number(least)}{unit}", f"{number(value)}{unit}", value >= least)


def under(what: str, value: float, limit: float, unit: str = "") -> Target:
    return Target(what, f"under {number(limit)}{unit}", f"{number(value)}{unit}", value < limit)


def none(what: str, value: int) -> Target:
    return Target(what, "0", str(value), value == 0)


def number(value: float) -> str:
    """As a person writes it: 31,200 or 12.3 or 0.42."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def spread_told(value: Mapping[str, float] | None) -> str:
    """The median with the least and the most of the rounds."""
    if value is None:
        return "-"
    return f"{number(value['median'])} ({number(value['min'])}-{number(value['max'])})"


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table; every column but the first is right-aligned."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
