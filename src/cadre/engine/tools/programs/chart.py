"""Draw one chart: a Vega-Lite spec, or rows and a few words that make a well designed one.

The answer holds the SVG and the PNG (base64), the spec without its data, and notes on what
was left out.
"""

# ruff: noqa: S608 (queries are what this is for, and the sandbox is around it)

import base64
from pathlib import Path
from typing import Any, cast

import vl_convert

from . import designs, results
from .tables import QueryFailed, Tables, quoted_if_needed
from .wire import serve

_MOST_ROWS = 20_000
_PNG_SCALE = 2.0


class ChartFailed(Exception):
    """The message is for the model that asked for the chart."""


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Read the data, make the spec, draw it."""
    tables = Tables(Path.cwd())
    try:
        if "spec" in request:
            spec, notes = _filled(request, tables), []
        else:
            names, rows = _rows(tables, _query(request, tables))
            spec, notes = designs.design(request, names, rows)
        svg = _draw(spec)
    except (QueryFailed, ChartFailed, designs.NotDrawable) as error:
        return {"error": str(error)}
    png = vl_convert.svg_to_png(svg, scale=_PNG_SCALE)
    return {
        "svg": designs.responsive(svg),
        "png": base64.b64encode(png).decode(),
        "spec": spec,
        "notes": notes,
    }


def _query(request: dict[str, Any], tables: Tables) -> str:
    if request.get("query"):
        return str(request["query"])
    return f"select * from {_source(str(request['file']), tables)}"


def _source(path: str, tables: Tables) -> str:
    name = tables.name_of(path)
    if name is None:
        raise ChartFailed(f"There is no data file {path!r}. Tables:\n{tables.describe()}")
    return quoted_if_needed(name)


def _rows(tables: Tables, query: str) -> tuple[list[str], list[dict[str, Any]]]:
    try:
        cursor = tables.query(query)
        names = [str(column[0]) for column in cursor.description or []]
        rows = cursor.fetchmany(_MOST_ROWS + 1)
    except QueryFailed:
        raise
    except Exception as error:  # DuckDB finds some faults only while it reads
        raise ChartFailed(str(error)[:2000]) from error
    if not rows:
        raise ChartFailed("There is nothing to draw: the query gave no rows.")
    if len(rows) > _MOST_ROWS:
        raise ChartFailed(
            f"More than {_MOST_ROWS} rows can't be drawn; aggregate in a query first."
        )
    return names, [
        {name: results.plottable(cell) for name, cell in zip(names, row, strict=True)}
        for row in rows
    ]


def _filled(request: dict[str, Any], tables: Tables) -> dict[str, Any]:
    """The caller's spec with data of the workspace put in."""
    spec: dict[str, Any] = request["spec"]
    if request.get("query") or request.get("file"):
        spec["data"] = {"values": _rows(tables, _query(request, tables))[1]}
    _fill(spec, tables)
    if "data" not in spec and not any(
        key in spec for key in ("layer", "hconcat", "vconcat", "concat")
    ):
        raise ChartFailed(
            "The spec has no data: give `query` or `file`, or put values into the spec."
        )
    return spec


def _fill(node: object, tables: Tables) -> None:
    """Replace every `data.url` below `node` by the rows of that file."""
    if isinstance(node, list):
        for item in cast("list[object]", node):
            _fill(item, tables)
    elif isinstance(node, dict):
        fields = cast("dict[str, Any]", node)
        data: Any = fields.get("data")
        if isinstance(data, dict) and "url" in data:
            source = _source(str(cast("dict[str, Any]", data)["url"]), tables)
            fields["data"] = {"values": _rows(tables, f"select * from {source}")[1]}
        for key, item in fields.items():
            if key != "values":
                _fill(item, tables)


def _draw(spec: dict[str, Any]) -> str:
    is_vega = "/schema/vega/" in str(spec.get("$schema", ""))
    try:
        if is_vega:
            return vl_convert.vega_to_svg(spec)
        return vl_convert.vegalite_to_svg(spec, config=designs.CONFIG)
    except Exception as error:  # whatever JavaScript says
        lines = [line for line in str(error).splitlines() if line.strip()]
        raise ChartFailed(f"Vega-Lite can't draw this: {' '.join(lines[:3])[:800]}") from error


def main() -> None:
    """Answer the request on stdin."""
    serve(answer)
