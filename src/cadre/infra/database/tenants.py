"""Tenants: whose each row is, said once at its table; both databases keep to it by themselves.

A table with a column `org_id` needs to say nothing. Any other says in its `info` what it is:
{"tenant": Parent("run_id", "runs")}, {"tenant": Owned("id")}, or {"shared": "the reason"}.
tests/infra/test_tenants.py fails for a table that says nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import MetaData, Table

from cadre.kernel.errors import Denied

ORG_COLUMN = "org_id"
_QUOTE = "'"


class Owned(NamedTuple):
    """A row is that of the org in `column`."""

    column: str = ORG_COLUMN


class Parent(NamedTuple):
    """A row is that of the row in `table` whose `key` stands in `column`."""

    column: str
    table: str
    key: str = "id"


class Shared(NamedTuple):
    """Rows are nobody's own, because of `reason`."""

    reason: str


Tenancy = Owned | Parent | Shared

# Tables that are in the database and in no room's tables.py.
OTHER_TABLES: dict[str, Tenancy] = {
    "alembic_version": Shared("The number of the schema; the same for everybody."),
}


class UnscopedStatement(Denied):
    """A statement was about to reach past what the org of its work may see."""

    code = "unscoped_statement"


def tenancy_of(table: Table) -> Tenancy | None:
    """What `table` says, or what its columns say for it; None: neither does."""
    if reason := table.info.get("shared"):
        return Shared(reason)
    said = table.info.get("tenant")
    if said is None:
        return Owned() if ORG_COLUMN in table.columns else None
    if not isinstance(said, Owned | Parent):
        raise TypeError(f'{table.name}: info["tenant"] must be Owned or Parent.')
    return said


def tenancies(metadata: MetaData) -> dict[str, Tenancy]:
    """By name, of every table that says something."""
    found = {table.name: tenancy_of(table) for table in metadata.tables.values()}
    return OTHER_TABLES | {name: one for name, one in found.items() if one is not None}


@dataclass(frozen=True, slots=True)
class Guarded:
    """The tables whose rows belong to orgs, and the SQL that says so."""

    tables: dict[str, Owned | Parent]

    @classmethod
    def of(cls, metadata: MetaData, columns: Iterator[tuple[str, str]]) -> "Guarded":
        """Of a database with `columns` (table and column).

        A table that this process does not know is guarded too if it has the usual column.
        """
        known, guarded = tenancies(metadata), dict[str, Owned | Parent]()
        for table, column in columns:
            says = known.get(table) or (Owned() if column == ORG_COLUMN else None)
            if isinstance(says, Owned | Parent):
                guarded[table] = says
        return cls(guarded)

    def org_of(self, table: str, row: str, schema: str = "") -> str:
        """SQL: the org of `row`, which is a name that stands for a row of `table`.

        A parent is looked up by its key for each row. `exists` would let PostgreSQL read all
        parents first, which is right for no org that has many.
        """
        says = self.tables[table]
        if isinstance(says, Owned):
            return f"{row}.{says.column}"
        parent = row.strip('"') + "_owner"
        return (
            f"(select {self.org_of(says.table, parent, schema)} "  # noqa: S608
            f'from {schema}"{says.table}" {parent} '
            f"where {parent}.{says.key} = {row}.{says.column})"
        )


def literal(org: str) -> str:
    """`org` as an SQL string, for a setting that takes no parameters."""
    if "\\" in org or "\0" in org:
        raise UnscopedStatement("An org's id holds neither a backslash nor a null.")
    return _QUOTE + org.replace(_QUOTE, _QUOTE * 2) + _QUOTE
