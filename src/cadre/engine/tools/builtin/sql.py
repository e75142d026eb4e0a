"""sql: DuckDB over the data files of the workspace, in the sandbox, which can only read them."""

from typing import cast

from cadre.engine.sandbox import Limits
from cadre.engine.tools.sandboxed import run_program
from cadre.engine.tools.tool import Tool, ToolContext, ToolOutput
from cadre.kernel.messages import Json

_DEFAULT_ROWS = 50
_LIMITS = Limits(
    cpu_seconds=120,
    memory_bytes=2 << 30,
    wall_seconds=90,
    disk_bytes=2 << 30,
    output_bytes=40 << 20,
)


async def _run(arguments: dict[str, Json], context: ToolContext) -> ToolOutput:
    limit = int(arguments.get("limit", _DEFAULT_ROWS))
    answer = await run_program(
        context, "sql", {"query": arguments["query"], "limit": limit}, _LIMITS
    )
    rows, shown = cast("list[Json]", answer["rows"]), cast("int", answer["shown"])
    if not answer["columns"]:
        return ToolOutput(
            text="Done; the statement gives no rows.", data={"columns": [], "rows": []}
        )
    count = f"more than {len(rows)}" if answer["is_cut"] else str(len(rows))
    text = str(answer["table"])
    if not rows:
        text += "\n\nNo rows."
    elif shown < len(rows) or answer["is_cut"]:
        text += f"\n\nThe first {shown} of {count} rows; raise `limit` or aggregate to see more."
    return ToolOutput(
        text=text,
        data={"columns": answer["columns"], "rows": rows, "is_cut": answer["is_cut"]},
    )


SQL = Tool(
    name="sql",
    description="Query the data files of the workspace with DuckDB SQL. Every CSV, TSV, Parquet, JSON, "
    "JSONL and XLSX file is a table named after it without its ending (orders.csv is `orders`; "
    "further sheets are `book_sheet`; quote other names). `describe orders` shows columns and types, "
    "`summarize orders` statistics. Files are not changed.",
    parameters={
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "One DuckDB SQL query."},
            "limit": {
                "type": "integer",
                "minimum": 1,
                "maximum": 1000,
                "description": f"Rows to show, {_DEFAULT_ROWS} by default.",
            },
        },
        "required": ["query"],
        "additionalProperties": False,
    },
    run=_run,
    read_only=True,
    idempotent=True,
    needs_sandbox=True,
    timeout_seconds=120,
)
