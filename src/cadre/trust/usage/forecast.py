"""Forecast: what this month will have cost at its end, by a method that fits in a sentence."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import sqrt
from statistics import fmean, stdev

from cadre.trust.usage.schemas import Forecast, Point

LOOK_BACK_DAYS = 14

_NANO = Decimal(10) ** -9
_METHOD = (
    "Spent so far, and for the rest of the month the mean cost of the last {days} full days; "
    "the range holds nine times out of ten if days differ by chance only."
)
_FIRST_DAY = (
    "Spent so far, and for the rest of the month today's cost an hour; there is no full day yet."
)
_SIGMAS = 1.645  # nine out of ten


def month_of(now: float) -> tuple[datetime, datetime]:
    """When the month of `now` begins, and when the next one does."""
    first = datetime.fromtimestamp(now, UTC).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    return first, (first + timedelta(days=32)).replace(day=1)


def forecast(days: Sequence[Point], now: float) -> Forecast:
    """`days` are the points of this month and of `LOOK_BACK_DAYS` before today, without gaps."""
    first, end = month_of(now)
    today = now - now % 86_400
    spent = sum((p.cost_usd for p in days if p.at >= first.timestamp()), Decimal(0))
    full = [p for p in days if today - LOOK_BACK_DAYS * 86_400 <= p.at < today]
    used = [float(p.cost_usd) for p in _since_first_use(full)]
    left = (end.timestamp() - now) / 86_400
    if used:
        mean, spread = fmean(used), stdev(used) if len(used) > 1 else 0.0
    else:
        so_far = sum((p.cost_usd for p in days if p.at >= today), Decimal(0))
        mean, spread = float(so_far) * 86_400 / max(now - today, 3600), 0.0
    # The days to come differ, and so might the mean that so few days gave.
    rest, margin = mean * left, _SIGMAS * spread * sqrt(left + left**2 / max(len(used), 1))
    return Forecast(
        month=first.strftime("%Y-%m"),
        spent_usd=spent,
        expected_usd=spent + _usd(rest),
        low_usd=spent + _usd(max(0.0, rest - margin)),
        high_usd=spent + _usd(rest + margin),
        method=_METHOD.format(days=len(used)) if used else _FIRST_DAY,
    )


def _since_first_use(days: Sequence[Point]) -> Sequence[Point]:
    """Days before anybody used anything say nothing about the days to come."""
    first = next((number for number, point in enumerate(days) if point.calls), len(days))
    return days[first:]


def _usd(amount: float) -> Decimal:
    return Decimal(amount).quantize(_NANO)
