"""Completing: choosing the table, and filling in what a question leaves out.

Where two readings are as good as each other the answer is a `Doubt`, never a guess.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from cadre.engine.operator.data.lexicon import RATES, Tag, concept_of
from cadre.engine.operator.data.query import Filter, Grouping, Join, Measure, Query
from cadre.engine.operator.data.reading import concept_column
from cadre.engine.operator.data.schema import Column, Table
from cadre.engine.operator.data.slots import Slots
from cadre.engine.operator.data.tagging import Span, in_table
from cadre.engine.operator.words import name_words

ROWS_LIMIT = 20
_AMOUNT_TAGS = frozenset({Tag.FUNCTION, Tag.HOW_MUCH, Tag.TOP, Tag.BOTTOM, Tag.SHARE})


@dataclass(frozen=True, slots=True)
class Option:
    """A way to settle a doubt: as it is shown, and the decision that it makes."""

    label: str
    key: str
    value: str


@dataclass(frozen=True)
class Doubt:
    """A question back. Without options it only says what could not be understood."""

    question: str
    options: tuple[Option, ...] = ()


def choose_table(
    spans: Sequence[Span],
    tables: Sequence[Table],
    decisions: Mapping[str, str],
    attached: Collection[str] = (),
) -> Table | Doubt | None:
    """Return the table that a question is about, or a doubt; None if it names nothing at all."""
    chosen = [table for table in tables if table.name == decisions.get("table")]
    if chosen:
        return chosen[0]
    asks_amount = any(span.tag in _AMOUNT_TAGS for span in spans)
    scores = {
        table.name: _table_score(spans, table, tables)
        + 0.35 * (asks_amount and bool(table.amounts))
        for table in tables
        if any(_span_score(span, table, tables) for span in spans)
    }
    best = max(scores.values(), default=0.0)
    if best <= 0:
        return None
    rivals = [table for table in tables if best - scores.get(table.name, 0.0) < 0.05]
    # What came with the message is meant before what was there already.
    rivals = [table for table in rivals if table.file in attached] or rivals
    if len(rivals) == 1:
        return rivals[0]
    options = tuple(Option(table.file, "table", table.name) for table in rivals)
    return Doubt("Which file do you mean?", options)


def _table_score(spans: Sequence[Span], table: Table, tables: Sequence[Table]) -> float:
    return sum(_span_score(span, table, tables) for span in spans)


def _span_score(span: Span, table: Table, tables: Sequence[Table]) -> float:
    is_named = span.table is not None and span.table.name == table.name
    if span.columns:
        return _column_score(span, table, tables) + 0.3 * is_named
    if span.table is not None:
        return 2.0 * is_named
    if span.values:
        return 1.0 * any(value.column.table == table.name for value in span.values)
    if span.tag in (Tag.BUCKET, Tag.PERIOD):
        return 0.3 * bool(table.of_kind("time"))
    if span.tag is Tag.CONCEPT:
        return 0.7 * (concept_column(table, span.text) is not None)
    return 0.0


def _column_score(span: Span, table: Table, tables: Sequence[Table]) -> float:
    here = in_table(span, table)
    if here:
        # Amounts are counted where they stand; names can be brought in by a join.
        return here[0].score * (2.0 if here[0].column in table.amounts else 1.0)
    near = joinable(table, tables)
    return 0.4 * any(match.column.table in near for match in span.columns)


def joinable(table: Table, tables: Sequence[Table]) -> dict[str, str]:
    """Return the tables that share exactly one key-like column with `table`, and that column."""
    found: dict[str, str] = {}
    for other in tables:
        if other.name == table.name:
            continue
        shared = [c.name for c in table.columns if _is_shared_key(c, other)]
        if len(shared) == 1:
            found[other.name] = shared[0]
    return found


def _is_shared_key(column: Column, other: Table) -> bool:
    twin = other.column(column.name)
    if twin is None or twin.kind != column.kind:
        return False
    return column.is_key or (column.kind == "text" and _names_table(column.name, other.name))


def _names_table(column: str, table: str) -> bool:
    words = set(name_words(column))
    return bool(words & set(name_words(table)))


def complete(
    slots: Slots, table: Table, tables: Sequence[Table], decisions: Mapping[str, str]
) -> Query | Doubt:
    """Return the query that `slots` mean for `table`, or the doubt that stands in the way."""
    doubt = _doubt(slots)
    if doubt is not None:
        return doubt
    slots = _of_all(slots)
    groupings = _groupings(slots, table)
    if isinstance(groupings, Doubt):
        return groupings
    if slots.chart in ("point", "histogram"):
        return _plain_chart(slots, table)
    if _wants_rows(slots, groupings):
        return _rows_query(slots, table, tables, decisions)
    measures = _measures(slots, table, decisions)
    if isinstance(measures, Doubt):
        return measures
    query = Query(
        table.name, measures, groupings, tuple(slots.filters), tuple(slots.periods),
        share=slots.share, order=_order(slots, groupings), limit=_limit(slots, groupings),
    )  # fmt: skip
    query = _compared(query, slots, measures[0].column)
    return _joined(query, table, tables)


def _doubt(slots: Slots) -> Doubt | None:
    if slots.unsure:
        unsure = slots.unsure[0]
        options = tuple(
            Option(match.column.name, f"column:{unsure.said}", match.column.name)
            for match in unsure.choices
        )
        return Doubt(f"Which column do you mean by “{unsure.said}”?", options)
    if slots.unplaced:
        return Doubt(f"I can't place “{slots.unplaced[0]}”.")
    if slots.beyond:
        return Doubt(f"I can't work out {slots.beyond}. Ask without it, or in SQL.")
    if len({item.column.name for item in slots.periods}) > 1:
        return Doubt("Two dates were named, on different columns. Ask for one of them.")
    return None


def _of_all(slots: Slots) -> Slots:
    """ "the share of partner" is one of all channels: the filter would make it 100 %."""
    named = [item for item in slots.filters if item.operator == "in"]
    grouped = {grouping.column for grouping in slots.groupings}
    if not slots.share or slots.buckets or len(named) != 1 or grouped - {named[0].column}:
        return slots
    kept = [item for item in slots.filters if item is not named[0]]
    return replace(slots, filters=kept, groupings=[Grouping(named[0].column)])


def _groupings(slots: Slots, table: Table) -> tuple[Grouping, ...] | Doubt:
    found: dict[str, Grouping] = {item.label: item for item in slots.groupings}
    times = table.of_kind("time")
    for bucket in dict.fromkeys(slots.buckets):
        if not times:
            return Doubt(
                f"`{table.file}` has no column of dates, so nothing can be put by {bucket}."
            )
        column = slots.periods[0].column if slots.periods else times[0]
        found[bucket] = Grouping(column, bucket)
    ordered = (
        sorted(found.values(), key=lambda item: not item.bucket)
        if slots.chart in ("line", "area")
        else list(found.values())
    )
    return tuple(ordered)


def _wants_rows(slots: Slots, groupings: Sequence[Grouping]) -> bool:
    if groupings or slots.share:
        return False
    if (slots.rows or slots.order) and not slots.function and not slots.counts:
        return True
    return not slots.has_measure


def _measures(
    slots: Slots, table: Table, decisions: Mapping[str, str]
) -> tuple[Measure, ...] | Doubt:
    if slots.measures:
        return tuple(_with_function(measure) for measure in slots.measures)
    column = None if _counts_rows(slots) else _amount(slots, table, decisions)
    if isinstance(column, Doubt):
        return column
    measure = Measure(slots.function, column) if column is not None else Measure("count")
    return (_with_function(measure),)


def _counts_rows(slots: Slots) -> bool:
    """ "tickets by status" counts; "sales by region" sums."""
    wants = slots.function or slots.wants_amount or slots.order or slots.quantity
    return slots.counts or (slots.named_table and not wants)


def _amount(slots: Slots, table: Table, decisions: Mapping[str, str]) -> Column | Doubt | None:
    if slots.quantity:
        return concept_column(table, "quantity")
    return main_amount(slots, table, decisions)


def main_amount(slots: Slots, table: Table, decisions: Mapping[str, str]) -> Column | Doubt | None:
    """Return the column that is summed where none was named; None if rows are counted."""
    named = decisions.get("measure")
    if named is not None:
        return table.column(named)
    if slots.concept and concept_column(table, slots.concept) is not None:
        return concept_column(table, slots.concept)
    if slots.shown and not (slots.function or slots.wants_amount or slots.order):
        return None  # "hires per year": what happened at a time is counted
    grouped = {grouping.column.name for grouping in slots.groupings}
    amounts = [column for column in table.amounts if column.name not in grouped]
    if not slots.unknown_amount:
        money = concept_column(table, "money")
        if money is not None or len(amounts) < 2:
            return money or next(iter(amounts), None)
    options = [Option(f"{default_function(c)} of {c.name}", "measure", c.name) for c in amounts]
    options.append(Option("number of rows", "measure", ""))
    lead = f"I find no “{slots.unknown_amount}”. " if slots.unknown_amount else ""
    return Doubt(f"{lead}Of what, in `{table.file}`?", tuple(options))


def default_function(column: Column) -> str:
    words = name_words(column.name)
    is_rate = any(word in RATES for word in words)
    is_duration = any(concept_of(word) == "duration" for word in words)
    return "average" if is_rate or is_duration else "total"


def _with_function(measure: Measure) -> Measure:
    if measure.function or measure.column is None:
        return measure
    return replace(
        measure, function="avg" if default_function(measure.column) == "average" else "sum"
    )


def _order(slots: Slots, groupings: Sequence[Grouping]) -> str:
    if slots.order_column is not None and any(g.column == slots.order_column for g in groupings):
        return "name desc" if slots.order == "desc" else "name"
    if slots.order:
        return slots.order
    if slots.limit is not None:
        return "desc"
    return "name" if any(g.bucket for g in groupings) or len(groupings) > 1 else "desc"


def _limit(slots: Slots, groupings: Sequence[Grouping]) -> int | None:
    return slots.limit if groupings else None


def _compared(query: Query, slots: Slots, column: Column | None) -> Query:
    """Place comparisons that name no column: on the amount that is asked for."""
    if column is None:
        return query
    extra = tuple(Filter(column, operator, (number,)) for operator, number in slots.comparisons)
    return replace(query, filters=query.filters + extra)


def _rows_query(
    slots: Slots, table: Table, tables: Sequence[Table], decisions: Mapping[str, str]
) -> Query | Doubt:
    filters = tuple(slots.filters)
    column = slots.order_column or next((m.column for m in slots.measures if m.column), None)
    if column is None and (slots.comparisons or slots.order):
        found = main_amount(slots, table, decisions)
        if isinstance(found, Doubt):
            return found
        column = found
    if column is not None:
        filters += tuple(Filter(column, operator, (n,)) for operator, n in slots.comparisons)
    if not _asks_for_rows(slots):
        unknown = ", ".join(f"“{word}”" for word in dict.fromkeys(slots.unknown)) or "that"
        columns = ", ".join(f"`{c.name}`" for c in table.columns)
        return Doubt(
            f"What shall I do with `{table.file}`? I don't understand {unknown}. Its columns: {columns}."
        )
    limit = slots.limit if slots.limit is not None else (5 if slots.order else ROWS_LIMIT * 5)
    query = Query(
        table.name, filters=filters, periods=tuple(slots.periods), order=slots.order or "desc",
        order_column=column if slots.order else None, limit=limit,
        columns=tuple(c.name for c in table.columns),
    )  # fmt: skip
    return _joined(query, table, tables)


def _asks_for_rows(slots: Slots) -> bool:
    conditions = slots.filters or slots.periods or slots.comparisons or slots.order
    return bool(slots.rows or conditions or slots.named_table)


def _plain_chart(slots: Slots, table: Table) -> Query | Doubt:
    """Scatter plots and histograms are of rows, not of sums."""
    named = [m.column for m in slots.measures if m.column] or [g.column for g in slots.groupings]
    wanted = 2 if slots.chart == "point" else 1
    columns = list(dict.fromkeys(c for c in named if c.kind in ("number", "time")))
    if len(columns) < wanted:
        columns += (
            [c for c in table.amounts if c not in columns][: wanted - len(columns)]
            if wanted == 1 and len(table.amounts) == 1
            else []
        )
    if len(columns) < wanted:
        names = ", ".join(f"`{c.name}`" for c in table.amounts) or "none"
        kind = "A scatter plot needs two columns" if wanted == 2 else "A histogram needs one column"
        return Doubt(f"{kind} of numbers. `{table.file}` has: {names}. Which shall I take?")
    return Query(
        table.name, filters=tuple(slots.filters), periods=tuple(slots.periods),
        columns=tuple(c.name for c in columns[:wanted]),
    )  # fmt: skip


def _joined(query: Query, table: Table, tables: Sequence[Table]) -> Query | Doubt:
    used = [g.column for g in query.groupings] + [f.column for f in query.filters]
    used += [m.column for m in query.measures if m.column]
    foreign = {column.table for column in used if column.table != table.name}
    if not foreign:
        return query
    near = joinable(table, tables)
    other = foreign.pop()
    if foreign or other not in near:
        return Doubt("That needs several files joined in a way that I can't work out safely.")
    return replace(query, join=Join(other, near[other]))
