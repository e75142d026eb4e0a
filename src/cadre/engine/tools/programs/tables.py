"""Data files as tables of DuckDB: which files there are, and a view for each that is asked for.

A column of a CSV file that holds decimal numbers becomes DECIMAL, so that sums of money are
exact; one with leading zeros (postcodes, article numbers) stays text.
"""
# ruff: noqa: S608 (queries are what this is for, and the sandbox is around it)

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from . import spreadsheets

SUFFIXES = (".csv", ".tsv", ".parquet", ".json", ".jsonl", ".ndjson", ".xlsx")
_COMPRESSED = (".csv.gz", ".tsv.gz", ".json.gz", ".jsonl.gz")
_MOST_FILES = 500
_MOST_CHECKED_BYTES = 64 << 20  # larger files keep the types that DuckDB guesses
_DECIMAL = r"-?\d{1,12}(\.\d{1,6})?"
_COMMA_DECIMAL = r"-?\d{1,3}(\.\d{3})*,\d{1,6}|-?\d{1,12},\d{1,6}"


class QueryFailed(Exception):
    """The message is for the model that wrote the query."""


@dataclass(slots=True)
class Source:
    """A file, or a sheet of one, under the names that a query may use."""

    name: str
    path: Path
    sheet: str | None = None
    aliases: list[str] = field(default_factory=list[str])


