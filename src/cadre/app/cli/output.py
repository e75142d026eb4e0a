"""Output: tables and JSON on stdout, everything else on stderr."""

import json
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, cast

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

_STYLES = {
    "done": "green",
    "failed": "red",
    "cancelled": "dim",
    "waiting": "yellow",
    "running": "cyan",
    "pending": "yellow",
}


def console() -> Console:
    """Standard output; plain where it is not a terminal."""
    return Console(highlight=False, soft_wrap=True)


def notes() -> Console:
    """Standard error, for what is said beside the answer."""
    return Console(highlight=False, soft_wrap=True, stderr=True)


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Aligned columns; `empty` says what to do while there is nothing to show."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, no_wrap=column in {"id", "status"})
    for row in rows:
        table.add_row(*(_cell(cell) for cell in row))
    if table.row_count:
        console().print(table)
    else:
        notes().print(empty)


def fields(value: Any) -> dict[str, Any]:
    """`value` if it is a JSON object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def ago(at: float | None) -> str:
    """How long ago, in one unit."""
    if at is None:
        return "never"
    seconds = max(0.0, time.time() - at)
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit} ago"
    return f"{seconds:.0f} s ago"


def _cell(cell: object) -> Text:
    text = "" if cell is None else str(cell)
    return Text(text, style=_STYLES.get(text, ""))
