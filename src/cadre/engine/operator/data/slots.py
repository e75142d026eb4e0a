"""Slots: what a question says, before what it leaves out is filled in.

A follow-up fills slots of its own; `merged` lays them over those of the question before.
"""

from dataclasses import dataclass, field, replace

from cadre.engine.operator.data.query import Between, Filter, Grouping, Measure
from cadre.engine.operator.data.schema import Column, Match


@dataclass(frozen=True)
class Unsure:
    """Words that may name several columns."""

    said: str
    choices: tuple[Match, ...]


@dataclass
class Slots:
    """`function` without a column in `measures` waits for the table's main amount.

    `unknown_amount` is a word that stands where an amount is named, and names none; `concept`
    is what a word such as "cheapest" measures; `beyond` is what can't be worked out at all.
    """

    table: str = ""
    measures: list[Measure] = field(default_factory=list[Measure])
    function: str = ""
    counts: bool = False
    wants_amount: bool = False
    quantity: bool = False
    groupings: list[Grouping] = field(default_factory=list[Grouping])
    buckets: list[str] = field(default_factory=list[str])
    filters: list[Filter] = field(default_factory=list[Filter])
    comparisons: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    periods: list[Between] = field(default_factory=list[Between])
    order: str = ""
    order_column: Column | None = None
    limit: int | None = None
    chart: str = ""
    share: bool = False
    rows: bool = False
    which: bool = False
    also: bool = False
    named_table: bool = False
    table_kept: bool = False
    shown: list[Column] = field(default_factory=list[Column])
    unknown_amount: str = ""
    concept: str = ""
    beyond: str = ""
    unknown: list[str] = field(default_factory=list[str])
    unplaced: list[str] = field(default_factory=list[str])
    unsure: list[Unsure] = field(default_factory=list[Unsure])

    @property
    def has_measure(self) -> bool:
        return bool(self.measures or self.function or self.counts or self.wants_amount)


def merged(base: Slots, more: Slots) -> Slots:
    """Return `base` changed by what `more` says; what it does not say stays."""
    result = replace(more, table=base.table, filters=_filters(base, more))
    if not more.has_measure:
        result.measures, result.counts = base.measures, base.counts
        result.function, result.wants_amount = base.function, base.wants_amount
        result.quantity, result.concept = base.quantity, base.concept
    elif more.function and not more.measures:
        result.measures = [Measure(more.function, m.column) for m in base.measures if m.column]
    result.groupings, result.buckets = _groups(base, more)
    result.periods = more.periods or base.periods
    result.comparisons = more.comparisons or base.comparisons
    result.order = more.order or base.order
    result.order_column = more.order_column or base.order_column
    result.limit = more.limit if more.limit is not None else base.limit
    result.chart = {"": base.chart, "none": ""}.get(more.chart, more.chart)
    result.share = more.share or base.share
    result.rows = more.rows or (base.rows and not more.has_measure and not result.groupings)
    result.which = base.which if not (more.groupings or more.buckets) else more.which
    return result


def _groups(base: Slots, more: Slots) -> tuple[list[Grouping], list[str]]:
    if not (more.groupings or more.buckets):
        return base.groupings, base.buckets
    if more.also:
        return [*base.groupings, *more.groupings], [*base.buckets, *more.buckets]
    return more.groupings, more.buckets


def _filters(base: Slots, more: Slots) -> list[Filter]:
    replaced = {item.column.name for item in more.filters}
    kept = [item for item in base.filters if item.column.name not in replaced]
    return [*kept, *more.filters]
