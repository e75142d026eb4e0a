"""Timespans: from when to when, as people write it.

Whole UTC days are answered from the sums by day, which are quick and kept for ever; any other
timespan from the calls themselves.
"""

import re
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from cadre.kernel.errors import Invalid

DAY_SECONDS = 86_400
HOUR_SECONDS = 3_600

_AGO = re.compile(r"(\d{1,4})([dh])")


@dataclass(frozen=True, slots=True)
class Timespan:
    """`since` counts, `until` does not any more; both are seconds since 1970."""

    since: float
    until: float

    @property
    def is_whole_days(self) -> bool:
        """A timespan that reaches into the future ends with whatever is there."""
        ends_whole = self.until % DAY_SECONDS == 0 or self.until >= time.time()
        return self.since % DAY_SECONDS == 0 and ends_whole

    @property
    def first_day(self) -> str:
        return datetime.fromtimestamp(self.since, UTC).strftime("%Y-%m-%d")

    @property
    def last_day(self) -> str:
        """The last day that counts."""
        return datetime.fromtimestamp(self.until - 0.001, UTC).strftime("%Y-%m-%d")


def read_timespan(since: str | None, until: str | None, now: float | None = None) -> Timespan:
    """`7d` is today and the six days before, `24h` the last 24 hours; or a date, or a time.

    An `until` that is a date counts in full. Without `until` it is now, without `since` 30 days.
    """
    now = time.time() if now is None else now
    end = now if not until else _read("until", until, now, is_end=True)
    start = _read("since", since or "30d", now, is_end=False)
    if start >= end:
        raise Invalid("`since` has to be before `until`.", field="since")
    # Today counts in full, so that it is answered from the sums.
    is_today = not until and start % DAY_SECONDS == 0
    return Timespan(start, end + DAY_SECONDS - end % DAY_SECONDS if is_today else end)


def _read(field: str, text: str, now: float, *, is_end: bool) -> float:
    if ago := _AGO.fullmatch(text):
        number, unit = int(ago[1]), ago[2]
        if unit == "h":
            return now - number * HOUR_SECONDS
        return now - now % DAY_SECONDS - (number - 1) * DAY_SECONDS
    try:
        return _time(text, is_end=is_end)
    except (ValueError, OverflowError):
        raise Invalid(
            f"`{field}` is not a time: write 7d, 24h, 2026-07-12 or 2026-07-12T10:00:00Z.",
            field=field,
        ) from None


def _time(text: str, *, is_end: bool) -> float:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        day = date.fromisoformat(text) + timedelta(days=int(is_end))
        return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
