"""Chart design: from rows and a few words to a Vega-Lite spec that reads well.

Bars are sorted by value unless their order means something (time, numbers, months); many or
long names make them lie on their side; a few bars carry their number.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

WIDTH = 720
FONT = "Liberation Sans"  # vl-convert brings it along; as wide as Arial
ACCENT = "#2f6fdb"
PALETTE = ["#2f6fdb", "#e0862c", "#2a9d78", "#c8486b", "#7a5bc7", "#a38a1e", "#3b9ac4", "#7c7f87"]
_INK, _QUIET, _LINE = "#1f2328", "#656d76", "#e3e6ea"
_MOST_BARS = 40
_MOST_SLICES = 8
_MOST_COLORS = 8
_MOST_LABELLED = 25  # bars that still have room for their number
_MOST_DOTS = 40
_ROOM_FOR_NAMES = 90  # characters that fit side by side under the bars
_MONTHS = "january february march april may june july august september october november december"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"

CONFIG: dict[str, Any] = {
    "background": "white",
    "font": FONT,
    "padding": 16,
    "view": {"stroke": None},
    "range": {"category": PALETTE},
    "title": {"anchor": "start", "fontSize": 17, "fontWeight": 600, "color": _INK, "offset": 14},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": 500,
        "labelColor": _QUIET,
        "titleColor": _QUIET,
        "gridColor": _LINE,
        "domainColor": "#b6bcc4",
        "tickColor": "#b6bcc4",
        "titlePadding": 10,
        "labelLimit": 220,
    },
    "legend": {"labelFontSize": 12, "titleFontSize": 12, "labelColor": _INK, "titleColor": _QUIET},
    "bar": {"color": ACCENT, "cornerRadiusEnd": 2},
    "line": {"color": ACCENT, "strokeWidth": 2.5},
    "area": {"color": ACCENT, "opacity": 0.75},
    "point": {"color": ACCENT, "filled": True, "size": 55, "opacity": 0.7},
    "arc": {"stroke": "white", "strokeWidth": 1.5},
    "text": {"color": _INK, "fontSize": 12},
}

Row = dict[str, Any]


class NotDrawable(Exception):
    """The message is for the model that asked for the chart."""


@dataclass(slots=True)
class _Plot:
    """What is drawn. `notes` say what was left out or added up."""

    mark: str
    rows: list[Row]
    x: str
    y: str
    color: str | None
    notes: list[str] = field(default_factory=list[str])
    captions: list[str] = field(default_factory=list[str])  # notes that belong under the title

    def values(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]


def design(
    request: dict[str, Any], names: list[str], rows: list[Row]
) -> tuple[dict[str, Any], list[str]]:
    """A spec with its data, and notes on what it leaves out."""
    x, y, color = _columns(request, names, rows)
    mark = request["mark"]
    if mark == "point":
        if y is None:
            raise NotDrawable("Points need a column of numbers for y.")
        plot = _Plot(mark, rows, x, y, color)
    else:
        made = _one_per_place(rows, x, y, color)
        plot = _Plot(mark, made, x, y or "count", color)
        if y is not None and len(made) < len(rows):
            plot.notes.append(f"Rows with the same {x} were added up.")
    _keep_few_colors(plot)
    spec = {"bar": _bar, "arc": _arc}.get(mark, _cartesian)(plot)
    heading = request.get("title") or f"{pretty(plot.y)} by {pretty(x).lower()}"
    title: dict[str, Any] = {"text": heading}
    if plot.captions:
        title |= {"subtitle": plot.captions, "subtitleColor": _QUIET}
    schema = "https://vega.github.io/schema/vega-lite/v5.json"
    return {"$schema": schema, "title": title, **spec}, plot.notes + plot.captions


def pretty(name: str) -> str:
    """A column's name as people write it."""
    words = re.sub(r"[_\s]+", " ", name).strip()
    return words[:1].upper() + words[1:]


def responsive(svg: str) -> str:
    """An SVG that shrinks with its page, in fonts that any browser has."""
    svg = svg.replace("<svg ", '<svg style="max-width:100%;height:auto" role="img" ', 1)
    family = f"{FONT}, Arial, Helvetica, sans-serif"
    return re.sub(rf'font-family="(?:&quot;)?{FONT}(?:&quot;)?"', f'font-family="{family}"', svg)


def kind_of(values: list[Any]) -> str:
    """quantitative, temporal or nominal."""
    known = [value for value in values if value is not None]
    if known and all(isinstance(v, int | float) and not isinstance(v, bool) for v in known):
        return "quantitative"
    pattern = re.compile(
        r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?"
    )
    if known and all(isinstance(v, str) and pattern.fullmatch(v) for v in known):
        return "temporal"
    return "nominal"


