"""Query: what is asked of the tables, as data, and the one place that writes SQL.

Names and literals only ever get into SQL through `quote_name` and `quote_literal`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cadre.engine.operator.data.schema import Column
from cadre.engine.operator.periods import Period

Literal_ = str | float | int

ROWS_SHOWN = 50
_BUCKETS = {
    "hour": "strftime(date_trunc('hour', {}), '%Y-%m-%d %H:00')",
    "day": "strftime({}, '%Y-%m-%d')",
    "week": "strftime(date_trunc('week', {}), '%Y-%m-%d')",
    "month": "strftime({}, '%Y-%m')",
    "quarter": "concat(year({0}), '-Q', quarter({0}))",
    "year": "year({})",
}
_FUNCTIONS = {"sum": "sum", "avg": "avg", "min": "min", "max": "max", "median": "median"}
_OPERATORS = {"=": "=", "!=": "<>", ">": ">", "<": "<", ">=": ">=", "<=": "<="}


@dataclass(frozen=True, slots=True)
class Join:
    """`table` has one row for each value of `key`, which both tables have."""

    table: str
    key: str


@dataclass(frozen=True, slots=True)
class Measure:
    """`function` of sum, avg, min, max, median, count or distinct; count needs no column."""

    function: str
    column: Column | None = None

    @property
    def label(self) -> str:
        if self.column is None:
            return "count"
        if self.function == "distinct":
            return f"number of different {self.column.name}"
        return f"{_LABELS[self.function]} {self.column.name}"


_LABELS = {"sum": "total", "avg": "average", "min": "min", "max": "max", "median": "median"}


@dataclass(frozen=True, slots=True)
class Grouping:
    column: Column
    bucket: str = ""

    @property
    def label(self) -> str:
        return self.bucket or self.column.name


@dataclass(frozen=True, slots=True)
class Filter:
    """`operator` of = != > < >= <= in, not in, contains, empty, not empty, true, false."""

    column: Column
    operator: str
    values: tuple[Literal_, ...] = ()


@dataclass(frozen=True, slots=True)
class Between:
    """Rows whose time lies in `period`."""

    column: Column
    period: Period


@dataclass(frozen=True, slots=True)
class Query:
    """One question. Without measures it asks for rows."""

    table: str
    measures: tuple[Measure, ...] = ()
    groupings: tuple[Grouping, ...] = ()
    filters: tuple[Filter, ...] = ()
    periods: tuple[Between, ...] = ()
    join: Join | None = None
    share: bool = False
    order: str = ""  # "", "desc", "asc" by measure; "name" by group
    order_column: Column | None = None
    limit: int | None = None
    columns: tuple[str, ...] = field(default=())


def quote_name(name: str) -> str:
    return '"' + name.replace('"', '""').replace("\x00", "") + '"'


def quote_literal(value: Literal_) -> str:
    if isinstance(value, str):
        return "'" + value.replace("\x00", "").replace("'", "''") + "'"
    return str(int(value)) if value == int(value) else repr(float(value))


def statement(*parts: str) -> str:
    """Return SQL put together from parts, in which every name and literal is quoted already."""
    return " ".join(parts)


def write_sql(query: Query) -> str:
    """Return the query in DuckDB's SQL."""
    if not query.measures:
        return _rows(query)
    groups = [f"{_group(g)} AS {quote_name(g.label)}" for g in query.groupings]
    measures = [f"{_measure(m)} AS {quote_name(m.label)}" for m in query.measures]
    lines = ["SELECT " + ", ".join(groups + measures + _share(query)), _from(query), *_where(query)]
    if query.groupings:
        lines.append("GROUP BY " + ", ".join(str(n + 1) for n in range(len(query.groupings))))
        lines.append("ORDER BY " + _order(query))
    if query.limit is not None:
        lines.append(f"LIMIT {query.limit}")
    return "\n".join(lines)