class Tables:
    """A DuckDB connection over the data files below `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._sources = {
            name.lower(): source for source in _sources(root) for name in source.aliases
        }
        self._created: set[str] = set()
        self.connection = duckdb.connect(":memory:")
        for setting in (
            "set autoinstall_known_extensions = false",
            "set autoload_known_extensions = false",
            # Its temporary folder would be memory too: better a clear error than a kill.
            "set temp_directory = ''",
            "set memory_limit = '1200MB'",
            "set threads = 4",
            "set TimeZone = 'UTC'",
            "set preserve_insertion_order = true",
            "set enable_progress_bar = false",
        ):
            self.connection.execute(setting)

    def query(self, text: str) -> duckdb.DuckDBPyConnection:
        """Run `text`, or raise `QueryFailed` naming the tables and columns that exist."""
        prepared = self._prepare(text)
        try:
            return self.connection.execute(prepared)
        except duckdb.Error as error:
            raise QueryFailed(self._explained(error)) from error

    def name_of(self, path: str) -> str | None:
        """The table of a file named by its path or its stem, or None."""
        wanted = path.removeprefix("/workspace/").removeprefix("./").lower()
        for source in self._sources.values():
            if str(source.path.relative_to(self._root)).lower() == wanted:
                return source.name
        found = self._sources.get(wanted)
        return None if found is None else found.name

    def describe(self) -> str:
        """Every table with its columns and types, one line each."""
        lines: list[str] = []
        for source in _unique(self._sources.values()):
            path = source.path.relative_to(self._root)
            where = f"{path}" if source.sheet is None else f"{path}, sheet {source.sheet}"
            try:
                self._create(source)
                rows = self.connection.execute(f"describe {quoted(source.name)}").fetchall()
                columns = ", ".join(f"{row[0]} {row[1]}" for row in rows[:60])
            except (duckdb.Error, QueryFailed) as error:
                columns = f"can't be read: {str(error)[:200]}"
            lines.append(f"{quoted_if_needed(source.name)} ({where}): {columns}")
        return "\n".join(lines) or "There is no CSV, TSV, Parquet, JSON or XLSX file here."

    def _prepare(self, text: str) -> str:
        """Make the views that `text` mentions; a spreadsheet named by its path becomes its view."""
        mentioned = set(re.findall(r"\w+", text.lower()))
        lowered = text.lower()
        for source in _unique(self._sources.values()):
            if any(a.lower() in mentioned or a.lower() in lowered for a in source.aliases):
                self._create(source)
        return self._with_spreadsheets(text)

    def _with_spreadsheets(self, text: str) -> str:
        for source in _unique(self._sources.values()):
            if source.path.suffix.lower() == ".xlsx":
                path = re.escape(str(source.path.relative_to(self._root)))
                pattern = rf"(?:read_xlsx\s*\(\s*)?(['\"])(?:\./|/workspace/)?{path}\1(\s*\))?"
                if re.search(pattern, text):
                    self._create(source)
                    text = re.sub(pattern, lambda _, name=source.name: quoted(name), text)
        return text

    def _create(self, source: Source) -> None:
        if source.name in self._created:
            return
        self._created.add(source.name)
        try:
            scan = _scan(self.connection, source)
            for alias in source.aliases:
                self.connection.execute(f"create or replace view {quoted(alias)} as {scan}")
        except duckdb.Error as error:
            name = source.path.relative_to(self._root)
            raise QueryFailed(f"{name} can't be read: {_first_lines(str(error))}") from error

    def _explained(self, error: duckdb.Error) -> str:
        text = _first_lines(str(error))
        if isinstance(error, duckdb.CatalogException | duckdb.BinderException | duckdb.IOException):
            return f"{text}\n\nTables and columns that exist:\n{self.describe()}"
        return text


def quoted(name: str) -> str:
    """`name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def quoted_if_needed(name: str) -> str:
    """`name` as one would write it."""
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else quoted(name)


def literal(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def _sources(root: Path) -> Iterator[Source]:
    """Data files, shallow ones first, so that they get the plain names."""
    files = sorted(_data_files(root), key=lambda path: (len(path.parts), str(path)))
    taken: set[str] = set()
    for path in files[:_MOST_FILES]:
        stem = path.name[: -len(_suffix(path))]
        relative = str(path.relative_to(root))[: -len(_suffix(path))]
        for short, sheet in _named_sheets(path, stem):
            longer = relative + short[len(stem) :]
            choices = (short, longer, f"{longer}{_suffix(path)}")
            name = next((c for c in choices if c.lower() not in taken), choices[-1])
            aliases = [name]
            plain = re.sub(r"\W+", "_", name).strip("_").lower()
            if plain and plain != name.lower() and plain not in taken:
                aliases.append(plain)
            taken.update(alias.lower() for alias in aliases)
            yield Source(name, path, sheet, aliases)


def _named_sheets(path: Path, stem: str) -> list[tuple[str, str | None]]:
    if path.suffix.lower() != ".xlsx":
        return [(stem, None)]
    names = spreadsheets.sheet_names(path)
    return [(stem if i == 0 else f"{stem}_{name}", name) for i, name in enumerate(names)]


def _data_files(root: Path) -> Iterator[Path]:
    pending = [root]
    while pending:
        with contextlib.suppress(OSError):
            for item in pending.pop().iterdir():
                if item.name.startswith(".") or item.is_symlink():
                    continue
                if item.is_dir():
                    pending.append(item)
                elif _suffix(item):
                    yield item


def _suffix(path: Path) -> str:
    name = path.name.lower()
    return next((suffix for suffix in (*_COMPRESSED, *SUFFIXES) if name.endswith(suffix)), "")


def _unique(sources: Iterable[Source]) -> list[Source]:
    return list({id(source): source for source in sources}.values())


def _scan(connection: duckdb.DuckDBPyConnection, source: Source) -> str:
    path = literal(str(source.path))
    suffix = _suffix(source.path)
    if suffix == ".parquet":
        return f"select * from read_parquet({path})"
    if suffix.startswith((".json", ".ndjson")):
        return f"select * from read_json_auto({path})"
    if suffix == ".xlsx":
        sheet = spreadsheets.to_csv(source.path, source.sheet)
        types = ", ".join(f"{literal(n)}: {literal(t)}" for n, t in sheet.columns)
        return (
            f"select * from read_csv({literal(str(sheet.path))}, header = true, delim = ',', "
            f"quote = '\"', nullstr = '\\N', auto_detect = false, columns = {{{types}}})"
        )
    return _csv_scan(connection, source.path)


def _csv_scan(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    """`read_csv` with the encoding and the column types that lose nothing."""
    reader, kinds = _csv_columns(connection, path)
    doubtful = [name for name, kind in kinds.items() if kind in ("DOUBLE", "BIGINT", "VARCHAR")]
    if not doubtful or path.stat().st_size > _MOST_CHECKED_BYTES:
        return f"select * from {reader})"
    as_text = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in doubtful)
    typed = f"{reader}, types = {{{as_text}}})"
    checks = ", ".join(_check(name) for name in doubtful)
    found = connection.execute(f"select {checks} from {typed}").fetchone() or ()
    chosen = [_expression(kinds[n], n, found[i * 4 : i * 4 + 4]) for i, n in enumerate(doubtful)]
    replaced = ", ".join(f"{e} as {quoted(n)}" for n, e in zip(doubtful, chosen, strict=True))
    return f"select * replace ({replaced}) from {typed}"


def _csv_columns(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, dict[str, str]]:
    """An unclosed call of `read_csv` that can read the file, and the types that it guesses."""
    failure: duckdb.Error | None = None
    for encoding in ("utf-8", "utf-16", "latin-1"):
        reader = f"read_csv({literal(str(path))}, encoding = '{encoding}', sample_size = 100000"
        try:
            rows = connection.execute(f"describe select * from {reader})").fetchall()
        except duckdb.Error as error:
            failure = failure or error
        else:
            return reader, {str(row[0]): str(row[1]) for row in rows}
    raise failure or QueryFailed(f"{path.name} can't be read.")


def _check(name: str) -> str:
    """Over a column as text: are all plain decimals, digits after the point, zeros in front, commas."""
    value = f"trim({quoted(name)})"
    return (
        f"bool_and(regexp_full_match({value}, '{_DECIMAL}')), "
        f"max(length(regexp_extract({value}, '[.,](\\d+)$', 1))), "
        f"bool_or(regexp_matches({value}, '^-?0\\d')), "
        # All with three digits may be thousands as well: then nobody knows, and it stays text.
        f"bool_and(regexp_full_match({value}, '{_COMMA_DECIMAL}')) "
        f"and bool_or(length(regexp_extract({value}, ',(\\d+)$', 1)) <> 3)"
    )


def _expression(kind: str, name: str, found: tuple[Any, ...]) -> str:
    is_decimal, digits, has_zeros, is_comma = found
    value = quoted(name)
    if kind == "VARCHAR":
        if not is_comma:
            return value
        plain = f"replace(replace({value}, '.', ''), ',', '.')"
        return f"cast({plain} as decimal(18, {digits or 0}))"
    if has_zeros and kind == "BIGINT":
        return value
    if kind == "DOUBLE" and is_decimal and digits:
        return f"cast({value} as decimal(18, {digits}))"
    return f"cast({value} as {kind})"


def _first_lines(text: str) -> str:
    """DuckDB's message without its advice on options of the reader."""
    return text.split("\n\nPossible", 1)[0].strip()[:2000]