def _columns(
    request: dict[str, Any], names: list[str], rows: list[Row]
) -> tuple[str, str | None, str | None]:
    """Which column is which; without a word about it, the first text and the first number."""
    found: dict[str, str | None] = {}
    for role in ("x", "y", "color"):
        wanted = request.get(role)
        match = next((n for n in names if wanted and n.lower() == str(wanted).lower()), None)
        if wanted and match is None:
            raise NotDrawable(
                f"There is no column {wanted!r} for {role}. There are: {', '.join(names)}."
            )
        found[role] = match
    x = found["x"] or next((n for n in names if n != found["y"]), names[0])
    y = found["y"]
    if y is None:
        numeric = [n for n in names if n != x and kind_of([r[n] for r in rows]) == "quantitative"]
        y = next((n for n in numeric if n != found["color"]), None)
    if y is not None and kind_of([row[y] for row in rows]) != "quantitative":
        if kind_of([row[x] for row in rows]) == "quantitative":
            x, y = y, x  # they meant bars that lie on their side
        else:
            raise NotDrawable(f"The column {y!r} holds no numbers, so it can't be the height.")
    return x, y, found["color"]


def _one_per_place(rows: list[Row], x: str, y: str | None, color: str | None) -> list[Row]:
    """One row for each x and color: values added up; without a y, the number of rows."""
    totals: dict[tuple[Any, Any], Any] = defaultdict(int)
    for row in rows:
        place = (row[x], row[color] if color else None)
        totals[place] += 1 if y is None else (row[y] or 0)
    return [
        {x: place[0], y or "count": round(total, 9), **({color: place[1]} if color else {})}
        for place, total in totals.items()
    ]


def _keep_few_colors(plot: _Plot) -> None:
    """The colors that count most; the rest become one."""
    color = plot.color
    if color is None or color == plot.x or kind_of(plot.values(color)) != "nominal":
        return
    totals: dict[Any, float] = defaultdict(float)
    for row in plot.rows:
        totals[row[color]] += abs(row[plot.y] or 0)
    if len(totals) <= _MOST_COLORS:
        return
    kept = set(sorted(totals, key=lambda key: -totals[key])[: _MOST_COLORS - 1])
    plot.captions.append(f"{len(totals) - len(kept)} smaller values of {color} are shown as Other.")
    renamed = [{**row, color: row[color] if row[color] in kept else "Other"} for row in plot.rows]
    is_point = plot.mark == "point"
    plot.rows = renamed if is_point else _one_per_place(renamed, plot.x, plot.y, color)


def _bar(plot: _Plot) -> dict[str, Any]:
    kind = kind_of(plot.values(plot.x))
    if kind == "temporal" and len(set(plot.values(plot.x))) > _MOST_BARS:
        return _cartesian(plot)
    order = _natural_order(plot.values(plot.x), kind)
    if order is None:
        order = _keep_largest(plot)
    longest = max((len(str(place)) for place in order), default=0)
    lies = kind == "nominal" and (len(order) > 12 or longest * len(order) > _ROOM_FOR_NAMES)
    axis: dict[str, Any] = {"grid": False}
    if not lies:
        axis["labelAngle"] = 0 if longest * len(order) <= _ROOM_FOR_NAMES else -40
    category: dict[str, Any] = {
        "field": plot.x,
        "type": "nominal" if kind == "nominal" else "ordinal",
        "sort": order,
        "title": None if kind == "nominal" else pretty(plot.x),
        "axis": axis,
    }
    amount = _amount(plot)
    amount["axis"]["domain"] = False
    axes = ("y", "x") if lies else ("x", "y")
    encoding: dict[str, Any] = {axes[0]: category, axes[1]: amount}
    if plot.color is not None and plot.color != plot.x:
        encoding["color"] = {"field": plot.color, "type": "nominal", "title": pretty(plot.color)}
    bars: dict[str, Any] = {"mark": {"type": "bar"}, "encoding": encoding}
    category["scale"] = {"paddingInner": 0.65 if len(order) < 4 else 0.28, "paddingOuter": 0.2}
    frame = {**_frame(plot), "height": {"step": 26} if lies else 360}
    has_negative = any((value or 0) < 0 for value in plot.values(plot.y))
    if "color" in encoding or len(order) > _MOST_LABELLED or has_negative:
        return {**frame, **bars}
    amount["axis"]["grid"] = False  # the numbers stand at the bars
    return {**frame, "layer": [bars, _labels(plot, encoding, lies=lies)]}


def _labels(plot: _Plot, encoding: dict[str, Any], *, lies: bool) -> dict[str, Any]:
    """The number of each bar, at its end."""
    place = {"align": "left", "dx": 5} if lies else {"baseline": "bottom", "dy": -4}
    number = _number_format(plot.values(plot.y))
    text = {"field": plot.y, "type": "quantitative", "format": number}
    return {"mark": {"type": "text", **place}, "encoding": {**encoding, "text": text}}


