"""Grid: the Markdown tables that tools answer with, read and written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_RULE = re.compile(r"^\|[\s:|-]+\|$")
_NUMBER = re.compile(r"^-?\d+(\.\d+)?([eE][+-]?\d+)?$")
CELL_CHARACTERS = 200


@dataclass(frozen=True)
class Grid:
    """Columns and rows of text. `note` is what the tool said beside the table."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""

    def column(self, name: str) -> list[str]:
        index = self.columns.index(name)
        return [row[index] for row in self.rows]


def read_grid(text: str) -> Grid:
    """Return the first Markdown table in `text`; an empty grid if there is none."""
    lines = text.split("\n")
    for index in range(len(lines) - 1):
        if lines[index].startswith("|") and _RULE.match(lines[index + 1].strip()):
            break
    else:
        return Grid(note=text.strip())
    columns = _cells(lines[index])
    rows: list[tuple[str, ...]] = []
    end = index + 2
    while end < len(lines) and lines[end].startswith("|"):
        cells = _cells(lines[end])
        rows.append((*cells, *[""] * (len(columns) - len(cells)))[: len(columns)])
        end += 1
    note = "\n".join(lines[:index] + lines[end:]).strip()
    return Grid(columns, tuple(rows), note)


def _cells(line: str) -> tuple[str, ...]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    parts = re.split(r"(?<!\\)\|", inner)
    return tuple(part.strip().replace("\\|", "|") for part in parts)


def write_grid(grid: Grid, *, limit: int, plain: Sequence[str] = ()) -> str:
    """Return the first `limit` rows as a table for people: numbers grouped and to the right.

    Columns named in `plain` keep their digits: years and ids are not amounts.
    """
    places = {name: _places(grid.column(name)) for name in grid.columns if name not in plain}
    rows = [
        [_shown(cell, places.get(name)) for name, cell in zip(grid.columns, row, strict=True)]
        for row in grid.rows[:limit]
    ]
    lines = [_line([_escaped(name) for name in grid.columns])]
    lines.append(
        "|" + "|".join("--:" if places.get(n) is not None else "---" for n in grid.columns) + "|"
    )
    lines += [_line(row) for row in rows]
    if len(grid.rows) > limit:
        lines.append(f"\n… and {len(grid.rows) - limit} more rows.")
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _places(cells: Sequence[str]) -> int | None:
    """Return the digits after the point that a column of numbers needs, None for text."""
    filled = [cell for cell in cells if cell and cell.upper() != "NULL"]
    if not filled or not all(_NUMBER.match(cell) for cell in filled):
        return None
    # A leading zero is a code's, not an amount's.
    if any(cell.startswith("0") and cell[1:2].isdigit() for cell in filled):
        return None
    return 2 if any("." in cell or "e" in cell.lower() for cell in filled) else 0


def _shown(cell: str, places: int | None) -> str:
    if places is None or not _NUMBER.match(cell):
        return _escaped(cell)
    value = float(cell)
    is_extreme = value != 0 and not 0.01 <= abs(value) < 1e15
    return f"{value:.6g}" if is_extreme else f"{value:,.{places}f}"


def show_number(cell: str) -> str:
    """Return a single figure as people write it, or the text as it is."""
    return _shown(cell, _places([cell]))


def _escaped(cell: str) -> str:
    text = cell.replace("|", "\\|").replace("\n", " ")
    return text if len(text) <= CELL_CHARACTERS else text[: CELL_CHARACTERS - 1] + "…"
