"""Rows of a query as JSON values and as a table of text."""

import datetime
import json
import math
from decimal import Decimal
from typing import Any, cast

_LARGEST_EXACT = 2**53
_WIDEST_CELL = 120


def value(cell: Any) -> Any:
    """A JSON value that loses nothing: what a float can't hold exactly is a string."""
    if isinstance(cell, int) and not isinstance(cell, bool):
        return cell if abs(cell) <= _LARGEST_EXACT else str(cell)
    if isinstance(cell, float):
        return float(f"{cell:.15g}") if math.isfinite(cell) else None
    if isinstance(cell, Decimal):
        return _number(cell)
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return cell.isoformat()
    return cell if cell is None or isinstance(cell, bool | str) else _nested(cell)


def plottable(cell: Any) -> Any:
    """A value that Vega can draw: numbers as numbers, whatever their exactness."""
    if isinstance(cell, Decimal):
        return float(cell) if cell.is_finite() else None
    made = value(cell)
    return float(cell) if isinstance(cell, int) and isinstance(made, str) else made


def _number(cell: Decimal) -> Any:
    if not cell.is_finite():
        return None
    if cell == cell.to_integral_value() and abs(cell) <= _LARGEST_EXACT:
        return int(cell)
    number = float(cell)
    return number if Decimal(repr(number)) == cell else str(cell)


def _nested(cell: Any) -> Any:
    if isinstance(cell, bytes):
        return cell.hex()
    if isinstance(cell, dict):
        return {str(k): value(v) for k, v in cast("dict[Any, Any]", cell).items()}
    if isinstance(cell, list | tuple | set):
        return [value(inner) for inner in cast("list[Any]", cell)]
    return str(cell)


def text(cell: Any) -> str:
    """One cell for reading: exact decimals, plain dates, no line breaks."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        shown = f"{cell:f}"
    elif isinstance(cell, float):
        shown = f"{cell:.15g}"
    elif isinstance(cell, datetime.datetime):
        shown = cell.isoformat(sep=" ")
    elif isinstance(cell, str | int | datetime.date | datetime.time):
        shown = str(cell)
    else:
        shown = json.dumps(value(cell), ensure_ascii=False, default=str)
    shown = " ".join(shown.split("\n")).replace("|", "\\|")
    return (
        shown
        if len(shown) <= _WIDEST_CELL
        else f"{shown[: _WIDEST_CELL - 1]}\N{HORIZONTAL ELLIPSIS}"
    )


def table(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    """An aligned markdown table; numbers stand on the right."""
    cells = [[text(cell) for cell in row] for row in rows]
    header = [text(name) for name in names]
    widths = [max([3, len(h), *(len(row[i]) for row in cells)]) for i, h in enumerate(header)]
    right = [_is_numeric([row[i] for row in rows]) for i in range(len(header))]

    def line(values: list[str]) -> str:
        padded = [
            v.rjust(w) if r else v.ljust(w) for v, w, r in zip(values, widths, right, strict=True)
        ]
        return f"| {' | '.join(padded)} |"

    rule = [("-" * (w - 1) + ":") if r else "-" * w for w, r in zip(widths, right, strict=True)]
    return "\n".join([line(header), f"| {' | '.join(rule)} |", *map(line, cells)])


def _is_numeric(cells: list[Any]) -> bool:
    known = [cell for cell in cells if cell is not None]
    return bool(known) and all(
        isinstance(c, int | float | Decimal) and not isinstance(c, bool) for c in known
    )
