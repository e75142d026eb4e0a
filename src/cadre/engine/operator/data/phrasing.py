"""Phrasing: the answer to a question about data, with how it was understood."""

from cadre.engine.operator.data.query import Filter, Measure, Query
from cadre.engine.operator.data.schema import Table
from cadre.engine.operator.data.slots import Slots
from cadre.engine.operator.grid import Grid, show_number, write_grid
from cadre.engine.operator.numerals import say_number

ROWS_SHOWN = 60
_WORDS = {"=": "is", "!=": "is not", ">": "above", "<": "below", ">=": "at least", "<=": "at most"}


def phrase_answer(query: Query, slots: Slots, table: Table, grid: Grid | None, picture: str) -> str:
    """Return the answer in Markdown: what was asked, the figures, the picture, the reading."""
    parts = [_figures(query, slots, table, grid) if grid is not None else title(query, table)]
    if picture:
        parts.append(picture)
    parts.append(_reading(query, slots))
    return "\n\n".join(part for part in parts if part)


def title(query: Query, table: Table) -> str:
    """Return one bold line that names the question."""
    return f"**{caption(query)}** (`{table.file}`)"


def caption(query: Query) -> str:
    what = " and ".join(measure.label for measure in query.measures) or "rows"
    if not query.measures and len(query.columns) < 3 and query.columns:
        what = " and ".join(query.columns)
    text = what[:1].upper() + what[1:]
    if query.groupings:
        text += " by " + " and ".join(grouping.label for grouping in query.groupings)
    if query.order_column is not None and not query.measures:
        end = "smallest" if query.order == "asc" else "largest"
        text += f" by {query.order_column.name}, {end} first"
    conditions = [_condition(item) for item in query.filters]
    conditions += [item.period.label for item in query.periods]
    return text + (", " + ", ".join(conditions) if conditions else "")


def _condition(item: Filter) -> str:
    name = item.column.name
    if item.operator in ("empty", "not empty"):
        return f"{name} {'not ' if item.operator == 'not empty' else ''}missing"
    if item.operator in ("true", "false"):
        return f"{'' if item.operator == 'true' else 'not '}{name}"
    values = " or ".join(v if isinstance(v, str) else say_number(v) for v in item.values)
    if item.operator in ("in", "not in"):
        return f"{name} {'not ' if item.operator == 'not in' else ''}{values}"
    return f"{name} {_WORDS.get(item.operator, item.operator)} {values}"


def _figures(query: Query, slots: Slots, table: Table, grid: Grid) -> str:
    if not grid.rows:
        return f"{title(query, table)}\n\nNo row of `{table.file}` fits that."
    if query.measures and not query.groupings:
        return _single(query, table, grid)
    plain = [g.label for g in query.groupings]
    plain += [c.name for c in table.columns if c.is_key]
    lead = _leader(query, slots, grid) if query.groupings else _rows_lead(query, grid)
    shown = write_grid(grid, limit=ROWS_SHOWN, plain=plain)
    return "\n\n".join(part for part in (title(query, table), lead, shown) if part)


def _single(query: Query, table: Table, grid: Grid) -> str:
    cells = grid.rows[0]
    if len(cells) == 1:
        return f"{title(query, table)}: **{show_number(cells[0]) or 'no value'}**"
    lines = [
        f"- {name}: **{show_number(cell) or 'no value'}**"
        for name, cell in zip(grid.columns, cells, strict=True)
    ]
    return title(query, table) + "\n\n" + "\n".join(lines)


def _leader(query: Query, slots: Slots, grid: Grid) -> str:
    """Name the first row where the question was which one."""
    if not (slots.which and slots.order in ("desc", "asc")):
        return ""
    count = len(query.groupings)
    name, value = " / ".join(grid.rows[0][:count]), grid.rows[0][count]
    rank = "highest" if slots.order == "desc" else "lowest"
    return f"**{name}** has the {rank} {query.measures[0].label}: **{show_number(value)}**."


def _rows_lead(query: Query, grid: Grid) -> str:
    count = len(grid.rows)
    if query.limit is not None and count >= query.limit > 1:
        return f"The first {count} rows."
    return f"{count} row{'' if count == 1 else 's'}."


def _reading(query: Query, slots: Slots) -> str:
    """Say how the words were read, so that a wrong reading is seen."""
    read = ", ".join(_read(measure) for measure in query.measures)
    lines: list[str] = []
    if read:
        lines.append(
            f"Read as: {read}"
            + (f", joined with `{query.join.table}` by `{query.join.key}`" if query.join else "")
            + "."
        )
    left_out = [word for word in dict.fromkeys(slots.unknown) if len(word) > 2]
    if left_out:
        lines.append("Not used: " + ", ".join(f"“{word}”" for word in left_out[:6]) + ".")
    return f"_{' '.join(lines)}_" if lines else ""


def _read(measure: Measure) -> str:
    if measure.column is None:
        return "number of rows"
    if measure.function == "distinct":
        return f"number of different `{measure.column.name}`"
    return f"{measure.label.split(' ', 1)[0]} of `{measure.column.name}`"
