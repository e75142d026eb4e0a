"""Looking: the queries that find out which columns and values there are."""

from collections.abc import Sequence

from cadre.engine.operator.data.lexicon import PHRASES, Tag
from cadre.engine.operator.data.query import Join, quote_literal, quote_name, statement
from cadre.engine.operator.data.schema import Column, Table
from cadre.engine.operator.data.tagging import LONGEST_VALUE, Known, Span, Value, tag
from cadre.engine.operator.words import Sentence, Token

SAID_LIMIT = 60
COLUMNS_LIMIT = 48
VALUE_CHARACTERS = 80
VALUES_LIMIT = 50
_LOOSE = 0.93
_VAGUE = (Tag.UNKNOWN,)


def phrases_to_look_up(sentence: Sentence, known: Known) -> list[str]:
    """Return the words and groups of words that may be values: all that nothing explains."""
    spans = tag(sentence, known)
    unknown = {n for span in spans if _may_be_value(span) for n in range(span.start, span.end)}
    found: dict[str, None] = {}
    for start in range(len(sentence.tokens)):
        for width in range(1, LONGEST_VALUE + 1):
            window = sentence.tokens[start : start + width]
            if len(window) == width and _is_candidate(window, start, unknown):
                found[" ".join(token.text for token in window)] = None
    return sorted(found, key=len, reverse=True)[:SAID_LIMIT]


def _may_be_value(span: Span) -> bool:
    is_partly = span.tag is Tag.COLUMN and bool(span.columns) and span.columns[0].score < 0.9
    return span.tag in _VAGUE or is_partly


def _is_candidate(window: Sequence[Token], start: int, unknown: set[int]) -> bool:
    if not any(start + n in unknown for n in range(len(window))):
        return False
    edges = (window[0], window[-1])
    if any(token.kind == "symbol" for token in edges):
        return False
    if len(window) > 1 and any((token.text,) in PHRASES for token in edges):
        return False
    return len(" ".join(token.text for token in window)) > 1


def values_sql(said: Sequence[str], tables: Sequence[Table]) -> str | None:
    """Return the query that finds where `said` stand as values; None if no column holds text."""
    columns = [column for table in tables for column in table.of_kind("text")][:COLUMNS_LIMIT]
    if not columns or not said:
        return None
    words = ", ".join(f"({quote_literal(text)})" for text in said)
    looks = "\n  UNION ALL\n".join(_look(column) for column in columns)
    return (
        f"WITH said(word) AS (VALUES {words}), found AS (\n{looks}\n)\n"
        'SELECT * FROM found ORDER BY score DESC, word, "table", "column", value '
        f"LIMIT {VALUES_LIMIT}"
    )


def _look(column: Column) -> str:
    name, table = quote_name(column.name), quote_name(column.table)
    # A plural is as good as the word; a word is as good as the name that begins with it.
    return statement(
        f'SELECT DISTINCT {quote_literal(column.table)} AS "table",',
        f'{quote_literal(column.name)} AS "column", value, word, CASE',
        "WHEN lower(value) = word OR lower(value) || 's' = word THEN 1.0",
        "WHEN length(word) > 3 AND starts_with(lower(value), word || ' ') THEN 0.9",
        f"WHEN length(word) > 4 AND jaro_winkler_similarity(lower(value), word) >= {_LOOSE}",
        "THEN 0.8 ELSE 0 END AS score FROM",
        "(SELECT DISTINCT",
        name,
        "AS value FROM",
        table,
        f"WHERE length({name}) <= {VALUE_CHARACTERS}), said WHERE score > 0",
    )


def read_values(rows: Sequence[Sequence[str]], tables: Sequence[Table]) -> tuple[Value, ...]:
    """Return what the look found; of one word only the surest finds count."""
    by_name = {table.name: table for table in tables}
    found: list[Value] = []
    for row in rows:
        if len(row) < 5 or row[0] not in by_name:
            continue
        column = by_name[row[0]].column(row[1])
        if column is not None:
            found.append(Value(column, row[2], row[3], _score(row[4])))
    best: dict[str, float] = {}
    for value in found:
        best[value.said] = max(best.get(value.said, 0), value.score)
    return tuple(value for value in found if value.score == best[value.said])


def _score(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def unique_sql(join: Join) -> str:
    """Return the query that tells whether the joined table has one row for each key."""
    key, table = quote_name(join.key), quote_name(join.table)
    counts = f"count(*) AS keys, count(DISTINCT {key}) AS kinds"
    return statement("SELECT", counts, "FROM", table, "WHERE", key, "IS NOT NULL")


def examples_sql(column: Column) -> str:
    """Return the query for a few values of a column, the commonest first."""
    name, table = quote_name(column.name), quote_name(column.table)
    order = "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 12"
    return statement("SELECT", name, "AS value, count(*) AS n FROM", table, order)
