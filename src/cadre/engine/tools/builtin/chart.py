"""chart: a picture from a query or a file, drawn by Vega-Lite in the sandbox as PNG and SVG."""

import base64
import re
from typing import cast

from cadre.engine.sandbox import Limits
from cadre.engine.tools.sandboxed import run_program
from cadre.engine.tools.tool import Tool, ToolContext, ToolFailed, ToolOutput
from cadre.kernel.messages import Json

_LIMITS = Limits(
    cpu_seconds=90, memory_bytes=2 << 30, wall_seconds=60, disk_bytes=1 << 30, output_bytes=60 << 20
)
_LARGEST_NAME = 60


async def _run(arguments: dict[str, Json], context: ToolContext) -> ToolOutput:
    if "spec" not in arguments:
        if not arguments.get("mark"):
            raise ToolFailed("Give a `mark` (bar, line, area, point, arc), or a whole `spec`.")
        if bool(arguments.get("query")) == bool(arguments.get("file")):
            raise ToolFailed("Give either a `query` or a `file` to draw from.")
    answer = await run_program(context, "chart", arguments, _LIMITS)
    spec = cast("dict[str, Json]", answer["spec"])
    title = _title(arguments, spec)
    name = _name(arguments, title)
    png = base64.b64decode(str(answer["png"]))
    await context.workspace.add_file(f"{name}.png", png)
    await context.workspace.add_file(f"{name}.svg", str(answer["svg"]).encode())
    files = [
        await context.workspace.file_ref(f"{name}.{ending}", title=title)
        for ending in ("png", "svg")
    ]
    notes = " ".join(cast("list[str]", answer["notes"]))
    text = f"Drew {title!r} as {name}.png and {name}.svg; the person sees it. {notes}".strip()
    return ToolOutput(text=text, data={"spec": spec}, files=files)


def _title(arguments: dict[str, Json], spec: dict[str, Json]) -> str:
    title: Json = spec.get("title")
    if isinstance(title, dict):
        title = cast("dict[str, Json]", title).get("text")
    return str(arguments.get("title") or title or "Chart")


def _name(arguments: dict[str, Json], title: str) -> str:
    """A path without ending: the caller's, or one from the title."""
    given = arguments.get("name")
    if given:
        return re.sub(r"\.(png|svg)$", "", str(given))
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:_LARGEST_NAME] or "chart"


CHART = Tool(
    name="chart",
    description="Draw a chart from a SQL query or a data file of the workspace; the person sees it. "
    "Usually: query, mark, x, y (bars are sorted and labelled, numbers formatted by themselves). "
    "For anything else give a Vega-Lite `spec`, with its data from `query` or `file`, or with "
    '{"data": {"url": "orders.csv"}} in it.',
    parameters={
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "DuckDB SQL, as for the tool sql."},
            "file": {"type": "string", "description": "A data file, instead of a query."},
            "mark": {"type": "string", "enum": ["bar", "line", "area", "point", "arc"]},
            "x": {
                "type": "string",
                "description": "Column along the axis, or of the slices (arc).",
            },
            "y": {"type": "string", "description": "Column of numbers; counts rows if left out."},
            "color": {"type": "string", "description": "Column that splits the marks by color."},
            "title": {"type": "string"},
            "name": {"type": "string", "description": "File name without ending."},
            "spec": {"type": "object", "description": "A whole Vega-Lite 5 specification."},
        },
        "additionalProperties": False,
    },
    run=_run,
    idempotent=True,
    needs_sandbox=True,
    timeout_seconds=90,
)
