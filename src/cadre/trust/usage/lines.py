"""Lines: a record and its reservation as one line of a spool, and as one row of the table."""

import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from math import isnan
from typing import Any

import orjson

from cadre.kernel.values import is_list, is_object
from cadre.trust.budgets import Reservation, Settlement, to_nano
from cadre.trust.usage.record import UsageRecord
from cadre.trust.usage.tables import usage_calls

_VERSION = 1
_MOST = 2**53
_RENAMED = {"org": "org_id", "project": "project_id"}
_MONEY = {"cost_usd": "cost_nano", "saved_usd": "saved_nano"}
_COLUMNS = {column.name: column for column in usage_calls.columns}


class BrokenLine(ValueError):
    """A line that is not what `line_of` writes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of `usage_calls`, and what it settles; None if no budget minds it."""

    row: dict[str, Any]
    settlement: Settlement | None


def line_of(record: UsageRecord, reservation: Reservation | None) -> bytes:
    """The line to spool. Anything can be recorded: a broken name must not lose the money."""
    held: list[Any] | None = None
    if reservation is not None and reservation.lines:
        lines = [[each.budget_id, each.subject, each.window_id] for each in reservation.lines]
        held = [reservation.id, lines]
        if reservation.advance_id:
            held += [reservation.advance_id, reservation.held_nano]
    try:
        return orjson.dumps((_VERSION, record, held), default=str, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # half a character, or a number of more than 64 bits
        fields = json.dumps([_VERSION, asdict(record), held], default=str, ensure_ascii=False)
        return fields.encode("utf-8", "replace") + b"\n"


def entry_of(line: bytes) -> Entry:
    """Read what `line_of` wrote, or raise `BrokenLine`."""
    try:
        version, fields, held = _parse(line)
        if version != _VERSION or not is_object(fields):
            raise BrokenLine(f"version {version}")
        row = _row(fields)
        settlement = _settlement(held, row["cost_nano"]) if is_list(held) else None
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise BrokenLine(str(error)) from error
    return Entry(row, settlement)


def tamed(entry: Entry) -> Entry:
    """The same with every value that a database might not take made harmless."""
    return Entry({name: _tame(name, value) for name, value in entry.row.items()}, entry.settlement)


def _parse(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except ValueError:
        return json.loads(line)  # numbers of any size


def _row(fields: dict[str, Any]) -> dict[str, Any]:
    for old, new in _RENAMED.items():
        fields[new] = fields.pop(old)
    for old, new in _MONEY.items():
        usd = fields.pop(old)
        fields[new] = None if usd is None else to_nano(Decimal(usd))
    fields["saved_nano"] = fields["saved_nano"] or 0
    return fields


def _settlement(held: list[Any], cost_nano: int | None) -> Settlement:
    reservation_id, lines, *advance = held
    return Settlement(reservation_id, cost_nano or 0, [tuple(each) for each in lines], *advance)


def _tame(name: str, value: Any) -> Any:
    column = _COLUMNS[name]
    if isinstance(value, str):
        return value.replace("\0", "")[:2000]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return 0 if isnan(value) else min(max(value, -_MOST), _MOST)
    return 0 if value is None and not column.nullable else value
