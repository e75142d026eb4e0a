"""Periods of time in words: "in 2025", "last month", "Q2 2025", "since yesterday".

A period is half-open: from its `start` up to but without its `end`, in UTC. Either may be open.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from cadre.engine.operator.numerals import number_in, whole_in
from cadre.engine.operator.words import Token

_MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
_DAYS = {name.lower(): n for n, name in enumerate(calendar.day_name)}
_UNITS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_LEAD = {"in", "during", "since", "from", "after", "before", "until", "till", "for", "of", "on", "within", "over", "between"}  # fmt: skip
_PAST = ("last", "past", "previous")
_SPANS = (*_UNITS, "month", "year")
_THE = {"the", "year", "month"}


@dataclass(frozen=True, slots=True)
class Period:
    """`label` is how it is said in an answer; `precise` is False for a whole number of days."""

    start: datetime | None
    end: datetime | None
    label: str
    precise: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A period and how many tokens say it. `lead` is the word before it, such as since."""

    period: Period
    width: int
    lead: str


def period_at(
    tokens: Sequence[Token], position: int, now: float, *, bare_years: bool = False
) -> Found | None:
    """Return the period that begins at `position`, if one does, with the word that leads it.

    With `bare_years`, a number such as 2025 is a year even where no word leads it.
    """
    lead = tokens[position].text if tokens[position].text in _LEAD else ""
    begin = position + (1 if lead else 0)
    skip = begin
    while skip < len(tokens) and tokens[skip].text in _THE and skip - begin < 2:
        skip += 1
    reader = _Reader(tokens, now)
    read = reader.read(skip, is_led=bool(lead) or bare_years)
    if read is None:
        return None
    period, width = reader.until(skip, *read, lead)
    return Found(_led(period, lead), skip - position + width, lead)


Read = tuple[Period, int]


