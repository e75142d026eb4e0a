"""Periods: a budget counts by UTC day, by UTC month, or for ever; each has windows with names."""

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal

Period = Literal["day", "month", "total"]

TOTAL = "total"
_PERIODS: tuple[Period, ...] = ("day", "month", "total")


def window_at(period: Period, at: datetime) -> str:
    """The window of `period` that `at` lies in: "2026-07-12", "2026-07" or "total"."""
    if period == "total":
        return TOTAL
    return at.astimezone(UTC).strftime("%Y-%m-%d" if period == "day" else "%Y-%m")


def windows_now() -> dict[Period, str]:
    """The present window of each period."""
    return _windows_of_day(int(time.time() // 86_400))


@lru_cache(4)
def _windows_of_day(day: int) -> dict[Period, str]:
    start = datetime.fromtimestamp(day * 86_400, UTC)
    return {period: window_at(period, start) for period in _PERIODS}


def window_end(window: str) -> datetime | None:
    """When `window` is over; None if never."""
    if window == TOTAL:
        return None
    if len(window) == len("2026-07-12"):
        return _start(window) + timedelta(days=1)
    return (_start(f"{window}-01") + timedelta(days=32)).replace(day=1)


def _start(day: str) -> datetime:
    return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
