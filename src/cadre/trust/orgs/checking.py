"""Checking of an archive's rows: each is one of a table that there is, and of this org alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, LargeBinary

from cadre.trust.orgs.archive import ArchiveReader
from cadre.trust.orgs.content import WORKSPACES
from cadre.trust.orgs.errors import ArchiveInvalid
from cadre.trust.orgs.rows import TenantTable, Value, from_json
from cadre.trust.orgs.tables import orgs

_RUN_COLUMNS = ("run_id", "parent_id")


@dataclass(slots=True)
class Checked:
    """What the rows name: ids that must not be here yet."""

    workspaces: set[str] = field(default_factory=set[str])
    runs: set[str] = field(default_factory=set[str])
    live_runs: int = 0
    keys: dict[str, set[Value]] = field(default_factory=dict[str, set[Value]])


def check_rows(
    reader: ArchiveReader, tables: Iterable[TenantTable], sealed: frozenset[str]
) -> Checked:
    """Look at every row, or raise `ArchiveInvalid`; parents before what leads to them."""
    known = {each.name: each for each in tables if each.name not in sealed}
    checked = Checked()
    for name in reader.tables:
        if name not in known:
            raise ArchiveInvalid(
                f"The archive has rows of `{name}`, which this version of cadre does not take."
            )
    here = sorted((known[name] for name in reader.tables), key=lambda each: each.depth)
    if orgs.name not in reader.tables:
        raise ArchiveInvalid("The archive has no row of the organisation itself.")
    parents = {each.parent[1].table.name for each in here if each.parent is not None}
    for owned in here:
        count = 0
        for count, row in enumerate(reader.rows(owned.name), 1):
            where = f"tables/{owned.name}.jsonl, line {count}"
            values = _values(owned, row, where)
            _check_owner(owned, values, checked, reader.manifest.org.id, where)
            _note(owned, values, checked, is_parent=owned.name in parents)
        if count != reader.manifest.tables.get(owned.name):
            raise ArchiveInvalid(f"tables/{owned.name}.jsonl has lost rows, or has got some.")
        if owned.name == orgs.name and count != 1:
            raise ArchiveInvalid("The archive is of one organisation, not of several.")
    return checked


def _values(owned: TenantTable, row: Mapping[str, Any], where: str) -> dict[str, Value]:
    try:
        values = from_json(owned.name, row)
    except ValueError as error:
        raise ArchiveInvalid(f"{where}: {error}.") from error
    columns = owned.table.c
    for name, value in values.items():
        if name not in columns:
            raise ArchiveInvalid(f"{where}: there is no column `{name[:80]}`.")
        if not _fits(columns[name], value):
            raise ArchiveInvalid(f"{where}: `{name}` does not hold such a value.")
    return values


def _check_owner(
    owned: TenantTable, values: Mapping[str, Value], checked: Checked, org: str, where: str
) -> None:
    if owned.parent is not None:
        column, key = owned.parent
        if values.get(column.name) not in checked.keys.get(key.table.name, set()):
            raise ArchiveInvalid(f"{where}: what it belongs to is not in the archive.")
    if owned.owner is not None and values.get(owned.owner) != org:
        raise ArchiveInvalid(f"{where}: the row is not that of {org}.")


def _note(
    owned: TenantTable, values: Mapping[str, Value], checked: Checked, *, is_parent: bool
) -> None:
    for table, column in WORKSPACES:
        if table == owned.name:
            checked.workspaces.add(str(values.get(column)))
    for column in _RUN_COLUMNS:
        if values.get(column):
            checked.runs.add(str(values[column]))
    if owned.name == "runs":
        checked.runs.add(str(values.get("id")))
        checked.live_runs += values.get("ended_at") is None
    if is_parent:
        key = owned.keys[0].name
        checked.keys.setdefault(owned.name, set()).add(values.get(key))


def _fits(column: Column[Any], value: Value) -> bool:
    if value is None:
        return bool(column.nullable)
    kind = column.type
    if isinstance(kind, Boolean):
        return isinstance(value, bool)
    if isinstance(kind, Integer | BigInteger):
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63
    if isinstance(kind, Float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(kind, LargeBinary):
        return isinstance(value, bytes)
    return isinstance(value, str)
