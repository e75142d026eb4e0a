"""Tagging: which words of a question shape it, and which name things of the data.

Works left to right; at every place the longest reading wins, then the surer one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cadre.engine.operator.data.lexicon import LONGEST, PHRASES, Tag
from cadre.engine.operator.data.schema import Column, Match, Table, matches
from cadre.engine.operator.numerals import number_in
from cadre.engine.operator.periods import Period, period_at
from cadre.engine.operator.words import Sentence, Token, name_words

LONGEST_NAME = 4
LONGEST_VALUE = 6
SURE = 0.94
# Words that are too common to be taken for a part of a column's name.
_WEAK_PARTS = frozenset(
    ["id", "no", "is", "by", "of", "at", "on", "in", "to", "first", "last", "order", "row", "total"]
)


@dataclass(frozen=True, slots=True)
class Value:
    """A value that stands in a column; `score` is 1 where it was written exactly so."""

    column: Column
    value: str
    said: str
    score: float = 1.0


@dataclass(frozen=True)
class Span:
    """Tokens `start` up to `end` and what they are. `text` is the meaning of a lexicon word."""

    tag: Tag
    start: int
    end: int
    text: str = ""
    columns: tuple[Match, ...] = ()
    table: Table | None = None
    values: tuple[Value, ...] = ()
    number: float = 0.0
    period: Period | None = None
    lead: str = ""

    @property
    def width(self) -> int:
        return self.end - self.start


@dataclass(frozen=True)
class Known:
    """What is known of the data while a question is read."""

    tables: tuple[Table, ...]
    values: tuple[Value, ...] = ()
    now: float = 0.0

    def columns(self) -> list[Column]:
        return [column for table in self.tables for column in table.columns]


def tag(sentence: Sentence, known: Known) -> list[Span]:
    """Return the spans of the whole sentence, in order, without gaps."""
    columns = known.columns()
    spans: list[Span] = []
    position = 0
    while position < len(sentence.tokens):
        span = _best(sentence.tokens, position, known, columns, spans)
        spans.append(span)
        position = span.end
    return spans


def _best(
    tokens: Sequence[Token], at: int, known: Known, columns: Sequence[Column], before: list[Span]
) -> Span:
    candidates: list[tuple[int, int, Span]] = []
    for rank, found in (
        (7, _value(tokens, at, known)),
        (8, _period(tokens, at, known, before)),
        (6, _table(tokens, at, known)),
        (5, _named(tokens, at, columns)),
        (4, _phrase(tokens, at)),
        (3, _number(tokens, at)),
    ):
        if found is not None:
            candidates.append((found.width, rank, found))
    vague = _named(tokens, at, columns, partly=True)
    if not candidates:
        return vague or Span(Tag.UNKNOWN, at, at + 1, tokens[at].text)
    sure = max(candidates, key=lambda item: item[:2])[2]
    is_weak = sure.tag is Tag.STOP or (vague is not None and vague.width > sure.width)
    if vague is not None and is_weak and sure.tag is not Tag.PERIOD:
        return vague
    return _cleared(sure, tokens, columns)


def _cleared(span: Span, tokens: Sequence[Token], columns: Sequence[Column]) -> Span:
    """Prefer "total" the function over a column named total where another column follows."""
    if span.tag is not Tag.COLUMN or span.width != 1 or span.end >= len(tokens):
        return span
    phrase = PHRASES.get((tokens[span.start].stem,))
    if phrase is None or phrase[0] not in (Tag.FUNCTION, Tag.COUNT, Tag.SHARE, Tag.BUCKET):
        return span
    if _named(tokens, span.end, columns) is None:
        return span
    return Span(phrase[0], span.start, span.end, phrase[1])


def _value(tokens: Sequence[Token], at: int, known: Known) -> Span | None:
    for width in range(min(LONGEST_VALUE, len(tokens) - at), 0, -1):
        said = " ".join(token.text for token in tokens[at : at + width])
        found = tuple(value for value in known.values if value.said == said)
        if found:
            return Span(Tag.VALUE, at, at + width, said, values=found)
    return None


def _period(tokens: Sequence[Token], at: int, known: Known, before: list[Span]) -> Span | None:
    after_comparison = bool(before) and before[-1].tag in (Tag.COMPARISON, Tag.TOP, Tag.BOTTOM)
    if after_comparison:
        return None
    found = period_at(tokens, at, known.now, bare_years=True)
    if found is None:
        return None
    return Span(Tag.PERIOD, at, at + found.width, period=found.period, lead=found.lead)


def _table(tokens: Sequence[Token], at: int, known: Known) -> Span | None:
    first = tokens[at]
    if first.is_name:
        wanted = first.text.rsplit("/", 1)[-1]
        for table in known.tables:
            if wanted in (table.file.lower().rsplit("/", 1)[-1], table.name.lower()):
                return Span(Tag.TABLE, at, at + 1, table.name, table=table)
        return None
    for width in range(min(3, len(tokens) - at), 0, -1):
        said = tuple(token.stem for token in tokens[at : at + width])
        for table in known.tables:
            if said == name_words(table.name):
                found = tuple(matches(said, known.columns()))
                sure = tuple(match for match in found if match.score >= SURE)
                return Span(Tag.TABLE, at, at + width, table.name, sure, table=table)
    return None


def _named(
    tokens: Sequence[Token], at: int, columns: Sequence[Column], *, partly: bool = False
) -> Span | None:
    """Return the longest name of columns at `at`; a part of a name only if `partly`."""
    for width in range(min(LONGEST_NAME, len(tokens) - at), 0, -1):
        window = tokens[at : at + width]
        if any(token.kind in ("symbol", "url") for token in window):
            continue
        said = tuple(stem for token in window for stem in _said(token))
        if partly and width == 1 and said[:1] and said[0] in _WEAK_PARTS:
            continue
        found = tuple(m for m in matches(said, columns) if partly or m.score >= SURE)
        if found and (not partly or not _is_loose(said, found[0])):
            return Span(Tag.COLUMN, at, at + width, " ".join(said), found)
    return None


def _is_loose(said: tuple[str, ...], best: Match) -> bool:
    """Claims that a word of the lexicon was only swallowed: "by date" is not a name."""
    return len(said) > 1 and any((word,) in PHRASES for word in said) and best.score < 0.8


def _said(token: Token) -> tuple[str, ...]:
    if token.kind == "word" and "_" not in token.raw:
        return (token.stem,)
    return name_words(token.raw.strip("\"'`“”"))


def _phrase(tokens: Sequence[Token], at: int) -> Span | None:
    if tokens[at].kind in ("quoted", "path", "url"):
        return None
    for width in range(min(LONGEST, len(tokens) - at), 0, -1):
        window = tokens[at : at + width]
        for words in (tuple(t.text for t in window), tuple(t.stem for t in window)):
            if words in PHRASES:
                found, meaning = PHRASES[words]
                return Span(found, at, at + width, meaning)
    return None


def _number(tokens: Sequence[Token], at: int) -> Span | None:
    number = number_in(tokens[at])
    if number is None:
        return None
    return Span(Tag.NUMBER, at, at + 1, tokens[at].text, number=number)


def in_table(span: Span, table: Table) -> tuple[Match, ...]:
    return tuple(match for match in span.columns if match.column.table == table.name)


def narrowed(span: Span, table: Table) -> Span:
    return replace(span, columns=in_table(span, table))
