"""Rows: which rows of which tables are an org's, and what they say of blobs.

Each table says whose its rows are (see `cadre.infra.database.tenants`), so a new one takes part
in export, import and deletion by itself.
"""

import base64
import re
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    Table,
    bindparam,
    literal,
    select,
    text,
)
from sqlalchemy import tuple_ as row_of

from cadre.infra.database import Connection, Owned, Parent, metadata

Value = str | int | float | bool | bytes | None
Fields = Mapping[str, Any]
_PAGE_ROWS = 500
_BLOB = re.compile(r"sha256:[0-9a-f]{64}")
_BYTES = "$bytes"
# Columns of earlier versions: other rows of the same archive say what they said.
_FORMER = {"users": frozenset({"role"})}
ORG = "org"
_ORGS = "orgs"


@dataclass(frozen=True, slots=True)
class TenantTable:
    """A table whose rows are orgs'."""

    table: Table
    tenancy: Owned | Parent

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def keys(self) -> list[Column[Any]]:
        return list(self.table.primary_key.columns)

    @property
    def parent(self) -> tuple[Column[Any], Column[Any]] | None:
        """The column that leads to the owner, and the owner's key."""
        if isinstance(self.tenancy, Owned):
            return None
        owner = metadata.tables[self.tenancy.table]
        return self.table.c[self.tenancy.column], owner.c[self.tenancy.key]

    @property
    def owner(self) -> str | None:
        """The column that names the org, if the table has one."""
        if isinstance(self.tenancy, Owned):
            return self.tenancy.column
        return "org_id" if "org_id" in self.table.c else None

    @property
    def depth(self) -> int:
        """How many parents lead to the one that names its org."""
        parent = self.parent
        return 0 if parent is None else 1 + tenant_table(parent[1].table).depth

    @property
    def condition(self) -> ColumnElement[bool]:
        """Whether a row is of the org that the parameter `org` names."""
        if isinstance(self.tenancy, Owned):
            return self.table.c[self.tenancy.column] == bindparam(ORG)
        column, key = self.table.c[self.tenancy.column], self.tenancy.key
        owner = metadata.tables[self.tenancy.table]
        return column.in_(select(owner.c[key]).where(tenant_table(owner).condition))


def tenant_tables() -> list[TenantTable]:
    """All of them but `orgs`; those that lead to another table come before it."""
    found = [_owned(table) for table in metadata.sorted_tables if table.name != _ORGS]
    return sorted((each for each in found if each), key=lambda each: (-each.depth, each.name))


def tenant_table(table: Table) -> TenantTable:
    """`table` as one of orgs' rows."""
    found = _owned(table)
    assert found is not None, table.name
    return found


async def read_rows(
    connection: Connection, query: Select[Any], given: Mapping[str, Any]
) -> list[Fields]:
    """What `query` finds, by name of column."""
    rows = (await connection.execute(query, given)).mappings()
    return [{str(name): value for name, value in row.items()} for row in rows]


async def pages(
    connection: Connection, owned: TenantTable, org: str | None
) -> AsyncGenerator[list[Fields]]:
    """The rows of `org`, or of all, some at a time, by key."""
    after: Sequence[Any] | None = None
    while True:
        query = _page(owned, after, of_all=org is None)
        given = {} if org is None else {ORG: org}
        page = await read_rows(connection, query, given)
        if page:
            yield page
        if len(page) < _PAGE_ROWS:
            return
        after = [page[-1][key.name] for key in owned.keys]


def to_json(row: Fields) -> dict[str, Any]:
    """A row as JSON can say it."""
    return {
        name: {_BYTES: base64.b64encode(value).decode()} if isinstance(value, bytes) else value
        for name, value in row.items()
    }


def from_json(table: str, row: Fields) -> dict[str, Value]:
    """What `to_json` made of a row of `table`, back; raises ValueError for anything else."""
    former = _FORMER.get(table, frozenset())
    return {name: _value(value) for name, value in row.items() if name not in former}


def blobs_in(row: Fields) -> Iterator[str]:
    """The ids of blobs that a row mentions."""
    for value in row.values():
        if isinstance(value, str) and "sha256:" in value:
            yield from _BLOB.findall(value)


def _page(owned: TenantTable, after: Sequence[Any] | None, *, of_all: bool) -> Select[Any]:
    query = select(owned.table)
    if not of_all:
        query = query.where(owned.condition)
    if after is not None:
        last = (literal(each, key.type) for each, key in zip(after, owned.keys, strict=True))
        query = query.where(row_of(*owned.keys) > row_of(*last))
    return query.order_by(*owned.keys).limit(_PAGE_ROWS)


def _owned(table: Table) -> TenantTable | None:
    says = table.info.get("tenant")
    if says is None and "org_id" in table.c:
        says = Owned()
    return TenantTable(table, says) if isinstance(says, Owned | Parent) else None


def _value(value: Any) -> Value:
    if isinstance(value, dict):
        encoded = cast("dict[str, Any]", value)
        if set(encoded) != {_BYTES} or not isinstance(encoded[_BYTES], str):
            raise ValueError("an object is no value of a column")
        return base64.b64decode(encoded[_BYTES], validate=True)
    if value is None or isinstance(value, str | int | float):
        return value
    raise ValueError("a list is no value of a column")


async def schema_version(connection: Connection) -> str:
    """The number of the newest migration that this database has."""
    return str((await connection.execute(text("select version_num from alembic_version"))).scalar())
