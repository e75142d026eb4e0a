"""Queries of usage, for the org of the work."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    RowMapping,
    Select,
    Subquery,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from cadre.infra.database import Work
from cadre.trust.budgets import to_usd
from cadre.trust.usage.schemas import (
    Dimension,
    ErrorShare,
    Percentiles,
    Point,
    Share,
    Step,
    Totals,
    UsageCall,
    UsageFilter,
)
from cadre.trust.usage.tables import usage_calls, usage_days
from cadre.trust.usage.timespan import DAY_SECONDS, HOUR_SECONDS, Timespan

_SUMS = [column.name for column in usage_days.columns if not column.primary_key]
_COLUMN = {"key": "key_id", "user": "user_id", "project": "project_id"}
_SECONDS = {"day": DAY_SECONDS, "hour": HOUR_SECONDS}
_MOST_MEASURED = 100_000
_RANKS = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Question:
    """Which calls are meant."""

    span: Timespan
    filter: UsageFilter


class UsageStore:
    """Calls and sums of `work.scope.org`."""

    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._org = work.scope.org
        self._is_sqlite = work.connection.dialect.name == "sqlite"

    async def totals(self, question: Question) -> Totals:
        row = (await self._connection.execute(select(*_sums(self._source(question))))).one()
        return Totals(**_amounts(row))

    async def shares(self, question: Question, by: Dimension, most: int) -> list[Share]:
        """The greatest first, by cost and then by number of calls."""
        source = self._source(question)
        name = _name(source, by)
        sums = _sums(source)
        cost = func.sum(source.c.cost_nano)
        order = (cost.desc(), func.sum(source.c.calls).desc(), name)
        query = select(name.label("name"), *sums).group_by(name).order_by(*order).limit(most)
        rows = await self._connection.execute(query)
        return [Share(name=row.name or "", **_amounts(row)) for row in rows]

    async def points(self, question: Question, step: Step, by: Dimension | None) -> list[Point]:
        """In order of time, where anything happened."""
        source = self._source(question, step)
        keys = [source.c.step, *([_name(source, by).label("name")] if by else [])]
        query = select(*keys, *_sums(source)).group_by(*keys).order_by(*keys)
        seconds = _SECONDS[step]
        return [
            Point(at=row.step * seconds, name=row.name if by else None, **_amounts(row))
            for row in await self._connection.execute(query)
        ]

    async def statuses(self, question: Question) -> dict[str, int]:
        source = self._source(question)
        query = select(source.c.status, func.sum(source.c.calls)).group_by(source.c.status)
        return {row[0]: int(row[1]) for row in await self._connection.execute(query)}

    async def errors(self, question: Question, most: int) -> list[ErrorShare]:
        """What went wrong, the most frequent first; from the calls that are still kept."""
        meant, calls = self._meant(question), func.count()
        total = (await self._connection.execute(select(calls).where(meant))).scalar_one()
        code = func.coalesce(usage_calls.c.error_code, usage_calls.c.status)
        query = (
            select(code, calls)
            .where(meant, usage_calls.c.status != "ok")
            .group_by(code)
            .order_by(calls.desc(), code)
            .limit(most)
        )
        rows = await self._connection.execute(query)
        return [ErrorShare(code=row[0], calls=row[1], share=row[1] / total) for row in rows]

    async def percentiles(self, question: Question, name: str) -> tuple[int, Percentiles]:
        """How many calls were measured, and the percentiles of their column `name`."""
        measured = usage_calls.c[name]
        went_well = (usage_calls.c.status == "ok") & usage_calls.c.cache_hit.is_(False)
        newest = (
            select(measured.label("value"))
            .where(self._meant(question), went_well, measured.is_not(None))
            .order_by(usage_calls.c.at.desc(), usage_calls.c.id.desc())
            .limit(_MOST_MEASURED)
            .subquery()
        )
        ranked = select(
            newest.c.value,
            func.row_number().over(order_by=newest.c.value).label("rank"),
            func.count().over().label("count"),
        ).subquery()
        # Nearest rank, rounded up in whole numbers: the same on every database.
        ranks = [(ranked.c.count * rank + 99) // 100 == ranked.c.rank for rank in _RANKS]
        query = select(ranked.c.rank, ranked.c.value, ranked.c.count).where(or_(*ranks))
        found = {row[0]: row for row in await self._connection.execute(query)}
        if not found:
            return 0, Percentiles()
        count = next(iter(found.values()))[2]
        values = [found[(count * rank + 99) // 100][1] for rank in _RANKS]
        return count, Percentiles(p50=values[0], p95=values[1], p99=values[2])

    async def calls(
        self, question: Question, before: tuple[float, str] | None, most: int
    ) -> list[UsageCall]:
        """The newest first; with `before`, those that are older than it."""
        query: Select[Any] = (
            select(usage_calls)
            .where(self._meant(question))
            .order_by(usage_calls.c.at.desc(), usage_calls.c.id.desc())
            .limit(most)
        )
        if before is not None:
            query = query.where(tuple_(usage_calls.c.at, usage_calls.c.id) < before)
        return [_call(row) for row in (await self._connection.execute(query)).mappings()]

    def _source(self, question: Question, step: Step | None = None) -> Subquery:
        """What is summed up: days where they can answer, calls otherwise."""
        if question.span.is_whole_days and step != "hour":
            return self._days(question)
        return self._calls(question, step or "day")

    def _days(self, question: Question) -> Subquery:
        span, day = question.span, usage_days.c.day
        number = _julian(day) if self._is_sqlite else _epoch_day(day)
        return (
            select(usage_days, number.label("step"))
            .where(
                usage_days.c.org_id == self._org,
                day.between(span.first_day, span.last_day),
                *_conditions(usage_days.c, question.filter),
            )
            .subquery()
        )

    def _calls(self, question: Question, step: Step) -> Subquery:
        own = usage_calls.c
        ratio = own.at / _SECONDS[step]
        number = cast(ratio, Integer) if self._is_sqlite else cast(func.floor(ratio), Integer)
        special: dict[str, ColumnElement[Any]] = {
            "calls": literal(1),
            "unpriced": case((own.cost_nano.is_(None), 1), else_=0),
            "cost_nano": func.coalesce(own.cost_nano, 0),
            "cache_hits": case((own.cache_hit, 1), else_=0),
        }
        keys = [own[c.name] for c in usage_days.columns if c.primary_key and c.name in own]
        sums = [special.get(name, own.get(name, literal(0))).label(name) for name in _SUMS]
        return select(*keys, *sums, number.label("step")).where(self._meant(question)).subquery()

    def _meant(self, question: Question) -> ColumnElement[bool]:
        own, span = usage_calls.c, question.span
        condition = (own.org_id == self._org) & (own.at >= span.since) & (own.at < span.until)
        for each in _conditions(own, question.filter):
            condition &= each
        return condition


def _julian(day: ColumnElement[str]) -> ColumnElement[int]:
    return cast(func.julianday(day) - 2440587.5, Integer)


def _epoch_day(day: ColumnElement[str]) -> ColumnElement[int]:
    return func.to_date(day, "YYYY-MM-DD") - func.to_date("1970-01-01", "YYYY-MM-DD")


def _name(source: Any, by: Dimension) -> ColumnElement[str]:
    if by == "model":
        return source.c.provider + ":" + source.c.model
    return func.coalesce(source.c[_COLUMN.get(by, by)], "")


def _conditions(columns: Any, wanted: UsageFilter) -> Sequence[ColumnElement[bool]]:
    values = wanted.model_dump(exclude_none=True)
    found: list[ColumnElement[bool]] = []
    if model := values.pop("model", None):
        provider, _, id_ = model.partition(":")
        whole = (columns.provider == provider) & (columns.model == id_)
        found.append(whole | (columns.model == model))
    for name, value in values.items():
        found.append(func.coalesce(columns[_COLUMN.get(name, name)], "") == value)
    return found


def _sums(source: Subquery) -> list[ColumnElement[Any]]:
    return [func.coalesce(func.sum(source.c[name]), 0).label(name) for name in _SUMS]


def _amounts(row: Row[Any]) -> dict[str, Any]:
    values: dict[str, Any] = {name: int(getattr(row, name)) for name in _SUMS}
    values["cost_usd"] = to_usd(values.pop("cost_nano"))
    values["saved_usd"] = to_usd(values.pop("saved_nano"))
    return values


def _call(row: RowMapping) -> UsageCall:
    values = {name: value for name, value in row.items() if name in UsageCall.model_fields}
    cost = row["cost_nano"]
    values["cost_usd"] = None if cost is None else to_usd(cost)
    return UsageCall(**values, saved_usd=to_usd(row["saved_nano"]))
