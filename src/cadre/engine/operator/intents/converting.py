"""Commands that write a data file in another format: "convert orders.csv to parquet"."""

from dataclasses import dataclass, replace

from cadre.engine.operator import toolkit
from cadre.engine.operator.desk import Desk
from cadre.engine.operator.intents.changing import ask_yes
from cadre.engine.operator.intents.reading import chosen, which_file
from cadre.engine.operator.moves import Context, Frame, Move, Say
from cadre.engine.operator.patterns import Slot, match
from cadre.engine.operator.words import Sentence

_FORMATS = {
    "csv": "csv", "tsv": "tsv", "json": "json", "jsonl": "jsonl", "ndjson": "jsonl",
    "parquet": "parquet", "xlsx": "xlsx", "excel": "xlsx", "spreadsheet": "xlsx",
}  # fmt: skip
_PATTERNS = (
    "convert|turn|transform|export|save|translate|change|make|write [file] {file} to|into|as {format}",
    "[give|get|want] {file} as|in {format}",
    "export|convert to {format} {file}",
    "make|create|write {format} file|version|copy of|from|out {file}",
)


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
            return ask_yes(f"`{target}` exists already. Shall I replace it?", replace(self, sure=True))
        rows = toolkit.convert(desk, source, target, entries)
        return Say(f"Wrote **{rows:,} rows** of `{source.path}` to `{target}`.")


def recognise(sentence: Sentence, context: Context) -> Frame | None:
    """Read a sentence as a conversion of a data file."""
    filled = match(sentence, _PATTERNS)
    if filled is None:
        return None
    wanted = _format(filled["format"])
    return Convert(filled["file"].text, wanted[0], target=wanted[1]) if wanted else None


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
