"""Answer one SQL query over the workspace: `{"query", "limit"}` -> columns, rows and a table."""

from pathlib import Path
from typing import Any

from . import results
from .tables import QueryFailed, Tables
from .wire import serve

_MOST_DATA_ROWS = 5000
_MOST_DATA_CELLS = 50_000


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The answer; the text holds `limit` rows, the data up to 5000."""
    tables = Tables(Path.cwd())
    try:
        cursor = tables.query(request["query"])
        names = [str(column[0]) for column in cursor.description or []]
        types = [str(column[1]) for column in cursor.description or []]
        most = max(1, min(_MOST_DATA_ROWS, _MOST_DATA_CELLS // max(1, len(names))))
        rows = cursor.fetchmany(most + 1)
    except QueryFailed as error:
        return {"error": str(error)}
    except Exception as error:  # DuckDB finds some faults only while it reads
        return {"error": str(error)[:2000]}
    is_cut = len(rows) > most
    rows = rows[:most]
    shown = rows[: request["limit"]]
    return {
        "columns": [{"name": n, "type": t} for n, t in zip(names, types, strict=True)],
        "rows": [[results.value(cell) for cell in row] for row in rows],
        "is_cut": is_cut,
        "shown": len(shown),
        "table": results.table(names, shown) if names else "",
    }


def main() -> None:
    """Answer the request on stdin."""
    serve(answer)
