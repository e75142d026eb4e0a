"""Usage: what the records of an org add up to."""

import time
from collections.abc import Sequence

from cadre.infra.database import Work
from cadre.kernel.errors import Invalid
from cadre.kernel.paging import Page
from cadre.trust.privacy import RetentionRules
from cadre.trust.usage.forecast import LOOK_BACK_DAYS, forecast, month_of
from cadre.trust.usage.retention import USAGE
from cadre.trust.usage.schemas import (
    USAGE_DAYS,
    Breakdown,
    Dimension,
    Forecast,
    Latency,
    Point,
    Series,
    Share,
    Step,
    Summary,
    Totals,
    UsageCall,
    UsageFilter,
    UsageRetention,
)
from cadre.trust.usage.store import Question, UsageStore
from cadre.trust.usage.timespan import DAY_SECONDS, HOUR_SECONDS, Timespan

OTHERS = "others"

_SECONDS: dict[Step, int] = {"day": DAY_SECONDS, "hour": HOUR_SECONDS}
_MOST_POINTS = 2000
_MOST_ERRORS = 20
_MOST_NAMES = 8
_FIELDS = list(Totals.model_fields)


class Usage:
    """Answers about usage; each is about the org of its `work`."""

    async def summary(self, work: Work, span: Timespan, wanted: UsageFilter) -> Summary:
        """Totals, latency, errors, and what this month is going to cost."""
        store, question = UsageStore(work), Question(span, wanted)
        totals = await store.totals(question)
        statuses = await store.statuses(question)
        calls, total_ms = await store.percentiles(question, "total_ms")
        _, first_token_ms = await store.percentiles(question, "first_token_ms")
        return Summary(
            since=span.since,
            until=span.until,
            totals=totals,
            statuses=statuses,
            error_rate=_rate(statuses.get("error", 0), totals.calls),
            cache_hit_rate=_rate(totals.cache_hits, totals.calls),
            latency=Latency(calls=calls, first_token_ms=first_token_ms, total_ms=total_ms),
            errors=await store.errors(question, _MOST_ERRORS),
            forecast=await self.forecast(work, wanted),
        )

    async def breakdown(
        self, work: Work, span: Timespan, wanted: UsageFilter, by: Dimension, most: int
    ) -> Breakdown:
        """The `most` greatest shares by cost, and all others together."""
        store, question = UsageStore(work), Question(span, wanted)
        shares = await store.shares(question, by, most + 1)
        if len(shares) <= most:
            return Breakdown(by=by, items=shares, others=None)
        shown = shares[:most]
        return Breakdown(by=by, items=shown, others=_less(await store.totals(question), shown))

    async def series(
        self, work: Work, span: Timespan, wanted: UsageFilter, step: Step, by: Dimension | None
    ) -> Series:
        """Points for a chart; with `by`, the greatest names each and the others together."""
        if (span.until - span.since) / _SECONDS[step] > _MOST_POINTS:
            raise Invalid(
                f"That is more than {_MOST_POINTS} points: choose a longer step or a shorter time.",
                field="step",
            )
        store, question = UsageStore(work), Question(span, wanted)
        points = await store.points(question, step, by)
        if by is None:
            return Series(step=step, by=None, points=_without_gaps(points, span, step))
        shares = await store.shares(question, by, _MOST_NAMES)
        merged = _merge_others(points, {share.name for share in shares})
        return Series(step=step, by=by, points=merged)

    async def forecast(self, work: Work, wanted: UsageFilter) -> Forecast:
        """What the present month will have cost at its end."""
        now = time.time()
        today = now - now % DAY_SECONDS
        since = min(month_of(now)[0].timestamp(), today - LOOK_BACK_DAYS * DAY_SECONDS)
        span = Timespan(since, today + DAY_SECONDS)
        points = await UsageStore(work).points(Question(span, wanted), "day", None)
        return forecast(_without_gaps(points, span, "day"), now)

    async def calls(
        self, work: Work, span: Timespan, wanted: UsageFilter, cursor: str | None, most: int
    ) -> Page[UsageCall]:
        """The calls themselves, the newest first."""
        store = UsageStore(work)
        items = await store.calls(Question(span, wanted), _position(cursor), most)
        has_more = len(items) == most
        next_ = f"{items[-1].at!r}~{items[-1].id}" if has_more else None
        return Page[UsageCall](items=items, next=next_)

    async def retention(self, work: Work) -> UsageRetention:
        return UsageRetention(days=await RetentionRules(work).days(USAGE, USAGE_DAYS))

    async def keep(self, work: Work, retention: UsageRetention) -> None:
        """Keep calls for so many days from now on; sums by day stay."""
        await RetentionRules(work).keep(USAGE, retention.days)


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _position(cursor: str | None) -> tuple[float, str] | None:
    if cursor is None:
        return None
    at, _, id_ = cursor.partition("~")
    try:
        return float(at), id_
    except ValueError:
        raise Invalid("Send back what `next` said.", field="cursor") from None


def _less(totals: Totals, shown: Sequence[Share]) -> Totals:
    left = {
        name: getattr(totals, name) - sum(getattr(share, name) for share in shown)
        for name in _FIELDS
    }
    return Totals(**left)


def _without_gaps(points: Sequence[Point], span: Timespan, step: Step) -> list[Point]:
    seconds, known = _SECONDS[step], {point.at: point for point in points}
    start = int(span.since // seconds) * seconds
    places = range(start, int(-(-min(span.until, time.time()) // seconds)) * seconds, seconds)
    return [known.get(float(at)) or Point(at=at) for at in places]


def _merge_others(points: Sequence[Point], names: set[str]) -> list[Point]:
    merged: dict[tuple[float, str], Point] = {}
    for point in points:
        name = point.name if point.name is not None and point.name in names else OTHERS
        place = merged.setdefault((point.at, name), Point(at=point.at, name=name))
        for field in _FIELDS:
            setattr(place, field, getattr(place, field) + getattr(point, field))
    return list(merged.values())
