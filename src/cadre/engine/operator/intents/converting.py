"""Commands that write a data file in another format: "convert orders.csv to parquet"."""

from dataclasses import dataclass, replace

from cadre.engine.operator import toolkit
from cadre.engine.operator.desk import Desk
from cadre.engine.operator.intents.changing import ask_yes
from cadre.engine.operator.intents.reading import chosen, fenced, which_file
from cadre.engine.operator.moves import Context, Frame, Move, Say
from cadre.engine.operator.patterns import Slot, match
from cadre.engine.operator.words import Sentence

_FORMATS = {
    "csv": "csv", "tsv": "tsv", "json": "json", "jsonl": "jsonl", "ndjson": "jsonl",
    "parquet": "parquet", "xlsx": "xlsx", "excel": "xlsx", "spreadsheet": "xlsx",
}  # fmt: skip
_PATTERNS = (
    "convert|turn|transform|export|save|translate|change|make|write [file] {file} to|into|as {format}",
    "give|get|want {file} as|in {format}",
    "export|convert to {format} {file}",
    "make|create|write {format} file|version|copy of|from|out {file}",
)
# Without a verb only a file's full name will do: "total visits in visits.csv" is a question.
_BARE = ("{file} as|in {format}",)


@dataclass(frozen=True)
class Convert:
    """Write the table in the file that `file` names once more, as `format`."""

    file: str
    format: str
    path: str = ""
    target: str = ""
    sure: bool = False

    def plan(self, desk: Desk) -> Move:
        entries = toolkit.list_files(desk)
        found = [e for e in chosen(self.path or self.file, entries) if e.is_data]
        if len(found) != 1:
            data = [entry for entry in entries if entry.is_data]
            return which_file(self.file, found, data, lambda p: replace(self, path=p))
        source = found[0]
        target = self.target or f"{source.path.rsplit('.', 1)[0]}.{self.format}"
        if target == source.path:
            return Say(f"`{source.path}` is in that format already.")
        if not self.sure and any(entry.path == target for entry in entries):
            return ask_yes(f"`{target}` exists already. Replace it", replace(self, sure=True))
        answer = toolkit.python(desk, _code(source.path, target))
        if answer.is_error:
            return Say(f"`{source.path}` was not converted:\n\n{fenced(answer.text)}")
        return Say(f"Wrote `{source.path}` as `{target}`: {answer.text.splitlines()[0]}.")


def recognise(sentence: Sentence, _context: Context) -> Frame | None:
    """Read a sentence as a conversion of a data file."""
    filled = match(sentence, _PATTERNS)
    is_meant = filled is not None and _is_file(filled["file"])
    if filled is None and (filled := match(sentence, _BARE)) is not None:
        is_meant = any(token.is_name for token in filled["file"].tokens)
    if filled is None or not is_meant:
        return None
    wanted = _format(filled["format"])
    return Convert(filled["file"].text, wanted[0], target=wanted[1]) if wanted else None


def _is_file(slot: Slot) -> bool:
    return any(token.is_name for token in slot.tokens) or len(slot.tokens) <= 2


def _format(slot: Slot) -> tuple[str, str] | None:
    """Return the format, and the name of the file to write if one was said."""
    if len(slot.tokens) > 4:
        return None
    for token in slot.tokens:
        if token.kind == "path" and token.text.rsplit(".", 1)[-1] in _FORMATS:
            return _FORMATS[token.text.rsplit(".", 1)[-1]], token.raw
        if token.stem in _FORMATS:
            return _FORMATS[token.stem], ""
    return None


_SCRIPT = """import csv, datetime, json
import duckdb, openpyxl
source, target = {source}, {target}
if source.lower().endswith(".xlsx"):
    sheet = openpyxl.load_workbook(source, data_only=True).worksheets[0]
    names, *rows = [list(row) for row in sheet.iter_rows(values_only=True)]
else:
    table = duckdb.from_query("select * from '" + source.replace("'", "''") + "'")
    names, rows = table.columns, table.fetchall()
def plain(cell):
    return cell if isinstance(cell, (int, float, str, bool, type(None))) else str(cell)
if target.endswith((".csv", ".tsv")):
    with open(target, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter="\\t" if target.endswith(".tsv") else ",")
        writer.writerows([names, *rows])
elif target.endswith((".json", ".jsonl")):
    records = [json.dumps(dict(zip(names, map(plain, row))), ensure_ascii=False) for row in rows]
    whole = "[\\n" + ",\\n".join(records) + "\\n]" if target.endswith(".json") else "\\n".join(records)
    open(target, "w", encoding="utf-8").write(whole + "\\n")
elif target.endswith(".xlsx"):
    book = openpyxl.Workbook()
    for row in [names, *rows]:
        book.active.append([c if isinstance(c, (int, float, datetime.date)) else plain(c) for c in row])
    book.save(target)
elif source.lower().endswith(".xlsx"):
    import io, os, tempfile
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8", delete=False) as file:
        csv.writer(file).writerows([names, *rows])
    duckdb.from_query("select * from '" + file.name + "'").write_parquet(target)
else:
    table.write_parquet(target)
print(len(rows), "rows")
"""


def _code(source: str, target: str) -> str:
    # repr() of a str is a Python literal that holds nothing but the text.
    return _SCRIPT.format(source=repr(source), target=repr(target))
