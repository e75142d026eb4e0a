"""Toolkit: what the plans ask of the built-in tools, and how their answers are read.

The only place that knows the tools' parameters and the shape of their text.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from cadre.engine.operator.conversation import Result
from cadre.engine.operator.data.charting import Chart
from cadre.engine.operator.data.query import quote_literal, quote_name, statement
from cadre.engine.operator.data.schema import Column, Table
from cadre.engine.operator.desk import Desk, ToolFailed
from cadre.engine.operator.files import FileEntry
from cadre.engine.operator.grid import Grid, read_grid
from cadre.kernel.messages import Json

FILES_LIMIT = 400
ROWS_LIMIT = 200
TABLES_LIMIT = 12
SCHEMA_ROWS = 1000
SEARCH_LIMIT = 60
EMPTY_FILE = "(The file is empty.)"

_ENTRY = re.compile(r"^\s*([\d.]+) (B|kB|MB|GB)  (\d{4}-\d\d-\d\d \d\d:\d\d)  (.+)$")
_UNITS = {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}
_LINES_NOTE = re.compile(r"\n\n\[Lines (\d+) to (\d+) of (\d+)\..*\]\s*$")
_DRAWN = re.compile(r" as (.+?\.png) and ")
_COMPRESSED = (".csv.gz", ".tsv.gz", ".json.gz", ".jsonl.gz")


def list_files(desk: Desk, sort: str = "modified") -> list[FileEntry]:
    """Return the files of the workspace; `sort` of modified (newest first) or size (largest)."""
    text = desk.call("list_files", sort=sort, limit=FILES_LIMIT).text
    found: list[FileEntry] = []
    for line in text.split("\n"):
        match = _ENTRY.match(line)
        if match is not None:
            size, unit, moment, path = match.groups()
            at = datetime.strptime(moment, "%Y-%m-%d %H:%M").replace(tzinfo=UTC).timestamp()
            found.append(FileEntry(path, int(float(size) * _UNITS[unit]), at))
    return found


def read_text(desk: Desk, path: str, *, first: int | None = None) -> str:
    """Return the text of a file, or its first lines, without the tool's note."""
    lines: dict[str, Json] = {} if first is None else {"end_line": max(first, 1)}
    text = desk.call("read_file", path=path, **lines).text
    return _LINES_NOTE.sub("", text) if first is not None else text


def count_lines(desk: Desk, path: str) -> tuple[int, str]:
    """Return the number of lines of a file, and its text as far as the tool shows it."""
    text = desk.call("read_file", path=path).text
    note = _LINES_NOTE.search(text)
    if note is not None:
        return int(note.group(3)), text
    return (0 if text == EMPTY_FILE else text.count("\n") + 1), text


def last_lines(desk: Desk, path: str, number: int) -> str:
    total, _ = count_lines(desk, path)
    start = max(total - number + 1, 1)
    return _LINES_NOTE.sub("", desk.call("read_file", path=path, start_line=start).text)


def is_whole(text: str) -> bool:
    """Claim that the tool showed all of a file."""
    return _LINES_NOTE.search(text) is None


def search(desk: Desk, text: str, *, path: str, regex: bool) -> str:
    arguments: dict[str, Json] = {"pattern": text, "limit": SEARCH_LIMIT}
    arguments["ignore_case"] = text == text.lower()
    if path:
        folder, _, name = path.rpartition("/")
        arguments |= {"glob": name} | ({"path": folder} if folder else {})
    if regex:
        arguments["regex"] = True
    return desk.call("search_files", **arguments).text


def sql(desk: Desk, query: str, *, limit: int = ROWS_LIMIT) -> Grid:
    return read_grid(desk.call("sql", query=query, limit=limit).text)


def write(desk: Desk, path: str, text: str) -> str:
    return desk.call("write_file", path=path, content=text).text


def patch(desk: Desk, path: str, old: str, new: str) -> str:
    return desk.call("patch_file", path=path, search=old, replace=new, all=True).text


def run_shell(desk: Desk, command: str) -> Result:
    return desk.attempt("shell", command=command)


def shell(desk: Desk, command: str) -> str:
    return desk.call("shell", command=command).text


def python(desk: Desk, code: str) -> Result:
    return desk.attempt("python", code=code)


def fetch(desk: Desk, url: str) -> str:
    return desk.call("http_get", url=url).text


def chart(desk: Desk, wanted: Chart) -> str:
    """Draw, and return the picture as Markdown."""
    text = desk.call("chart", **wanted.arguments).text
    drawn = _DRAWN.search(text)
    if drawn is None:
        return text
    return f"![{wanted.title}]({drawn.group(1).replace(' ', '%20')})"


def tables(desk: Desk, entries: Sequence[FileEntry], only: str = "") -> list[Table]:
    """Return the data files as tables with their columns; those that can't be read are left out."""
    all_names = table_names(entries)
    chosen = [name for name, path in all_names.items() if only in ("", path)][:TABLES_LIMIT]
    names: dict[str, str] = {name: all_names[name] for name in chosen}
    while names:
        answer = desk.attempt("sql", query=_schema_sql(list(names)), limit=SCHEMA_ROWS)
        if not answer.is_error:
            return _read_tables(read_grid(answer.text), names)
        broken = [name for name, path in names.items() if f"{path} can't be read" in answer.text]
        if not broken or (only and broken):
            raise ToolFailed(answer)
        names = {name: path for name, path in names.items() if name not in broken}
    return []


def table_names(entries: Sequence[FileEntry]) -> dict[str, str]:
    """Return the path of each data file by the name that the tool `sql` gives to it."""
    data = [entry for entry in entries if entry.is_data]
    data.sort(key=lambda entry: (entry.path.count("/"), entry.path.split("/")))
    names: dict[str, str] = {}
    taken: set[str] = set()
    for entry in data:
        ending = next((e for e in _COMPRESSED if entry.path.endswith(e)), f".{entry.ending}")
        name, whole = entry.name[: -len(ending)], entry.path[: -len(ending)]
        name = whole if name.lower() in taken else name
        name = f"{name}{ending}" if name.lower() in taken else name
        taken |= {name.lower(), re.sub(r"\W+", "_", name).strip("_").lower()}
        names[name] = entry.path
    return names


def _schema_sql(names: Sequence[str]) -> str:
    listed = ", ".join(quote_literal(name) for name in names)
    return statement(
        "SELECT table_name, column_name, data_type FROM information_schema.columns",
        f"WHERE table_name IN ({listed}) ORDER BY table_name, ordinal_position",
    )


def _read_tables(grid: Grid, names: dict[str, str]) -> list[Table]:
    found: dict[str, Table] = {}
    for row in grid.rows:
        if len(row) < 3 or row[0] not in names:
            continue
        table = found.get(row[0], Table(row[0], names[row[0]], ()))
        found[row[0]] = replace(table, columns=(*table.columns, Column(*row[:3])))
    return list(found.values())


def preview(desk: Desk, table: Table, limit: int) -> tuple[Grid, int]:
    """Return the first rows of a table and the number of all."""
    name = quote_name(table.name)
    rows = sql(desk, statement("SELECT * FROM", name, "LIMIT", str(limit)), limit=max(limit, 1))
    return rows, whole_number(sql(desk, statement("SELECT count(*) AS n FROM", name)))


def whole_number(grid: Grid) -> int:
    cell = grid.rows[0][0] if grid.rows and grid.rows[0] else ""
    return int(cell) if cell.isdigit() else 0
