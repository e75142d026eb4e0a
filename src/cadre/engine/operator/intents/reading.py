"""Commands that look into one file: show it, its first or last lines, count, describe, preview."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cadre.engine.operator import toolkit
from cadre.engine.operator.desk import Desk
from cadre.engine.operator.files import FileEntry, find_file
from cadre.engine.operator.grid import Grid, write_grid
from cadre.engine.operator.moves import Ask, Choice, Context, Frame, Move, Say
from cadre.engine.operator.numerals import say_number
from cadre.engine.operator.patterns import Slot, match
from cadre.engine.operator.words import Sentence, read_sentence

What = Literal["show", "first", "last", "lines", "words", "describe", "preview"]

LINES = 10
_TABULAR = frozenset({"csv", "tsv", "parquet", "xlsx", "jsonl", "ndjson"})
PREVIEW_ROWS = 10
_PATTERNS: dict[What, tuple[str, ...]] = {
    "lines": (
        "how many line [are|do|does|is] [there] [in|has|have] {file} [have|has|contain|contains]",
        "how many line has|have {file}", "count [number] line in|of {file}", "line count of|in|for {file}",
        "number of line in|of {file}", "wc -l {file}", "how long is {file}",
    ),
    "words": (
        "how many word [are|do|does|is] [there] [in|has|have] {file} [have|has|contain|contains]",
        "count [number] word in|of {file}", "word count of|in|for {file}",
        "number of word in|of {file}", "wc -w {file}",
    ),
    "first": (
        "[show|print|display|read|give|see|what] [is|are] first|top {number} line|row of|in|from {file}",
        "head {file}", "head -n {number} {file}", "[show|print|display|see] head|beginning|start of {file}",
        "first|top {number} line|row of|in|from {file}",
        "[show|print|display|read|give|see|what] [is|are] first line|row of|in|from {file}",
    ),
    "last": (
        "[show|print|display|read|give|see|what] [is|are] last|bottom {number} line|row of|in|from {file}",
        "tail {file}", "tail -n {number} {file}", "[show|print|display|see] tail|end of {file}",
        "last|bottom {number} line|row of|in|from {file}",
        "[show|print|display|read|give|see|what] [is|are] last line|row of|in|from {file}",
    ),
    "describe": (
        "describe {file}", "describe data|dataset|table|columns in|of {file}",
        "[what|which|show|list|display|name] [is|are] column|field|header|schema|structure [are|is|do|does] [there] [in|of|has|have|for] {file} [have|has|contain|contains]",
        "column|field|schema|structure of|in|for {file}", "[what|show] [is] schema|structure of {file}",
        "explain structure of {file}", "profile {file}", "summary|statistic of {file}", "summarise|summarize {file}",
        "what kind of data is in {file}",
    ),
    "preview": (
        "preview|sample|peek {file}", "[show|give|take] preview|sample|peek|look of|at|in|into {file}",
        "look at|into {file}", "show sample row of|from {file}", "[show] few row of|from {file}",
    ),
    "show": (
        "show|read|open|cat|print|display|view|see|type {file}", "show content|contents of {file}",
        "what is|does in|inside {file}", "what does {file} say|contain|contains", "content|contents of {file}",
        "what is in|inside {file}", "read {file} to me|us", "let see {file}", "what {file} say|contain|contains",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """Look into the file that `file` names; `path` is set once a person has chosen."""

    what: What
    file: str
    number: int = LINES
    path: str = ""

    def plan(self, desk: Desk) -> Move:
        entries = toolkit.list_files(desk)
        found = chosen(self.path or self.file, entries)
        if len(found) != 1:
            return which_file(self.file, found, entries, lambda path: replace(self, path=path))
        return _look(self, found[0], desk, entries)


def recognise(sentence: Sentence, _context: Context) -> Frame | None:
    """Read a sentence as a look into one file."""
    for what, patterns in _PATTERNS.items():
        filled = match(sentence, patterns)
        if filled is not None and _may_be_file(filled["file"], what):
            is_one = sentence.has("line", "row") and not {"lines", "rows"} & words_of(sentence)
            number = filled["number"].number if "number" in filled else (1 if is_one else LINES)
            return Look(what, filled["file"].text, number)
    return None


def words_of(sentence: Sentence) -> set[str]:
    return {token.text for token in sentence.tokens}


def _may_be_file(slot: Slot, what: What) -> bool:
    """Claim that a slot names a file: by a path, or in a few words that are no question."""
    if any(token.is_name for token in slot.tokens):
        return len(slot.tokens) <= 6
    if what in ("describe", "preview"):
        return len(slot.tokens) <= 4
    known = {
        "file",
        "readme",
        "makefile",
        "log",
        "note",
        "sheet",
        "csv",
        "document",
        "script",
        "workbook",
        "spreadsheet",
    }
    stems = {token.stem for token in slot.tokens}
    return len(slot.tokens) <= 4 and (bool(stems & known) or "make" in stems)


def chosen(said: str, entries: Sequence[FileEntry]) -> list[FileEntry]:
    """Return the files that the words of `said` name."""
    exact = [entry for entry in entries if entry.path == said]
    return exact or find_file(read_sentence(said).tokens, entries)


def which_file(
    said: str,
    found: Sequence[FileEntry],
    entries: Sequence[FileEntry],
    frame: Callable[[str], Frame],
) -> Ask:
    """Ask which file is meant, offering those that there are."""
    offered = list(found or entries)[:8]
    choices = [Choice(entry.path, frame(entry.path)) for entry in offered]
    if found:
        return Ask(f"Several files fit “{said}”. Which one?", choices)
    if not offered:
        return Ask(
            f"There is no file “{said}”; there are no files here at all. Add it to a message."
        )
    if len(choices) == 1:
        return Ask(f"There is no file “{said}” here. Do you mean `{choices[0].label}`?", choices)
    return Ask(f"There is no file “{said}” here. Do you mean one of these?", choices)


def _look(look: Look, entry: FileEntry, desk: Desk, entries: Sequence[FileEntry]) -> Move:
    if look.what in ("lines", "words"):
        return _count(look, entry, desk)
    as_table = entry.is_data and (look.what in ("describe", "preview") or entry.ending in _TABULAR)
    return _data(look, entry, desk, entries) if as_table else _text(look, entry, desk)


def _data(look: Look, entry: FileEntry, desk: Desk, entries: Sequence[FileEntry]) -> Move:
    tables = toolkit.tables(desk, entries, only=entry.path)
    if not tables:
        return Say(f"`{entry.path}` can't be read as a table.")
    table = tables[0]
    limit = look.number if look.what == "first" else PREVIEW_ROWS
    rows, total = toolkit.preview(desk, table, min(limit, toolkit.ROWS_LIMIT))
    plain = [column.name for column in table.columns if column.is_key]
    size = f"**{say_number(total)} rows** and {len(table.columns)} columns"
    if look.what == "describe":
        columns = Grid(("column", "type"), tuple((c.name, c.type.lower()) for c in table.columns))
        first = write_grid(rows, limit=5, plain=plain)
        return Say(
            f"`{entry.path}` has {size}:\n\n{write_grid(columns, limit=80)}\n\nThe first rows:\n\n{first}"
        )
    shown = write_grid(rows, limit=limit, plain=plain)
    return Say(f"`{entry.path}` has {size}. The first {len(rows.rows)}:\n\n{shown}")


def _count(look: Look, entry: FileEntry, desk: Desk) -> Move:
    lines, text = toolkit.count_lines(desk, entry.path)
    found = lines
    if look.what == "words":
        found = len(text.split()) if toolkit.is_whole(text) else _words_by_shell(desk, entry.path)
    return Say(f"`{entry.path}` has **{say_number(found)} {look.what}**.")


def _words_by_shell(desk: Desk, path: str) -> int:
    answer = toolkit.shell(desk, shlex.join(["wc", "-w", "--", path])).split()
    return int(answer[0]) if answer and answer[0].isdigit() else 0


def _text(look: Look, entry: FileEntry, desk: Desk) -> Move:
    if look.what == "last":
        text = toolkit.last_lines(desk, entry.path, look.number)
    else:
        text = toolkit.read_text(
            desk, entry.path, first=look.number if look.what == "first" else None
        )
    number = "line" if look.number == 1 else f"{look.number} lines"
    heading = (
        f"The {look.what} {number} of `{entry.path}`:"
        if look.what in ("first", "last")
        else f"`{entry.path}`:"
    )
    return Say(f"{heading}\n\n{fenced(text, entry.ending)}")


def fenced(text: str, language: str = "") -> str:
    """Return `text` as a block of code, whatever backticks it holds itself."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
