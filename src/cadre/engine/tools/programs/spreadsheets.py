"""Sheets of XLSX workbooks as CSV files with known column types, for DuckDB to read."""

import csv
import datetime
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

_MOST_ROWS = 1_000_000
NULL = "\\N"


@dataclass(frozen=True, slots=True)
class Sheet:
    path: Path
    columns: list[tuple[str, str]]


def sheet_names(path: Path) -> list[str]:
    """Names in the order of the workbook; none if it is no workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            root = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 (in the sandbox)
    except (OSError, KeyError, zipfile.BadZipFile, ElementTree.ParseError):
        return []
    return [node.get("name", "") for node in root.iter() if node.tag.endswith("}sheet")]


def to_csv(path: Path, sheet_name: str | None) -> Sheet:
    """Write one sheet as CSV: its header is the first row with more than one cell filled."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        sheet: Any = book[sheet_name] if sheet_name else book.worksheets[0]
        rows = [list(row) for row in sheet.iter_rows(values_only=True, max_row=_MOST_ROWS)]
    finally:
        book.close()
    rows = _without_margins(rows)
    names = _header(rows[0]) if rows else ["empty"]
    body = rows[1:]
    types = [_type([row[i] for row in body]) for i in range(len(names))]
    with tempfile.NamedTemporaryFile(
        "w", suffix=".csv", delete=False, newline="", encoding="utf-8"
    ) as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([_text(v, types[i]) for i, v in enumerate(row)] for row in body)
    return Sheet(Path(file.name), list(zip(names, types, strict=True)))


def _without_margins(rows: list[list[Any]]) -> list[list[Any]]:
    """Drop empty rows, a title above the table, and empty columns at both sides."""
    rows = [row for row in rows if any(cell is not None for cell in row)]
    width = max((sum(cell is not None for cell in row) for row in rows), default=0)
    while len(rows) > 1 and width > 1 and sum(cell is not None for cell in rows[0]) == 1:
        rows.pop(0)
    used = [
        i
        for i in range(max(map(len, rows), default=0))
        if any(_at(row, i) is not None for row in rows)
    ]
    if not used:
        return []
    return [[_at(row, i) for i in range(used[0], used[-1] + 1)] for row in rows]


def _at(row: list[Any], index: int) -> Any:
    return row[index] if index < len(row) else None


def _header(cells: list[Any]) -> list[str]:
    names: list[str] = []
    for index, cell in enumerate(cells):
        name = str(cell).strip() if cell is not None else f"column_{index + 1}"
        unique, number = name, 2
        while unique.lower() in {n.lower() for n in names}:
            unique, number = f"{name}_{number}", number + 1
        names.append(unique)
    return names


def _type(values: list[Any]) -> str:
    kinds: set[type[Any]] = {type(value) for value in values if value is not None}
    if not kinds:
        return "VARCHAR"
    if kinds == {bool}:
        return "BOOLEAN"
    if kinds == {int}:
        return "BIGINT"
    if kinds <= {int, float}:
        return _number_type([v for v in values if v is not None])
    if kinds <= {datetime.datetime, datetime.date}:
        times = [v for v in values if isinstance(v, datetime.datetime)]
        return "DATE" if all(v.time() == datetime.time() for v in times) else "TIMESTAMP"
    return "TIME" if kinds == {datetime.time} else "VARCHAR"


def _number_type(values: list[Any]) -> str:
    """DECIMAL where the sheet shows a few decimals (money), DOUBLE for measurements."""
    texts = [repr(value) for value in values]
    if any("e" in text or "n" in text for text in texts) or any(abs(v) >= 1e12 for v in values):
        return "DOUBLE"
    digits = max(len(text.partition(".")[2].rstrip("0")) for text in texts)
    return f"DECIMAL(18,{digits})" if digits <= 6 else "DOUBLE"


def _text(value: Any, kind: str) -> str:
    if value is None:
        return NULL
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if kind == "DATE" else value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return str(value)
    return str(value)
