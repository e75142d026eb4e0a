"""Questions about data files: "total revenue by region in orders.csv as a bar chart"."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cadre.engine.operator import toolkit
from cadre.engine.operator.data.charting import chart_of
from cadre.engine.operator.data.completing import (
    Doubt,
    Option,
    choose_table,
    complete,
    joinable,
)
from cadre.engine.operator.data.lexicon import CUES, Tag
from cadre.engine.operator.data.looking import (
    examples_sql,
    phrases_to_look_up,
    read_values,
    unique_sql,
    values_sql,
)
from cadre.engine.operator.data.phrasing import phrase_answer
from cadre.engine.operator.data.query import Query, write_sql
from cadre.engine.operator.data.reading import Grounds, Reader
from cadre.engine.operator.data.schema import Table
from cadre.engine.operator.data.slots import Slots, merged
from cadre.engine.operator.data.tagging import Known, Span, tag
from cadre.engine.operator.desk import Desk
from cadre.engine.operator.files import DATA_ENDINGS, FileEntry, find_file
from cadre.engine.operator.intents.reading import which_file
from cadre.engine.operator.intents.talk import unknown
from cadre.engine.operator.moves import Ask, Choice, Context, Frame, Move, Say
from cadre.engine.operator.words import Sentence, read_sentence

_FOLLOW_LEADS = frozenset(
    [
        "and",
        "now",
        "only",
        "just",
        "same",
        "also",
        "what",
        "how",
        "but",
        "instead",
        "make",
        "as",
        "then",
        "sort",
        "order",
        "by",
        "without",
        "with",
        "for",
        "in",
        "per",
        "exclude",
        "excluding",
        "not",
        "ok",
        "okay",
        "show",
        "again",
        "do",
        "could",
        "can",
        "draw",
        "plot",
        "chart",
    ]
)
_POINTERS = frozenset(["it", "that", "them", "those", "this", "these", "same", "instead"])
_FOLLOW_TOKENS = 14
_TENTATIVE_TOKENS = 16
CHAIN_LIMIT = 12


@dataclass(frozen=True)
class Question:
    """A question, the one that it follows up, and what was settled by asking back.

    A `tentative` one has no word of a question; it is one only if the data has its words.
    """

    text: str
    base: "Question | None" = None
    decisions: tuple[tuple[str, str], ...] = ()
    tentative: bool = False

    def plan(self, desk: Desk) -> Move:
        return _Answer(self, desk).move()

    def chain(self) -> list["Question"]:
        """Return the questions from the first one on, without those beyond a bound."""
        found: list[Question] = [self]
        while found[-1].base is not None and len(found) < CHAIN_LIMIT:
            found.append(found[-1].base)
        return found[::-1]


def recognise(sentence: Sentence, context: Context) -> Frame | None:
    """Read a sentence as a question about data: it follows one up, or has the words of one."""
    if isinstance(context.previous, Question) and follows_up(sentence):
        return Question(sentence.raw, base=context.previous)
    tags = {span.tag for span in tag(sentence, Known(()))}
    has_cue = bool(tags & CUES) or (Tag.GROUP in tags and len(sentence.tokens) < 30)
    names_data = any(
        t.kind == "path" and t.text.rsplit(".", 1)[-1] in DATA_ENDINGS for t in sentence.tokens
    )
    if has_cue or names_data:
        return Question(sentence.raw)
    is_short = 1 < len(sentence.tokens) <= _TENTATIVE_TOKENS
    return Question(sentence.raw, tentative=True) if is_short else None


def follows_up(sentence: Sentence) -> bool:
    """Claim that the sentence changes the question before instead of asking a new one."""
    words = [token.text for token in sentence.tokens]
    if not words or len(words) > _FOLLOW_TOKENS or any(t.kind == "path" for t in sentence.tokens):
        return False
    tags = [span.tag for span in tag(sentence, Known(()))]
    has_own_measure = any(t in (Tag.FUNCTION, Tag.COUNT, Tag.HOW_MUCH, Tag.ROWS) for t in tags)
    if _POINTERS & set(words):
        return True
    shapes = sum(t in CUES or t in (Tag.GROUP, Tag.PERIOD, Tag.NOT) for t in tags)
    opens = words[0] in _FOLLOW_LEADS and (
        shapes > 0 or words[0] in ("and", "only", "just", "now", "what", "how", "for", "but")
    )
    if words[0] in ("what", "how"):
        opens = words[1:2] == ["about"]
    return (opens or (len(words) <= 4 and shapes > 0)) and not (
        has_own_measure and Tag.GROUP in tags
    )


class _Answer:
    """One question on its way to an answer."""

    def __init__(self, question: Question, desk: Desk) -> None:
        self._question = question
        self._desk = desk
        self._chain = [read_sentence(part.text) for part in question.chain()]
        self._decisions = {k: v for part in question.chain() for k, v in part.decisions}

    def move(self) -> Move:
        if self._question.tentative and not self._desk.offers("sql"):
            return unknown(self._question.text)
        files = toolkit.list_files(self._desk)
        missing = self._missing_file(files)
        if missing is not None:
            return missing
        tables = toolkit.tables(self._desk, files)
        if not tables:
            return unknown(self._question.text) if self._question.tentative else Say(_NO_DATA)
        return self._over(tables)

    def _over(self, tables: Sequence[Table]) -> Move:
        """Answer over the tables that there are."""
        known = self._known(tables)
        if self._question.tentative and not self._speaks_of_data(known):
            return unknown(self._question.text)
        spans = self._table_spans(known)
        table = choose_table(spans, tables, self._decisions, self._desk.attached)
        if table is None:
            return Ask(_nothing_named(tables))
        if isinstance(table, Doubt):
            return self._ask(table)
        slots = self._slots(known, table, tables)
        query = complete(slots, table, tables, self._decisions)
        if isinstance(query, Doubt):
            return self._explain(query, slots, table)
        return self._answer(query, slots, table)

    def _speaks_of_data(self, known: Known) -> bool:
        """Claim that more words name things of the data than nothing at all."""
        spans = self._table_spans(known)
        named = sum(span.tag in (Tag.TABLE, Tag.COLUMN, Tag.VALUE) for span in spans)
        strange = sum(span.tag is Tag.UNKNOWN and len(span.text) > 2 for span in spans)
        return named > 0 and named >= strange

    def _missing_file(self, files: Sequence[FileEntry]) -> Ask | None:
        """Ask back where the question names a data file that isn't there."""
        for token in self._chain[-1].tokens:
            is_data = token.kind == "path" and token.text.rsplit(".", 1)[-1] in DATA_ENDINGS
            if not is_data or any(_is_at(token.text, file) for file in files):
                continue
            near = find_file([token], files) or [file for file in files if file.is_data]
            return which_file(token.raw, [], near, lambda p, said=token.raw: self._renamed(said, p))
        return None

    def _renamed(self, said: str, path: str) -> Question:
        return replace(self._question, text=self._question.text.replace(said, path))

    def _known(self, tables: Sequence[Table]) -> Known:
        known = Known(tuple(tables), (), self._desk.now)
        said = [p for sentence in self._chain for p in phrases_to_look_up(sentence, known)]
        sql = values_sql(list(dict.fromkeys(said)), tables)
        if sql is None:
            return known
        grid = toolkit.sql(self._desk, sql)
        return replace(known, values=read_values(grid.rows, tables))

    def _table_spans(self, known: Known) -> list[Span]:
        return [span for sentence in self._chain for span in tag(sentence, known)]

    def _slots(self, known: Known, table: Table, tables: Sequence[Table]) -> Slots:
        near = joinable(table, tables)
        others = tuple(t for t in tables if t.name in near)
        grounds = Grounds(table, others, self._decisions)
        slots: Slots | None = None
        for sentence in self._chain:
            read = Reader(sentence, tag(sentence, known), grounds).read()
            slots = read if slots is None else merged(slots, read)
        return slots or Slots()

    def _ask(self, doubt: Doubt) -> Ask:
        return Ask(doubt.question, [self._choice(option) for option in doubt.options])

    def _choice(self, option: Option) -> Choice:
        decisions = (*self._question.decisions, (option.key, option.value))
        return Choice(option.label, replace(self._question, decisions=decisions))

    def _explain(self, doubt: Doubt, slots: Slots, table: Table) -> Ask:
        """Say what there is instead of a word that names nothing."""
        if doubt.options or not slots.unplaced:
            return self._ask(doubt)
        name, _, said = slots.unplaced[0].rpartition("=")
        column = table.column(name) if name else None
        if column is not None:
            grid = toolkit.sql(self._desk, examples_sql(column))
            values = ", ".join(f"`{row[0]}`" for row in grid.rows)
            return Ask(f"`{column.name}` has no value “{said}”. It has: {values}. Which one?")
        columns = ", ".join(f"`{column.name}`" for column in table.columns)
        return Ask(f"I find no “{said}” in `{table.file}`. Its columns: {columns}. What is meant?")

    def _answer(self, query: Query, slots: Slots, table: Table) -> Move:
        if query.join is not None:
            keys, kinds = toolkit.sql(self._desk, unique_sql(query.join)).rows[0][:2]
            if keys != kinds:
                return Ask(
                    f"`{query.join.table}` has several rows for one `{query.join.key}`, so joining it "
                    "would count amounts twice. Ask about one file at a time."
                )
        sql = write_sql(query)
        chart = chart_of(query, slots.chart, sql)
        grid = toolkit.sql(self._desk, sql) if query.measures or chart is None else None
        picture = (
            toolkit.chart(self._desk, chart)
            if chart is not None and (grid is None or grid.rows)
            else ""
        )
        return Say(phrase_answer(query, slots, table, grid, picture))


def _is_at(said: str, file: FileEntry) -> bool:
    return ("/" + file.path.lower()).endswith("/" + said.removeprefix("./"))


_NO_DATA = (
    "There is no data file here that I can query (CSV, TSV, Parquet, JSON or XLSX). Add one to the "
    "message, and ask again."
)


def _nothing_named(tables: Sequence[Table]) -> str:
    lines = [
        f"- `{table.file}`: " + ", ".join(f"`{column.name}`" for column in table.columns)
        for table in tables[:8]
    ]
    return (
        "I don't find in your question a column or a value of the data here. I am not a language "
        "model: I match words with names. There is:\n\n" + "\n".join(lines)
    )