def _arc(plot: _Plot) -> dict[str, Any]:
    x, y = plot.x, plot.y
    if any((row[y] or 0) < 0 for row in plot.rows):
        raise NotDrawable("A pie can't show negative numbers; use mark bar.")
    rows = sorted(plot.rows, key=lambda row: -(row[y] or 0))
    if len(rows) > _MOST_SLICES:
        rest = rows[_MOST_SLICES - 1 :]
        plot.captions.append(f"{len(rest)} smaller slices are shown as Other.")
        other: Row = {x: "Other", y: sum(row[y] or 0 for row in rest)}
        rows = [*rows[: _MOST_SLICES - 1], other]
    total = sum(row[y] or 0 for row in rows) or 1
    rows = [{**row, "_label": f"{row[x]}  {(row[y] or 0) / total:.1%}"} for row in rows]
    legend = {"labelFontSize": 13, "symbolSize": 120, "rowPadding": 6, "labelLimit": 260}
    color = {"field": "_label", "type": "nominal", "title": None, "legend": legend}
    plot.rows = rows
    return {
        **_frame(plot),
        "height": 360,
        "mark": {"type": "arc", "innerRadius": 80},
        "encoding": {
            "theta": {"field": y, "type": "quantitative", "stack": True},
            "order": {"field": y, "type": "quantitative", "sort": "descending"},
            "color": {**color, "sort": [row["_label"] for row in rows]},
        },
    }


def _cartesian(plot: _Plot) -> dict[str, Any]:
    """Lines, areas, points, and bars over a long time."""
    encoding: dict[str, Any] = {"x": _across(plot), "y": _amount(plot)}
    if plot.mark == "point":
        encoding["y"]["scale"] = {"zero": False}
    if plot.color is not None:
        is_amount = kind_of(plot.values(plot.color)) == "quantitative"
        kind = "quantitative" if is_amount else "nominal"
        encoding["color"] = {"field": plot.color, "type": kind, "title": pretty(plot.color)}
    shape: dict[str, Any] = {"type": plot.mark}
    if plot.mark == "line":
        shape["point"] = {"size": 40} if len(plot.rows) <= _MOST_DOTS else False
    return {**_frame(plot), "height": 360, "mark": shape, "encoding": encoding}


def _across(plot: _Plot) -> dict[str, Any]:
    values = plot.values(plot.x)
    kind = kind_of(values)
    channel: dict[str, Any] = {"field": plot.x, "type": kind, "title": pretty(plot.x)}
    if kind == "quantitative":
        is_year = all(isinstance(v, int) and 1900 <= v <= 2100 for v in values)
        years = {"format": "d", "tickMinStep": 1}
        channel["axis"] = years if is_year else {"format": _axis_format(values)}
        channel["scale"] = {"zero": False}
    elif kind == "nominal":
        channel["sort"] = _natural_order(values, kind)
    return channel


def _frame(plot: _Plot) -> dict[str, Any]:
    fit = {"type": "fit-x", "contains": "padding"}
    return {"width": WIDTH, "autosize": fit, "data": {"values": plot.rows}}


def _amount(plot: _Plot) -> dict[str, Any]:
    axis = {
        "format": _axis_format(plot.values(plot.y)),
        "tickCount": 6,
        "labelExpr": "datum.value === 0 ? '0' : replace(datum.label, 'G', 'B')",  # billions
    }
    return {"field": plot.y, "type": "quantitative", "title": pretty(plot.y), "axis": axis}


def _axis_format(values: list[Any]) -> str:
    largest = max((abs(v) for v in values if v is not None), default=0)
    if largest >= 1_000_000:
        return "~s"
    return ",~f" if largest >= 10 else "~g"


def _number_format(values: list[Any]) -> str:
    known = [v for v in values if v is not None]
    if all(float(v).is_integer() for v in known):
        return ",d"
    largest = max((abs(v) for v in known), default=0)
    return ",.2f" if largest >= 1 else ",.3~g"


def _keep_largest(plot: _Plot) -> list[Any]:
    """The places in the order of their totals; past a number, the small ones go."""
    totals: dict[Any, float] = defaultdict(float)
    for row in plot.rows:
        totals[row[plot.x]] += row[plot.y] or 0
    order = sorted(totals, key=lambda place: (-totals[place], str(place)))
    if len(order) > _MOST_BARS:
        plot.captions.append(f"The {_MOST_BARS} largest of {len(order)} are shown.")
        order = order[:_MOST_BARS]
        kept = set(order)
        plot.rows = [row for row in plot.rows if row[plot.x] in kept]
    return order


def _natural_order(values: list[Any], kind: str) -> list[Any] | None:
    """The order that the values have by themselves: time, numbers, months, weekdays."""
    places = list(dict.fromkeys(values))
    if kind != "nominal":
        return sorted((p for p in places if p is not None), key=lambda place: place)
    for calendar in (_MONTHS.split(), _DAYS.split()):
        keys = {name[:3]: number for number, name in enumerate(calendar)}
        names = [str(place).lower() for place in places]
        if names and all(n[:3] in keys and any(c.startswith(n) for c in calendar) for n in names):
            return sorted(places, key=lambda place: keys[str(place).lower()[:3]])
    pattern = re.compile(r"\d{4}([-/ ]?(q[1-4]|w?\d{1,2}))?", re.IGNORECASE)
    if places and all(pattern.fullmatch(str(place)) for place in places):
        return sorted(places, key=str)
    return None