def _rows(query: Query) -> str:
    shown = ", ".join(_names(query, name) for name in query.columns) or "*"
    lines = [f"SELECT {shown}", _from(query), *_where(query)]
    if query.order_column is not None:
        direction = "ASC" if query.order == "asc" else "DESC"
        lines.append(f"ORDER BY {_name(query.order_column)} {direction} NULLS LAST")
    if query.limit is not None:
        lines.append(f"LIMIT {query.limit}")
    return "\n".join(lines)


def _names(query: Query, name: str) -> str:
    return f"{quote_name(query.table)}.{quote_name(name)}"


def _name(column: Column) -> str:
    return f"{quote_name(column.table)}.{quote_name(column.name)}"


def _time(column: Column) -> str:
    name = _name(column)
    if column.kind == "time":
        return f"CAST({name} AS TIMESTAMP)"
    return f"TRY_CAST({name} AS TIMESTAMP)"


def _group(grouping: Grouping) -> str:
    if grouping.bucket:
        return _BUCKETS[grouping.bucket].format(_time(grouping.column))
    return _name(grouping.column)


def _measure(measure: Measure) -> str:
    if measure.column is None:
        return "count(*)"
    name = _name(measure.column)
    if measure.function == "distinct":
        return f"count(DISTINCT {name})"
    if measure.function == "count":
        return f"count({name})"
    whole = f"{_FUNCTIONS[measure.function]}({name})"
    # Sums of floating point carry dust in the last digits that nobody asked for.
    return f"round({whole}, 6)" if measure.function in ("sum", "avg") else whole


def _share(query: Query) -> list[str]:
    if not query.share or not query.groupings:
        return []
    whole = _measure(query.measures[0])
    return [f'round(100.0 * {whole} / sum({whole}) OVER (), 1) AS "share %"']


def _from(query: Query) -> str:
    text = f"FROM {quote_name(query.table)}"
    if query.join is None:
        return text
    other, key = quote_name(query.join.table), quote_name(query.join.key)
    return f"{text} JOIN {other} ON {quote_name(query.table)}.{key} = {other}.{key}"


def _where(query: Query) -> list[str]:
    terms = [_filter(item) for item in query.filters]
    terms += _periods([_period(item) for item in query.periods], query.periods)
    return ["WHERE " + " AND ".join(terms)] if terms else []


def _filter(item: Filter) -> str:
    name = _name(item.column)
    if item.operator in ("empty", "not empty"):
        return f"{name} IS {'NOT ' if item.operator == 'not empty' else ''}NULL"
    if item.operator in ("true", "false"):
        return f"{name} IS {item.operator.upper()}"
    literals = [quote_literal(value) for value in item.values]
    if item.operator == "contains":
        return f"contains(lower(CAST({name} AS VARCHAR)), lower({literals[0]}))"
    if item.operator in ("in", "not in"):
        inside = f"{'NOT ' if item.operator == 'not in' else ''}IN ({', '.join(literals)})"
        return f"{name} {inside}"
    return f"{name} {_OPERATORS[item.operator]} {literals[0]}"


def _periods(terms: Sequence[str], periods: Sequence[Between]) -> list[str]:
    """ "2024 and 2025" means either; "since May until July" means both."""
    are_whole = all(item.period.start and item.period.end for item in periods)
    if len(terms) > 1 and are_whole:
        return ["(" + " OR ".join(f"({term})" for term in terms) + ")"]
    return list(terms)


def _period(item: Between) -> str:
    name = _time(item.column)
    terms: list[str] = []
    if item.period.start is not None:
        terms.append(f"{name} >= {_moment(item.period.start)}")
    if item.period.end is not None:
        terms.append(f"{name} < {_moment(item.period.end)}")
    return " AND ".join(terms) or "TRUE"


def _moment(moment: datetime) -> str:
    return f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S}'"


def _order(query: Query) -> str:
    position = len(query.groupings) + 1
    names = ", ".join(str(n + 1) for n in range(len(query.groupings)))
    if query.order in ("desc", "asc"):
        return f"{position} {query.order.upper()} NULLS LAST, {names}"
    if query.order == "name desc":
        return f"1 DESC NULLS LAST, {names}"
    return names