class _Reader:
    """Reads periods off a row of tokens, as seen at one moment."""

    def __init__(self, tokens: Sequence[Token], now: float) -> None:
        self._tokens = tokens
        self._now = now
        moment = datetime.fromtimestamp(now, UTC)
        self._today = moment.replace(hour=0, minute=0, second=0, microsecond=0)

    def read(self, at: int, *, is_led: bool) -> Read | None:
        words = [token.text for token in self._tokens[at : at + 4]]
        if not words:
            return None
        return (
            self._relative(at)
            or self._month(words)
            or self._quarter(words)
            or _number(words[0], is_led)
            or self._weekday(words[0], is_led)
        )

    def until(self, at: int, period: Period, width: int, lead: str) -> Read:
        """Read on after "from X" and "between X": to Y, and Y, until Y."""
        follow = at + width
        links = {"between": ("and", "to"), "from": ("to", "until", "till", "through")}
        if self._text(follow) not in links.get(lead, ()):
            return period, width
        second = self.read(follow + 1, is_led=True)
        if second is None:
            return period, width
        last, more = second
        label = f"{period.label} to {last.label}"
        return Period(period.start, last.end, label, period.precise), width + 1 + more

    def _text(self, at: int) -> str:
        return self._tokens[at].text if at < len(self._tokens) else ""

    def _stem(self, at: int) -> str:
        return self._tokens[at].stem if at < len(self._tokens) else ""

    def _relative(self, at: int) -> Read | None:
        word = self._text(at)
        days = {"today": 0, "yesterday": 1}.get(word)
        if days is not None:
            start = self._today - timedelta(days=days)
            return Period(start, start + timedelta(days=1), word), 1
        if word in (*_PAST, "this", "current"):
            return self._last(at)
        number = 1 if word in ("a", "an") else number_in(self._tokens[at])
        unit = self._stem(at + 1)
        if number is None or number >= 1e6 or unit not in _UNITS or self._text(at + 2) != "ago":
            return None
        return self._ago(number, unit), 3

    def _ago(self, number: float, unit: str) -> Period:
        moment = datetime.fromtimestamp(max(self._now - number * _UNITS[unit], 0), UTC)
        label = f"{number:g} {unit}{'' if number == 1 else 's'} ago"
        if unit not in ("day", "week"):
            return Period(moment, None, label, precise=True)
        moment = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        return Period(moment, moment + timedelta(days=1), label)

    def _last(self, at: int) -> Read | None:
        if at + 1 >= len(self._tokens):
            return None
        count = whole_in(self._tokens[at + 1])
        if count is not None:
            unit = self._stem(at + 2)
            return (self._back(count, unit), 3) if unit in _SPANS else None
        unit = self._stem(at + 1)
        is_known = unit in (*_SPANS, "quarter")
        return (self._whole(self._text(at), unit), 2) if is_known else None

    def _back(self, count: int, unit: str) -> Period:
        label = f"the last {count} {unit}{'' if count == 1 else 's'}"
        if unit in ("month", "year"):
            months = min(count * (12 if unit == "year" else 1), 12 * 1000)
            return Period(_add_months(self._today, -months), None, label)
        seconds = min(count * _UNITS.get(unit, 0), 10**10)
        start = datetime.fromtimestamp(max(self._now - seconds, 0), UTC)
        if unit in ("day", "week"):
            start = start.replace(hour=0, minute=0, second=0, microsecond=0)
        return Period(start, None, label, precise=unit in ("minute", "hour"))

    def _whole(self, word: str, unit: str) -> Period:
        """Return this or the last calendar week, month, quarter or year; the last hour as a span."""
        if unit in ("minute", "hour", "day"):
            return self._back(1, unit)
        is_past = word in _PAST
        if unit == "week":
            start = self._today - timedelta(days=self._today.weekday() + (7 if is_past else 0))
            return Period(start, start + timedelta(days=7), f"{word} week")
        months = {"month": 1, "quarter": 3, "year": 12}[unit]
        start = self._today.replace(day=1, month=(self._today.month - 1) // months * months + 1)
        start = _add_months(start, -months) if is_past else start
        return Period(start, _add_months(start, months), f"{word} {unit} ({_spell(start, unit)})")

    def _month(self, words: list[str]) -> Read | None:
        number = _MONTHS.get(words[0])
        if number is None:
            return None
        day = _day_of_month(words[1]) if len(words) > 1 else None
        if day and 1 <= day <= 31:
            year = _year(words[2]) if len(words) > 2 else None
            found = _one_day(year or self._today.year, number, day)
            return (found, 3 if year else 2) if found else None
        year = _year(words[1]) if len(words) > 1 else None
        # "may" and "march" are words of their own: without a year they don't look like months.
        if year is None and words[0] in ("may", "march", "mar"):
            return None
        past = self._today.year - (number > self._today.month)
        return _of_month(year or past, number), 2 if year else 1

    def _quarter(self, words: list[str]) -> Read | None:
        if len(words[0]) != 2 or words[0][0] != "q" or words[0][1] not in "1234":
            return None
        skip = 2 if len(words) > 2 and words[1] in ("of", "in") else 1
        year = _year(words[skip]) if len(words) > skip else None
        start = datetime(year or self._today.year, int(words[0][1]) * 3 - 2, 1, tzinfo=UTC)
        period = Period(start, _add_months(start, 3), f"{words[0].upper()} {start.year}")
        return period, (skip + 1) if year else 1

    def _weekday(self, word: str, is_led: bool) -> Read | None:
        number = _DAYS.get(word)
        if number is None or not is_led:
            return None
        start = self._today - timedelta(days=(self._today.weekday() - number) % 7 or 7)
        label = f"{word.capitalize()} {start:%Y-%m-%d}"
        return Period(start, start + timedelta(days=1), label), 1


def _led(period: Period, lead: str) -> Period:
    """Open a side: "since X" has no end, "before X" no start."""
    if " to " in period.label:
        return period
    if lead == "since":
        return Period(period.start, None, f"since {period.label}", period.precise)
    if lead == "after":
        return Period(period.end, None, f"after {period.label}", period.precise)
    if lead == "before":
        return Period(None, period.start, f"before {period.label}", period.precise)
    if lead in ("until", "till"):
        return Period(None, period.end, f"until {period.label}", period.precise)
    return period


def _number(word: str, is_led: bool) -> tuple[Period, int] | None:
    parts = word.split("-")
    if len(parts) == 1:
        year = _year(word) if is_led else None
        if year is None:
            return None
        start = datetime(year, 1, 1, tzinfo=UTC)
        return Period(start, _add_months(start, 12), word), 1
    numbers = [int(part) for part in parts if part.isascii() and part.isdigit()]
    if len(numbers) != len(parts) or not 1900 <= numbers[0] <= 2200:
        return None
    if len(numbers) == 2:
        return (_of_month(numbers[0], numbers[1]), 1) if 1 <= numbers[1] <= 12 else None
    found = _one_day(*numbers[:3])
    return (found, 1) if found else None


def _spell(start: datetime, unit: str) -> str:
    if unit == "quarter":
        return f"Q{(start.month + 2) // 3} {start.year}"
    return f"{start:%Y-%m}" if unit == "month" else f"{start.year}"


def _of_month(year: int, month: int) -> Period:
    start = datetime(year, month, 1, tzinfo=UTC)
    return Period(start, _add_months(start, 1), f"{start:%Y-%m}")


def _one_day(year: int, month: int, day: int) -> Period | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    start = datetime(found.year, found.month, found.day, tzinfo=UTC)
    return Period(start, start + timedelta(days=1), found.isoformat())


def _add_months(start: datetime, months: int) -> datetime:
    index = max(start.year * 12 + start.month - 1 + months, 12)
    year, month = divmod(index, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)


def _day_of_month(word: str) -> int | None:
    for ending in ("st", "nd", "rd", "th"):
        word = word.removesuffix(ending)
    return int(word) if word.isascii() and word.isdigit() and len(word) < 3 else None


def _year(word: str) -> int | None:
    is_year = word.isascii() and word.isdigit() and len(word) == 4 and word[:2] in ("19", "20")
    return int(word) if is_year else None
