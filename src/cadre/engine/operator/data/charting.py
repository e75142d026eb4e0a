"""Charting: which picture a question gets, as arguments of the tool `chart`."""

from dataclasses import dataclass

from cadre.engine.operator.data.phrasing import caption
from cadre.engine.operator.data.query import Query
from cadre.kernel.messages import Json

_MARKS = frozenset({"bar", "line", "area", "point", "arc"})


@dataclass(frozen=True)
class Chart:
    """`arguments` are those of the tool."""

    title: str
    arguments: dict[str, Json]


def chart_of(query: Query, kind: str, sql: str) -> Chart | None:
    """Return the chart that was asked for, None if none was or nothing can be drawn."""
    if kind in ("", "none"):
        return None
    title = caption(query)
    if kind == "histogram":
        return _histogram(query, title, sql)
    if kind == "point" and not query.measures:
        return Chart(title, _arguments(sql, "point", query.columns[0], query.columns[1], title))
    if not query.groupings:
        return None
    arguments = _arguments(sql, _mark(query, kind), query.groupings[0].label, _value(query), title)
    if len(query.groupings) > 1:
        arguments["color"] = query.groupings[1].label
    return Chart(title, arguments)


def _arguments(sql: str, mark: str, x: str, y: str, title: str) -> dict[str, Json]:
    return {"query": sql, "mark": mark, "x": x, "y": y, "title": title}


def _value(query: Query) -> str:
    return query.measures[0].label


def _mark(query: Query, kind: str) -> str:
    if kind in _MARKS:
        return kind
    return "line" if query.groupings[0].bucket not in ("", "year") else "bar"


def _histogram(query: Query, title: str, sql: str) -> Chart:
    name = query.columns[0] if query.columns else query.groupings[0].label
    # Vega-Lite reads dots and brackets in a field's name as a path.
    field = "".join("\\" + c if c in ".[]\\'\"" else c for c in name)
    axis: Json = {"field": field, "type": "quantitative", "bin": {"maxbins": 30}, "title": name}
    spec: Json = {
        "title": f"Distribution of {title}",
        "mark": "bar",
        "width": 560,
        "height": 320,
        "encoding": {
            "x": axis,
            "y": {"aggregate": "count", "type": "quantitative", "title": "rows"},
        },
    }
    return Chart(
        f"Distribution of {title}",
        {"query": sql, "spec": spec, "title": f"Distribution of {title}"},
    )
