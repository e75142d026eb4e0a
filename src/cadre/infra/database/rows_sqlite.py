"""Rows on SQLite: a connection on which the rows of other orgs do not exist.

Each tenant table is covered by a temporary view of the same name, which holds the rows of the
connection's org only. Writes go to the table itself (`main.`), where temporary triggers pass
over what is not the org's and refuse a row that is given to another. So a where clause that
was forgotten shows nothing, in any statement that there may be.
"""

import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from sqlalchemy import TextClause
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler, SQLiteIdentifierPreparer

from cadre.infra.database.tables import metadata
from cadre.infra.database.tenants import Guarded, UnscopedStatement

NOBODY = ""
_ORG = "cadre_org()"
_COLUMNS = """
select m.name, c.name from main.sqlite_master m join pragma_table_info(m.name) c
where m.type = 'table'
"""
_WRITES = re.compile(
    r"\b(insert\s+(?:or\s+\w+\s+)?into|replace\s+into|delete\s+from|update(?!\s+set\b))(\s+)(?=\w)",
    re.IGNORECASE,
)
_PAST_THE_VIEWS = re.compile(r"\bmain\b\W*\.|\b(?:detach|attach)\b|\bdrop\s", re.IGNORECASE)


@dataclass(slots=True)
class Whose:
    """The org that a guarded connection works for at the moment."""

    org: str = NOBODY


def guard(connection: sqlite3.Connection, *, is_writer: bool) -> Whose:
    """Hide from `connection` all rows but those of the org that is set on the answer."""
    whose = Whose()
    connection.create_function("cadre_org", 0, lambda: whose.org, deterministic=True)
    guarded = Guarded.of(metadata, iter(connection.execute(_COLUMNS).fetchall()))
    covers = [_view(guarded, name) for name in guarded.tables]
    if is_writer:
        # Off, it would let REPLACE delete rows that the triggers never see.
        connection.execute("PRAGMA recursive_triggers=ON")
        covers += [_triggers(guarded, name) for name in guarded.tables]
    connection.executescript("\n".join(covers))
    return whose


def _view(guarded: Guarded, name: str) -> str:
    own = _is_own(guarded, name, "t")
    return f'create temp view "{name}" as select * from main."{name}" t where {own};'  # noqa: S608


def _triggers(guarded: Guarded, name: str) -> str:
    old, new = (_is_own(guarded, name, row) for row in ("old", "new"))
    refuse = f"raise(abort, 'a row of {name} was given to another org')"
    return f"""
    create temp trigger cadre_insert_{name} before insert on main."{name}"
     when not ({new}) begin select {refuse}; end;
    create temp trigger cadre_update_{name} before update on main."{name}"
     when not ({old} and {new}) begin
      select case when {old} then {refuse} else raise(ignore) end; end;
    create temp trigger cadre_delete_{name} before delete on main."{name}"
     when not ({old}) begin select raise(ignore); end;
    """


def _is_own(guarded: Guarded, name: str, row: str) -> str:
    # `is true`, so that it is never null; and neither it nor its likelihood makes SQLite
    # choose another index than it would without.
    return f"likelihood(({guarded.org_of(name, row, 'main.')} = {_ORG}) is true, 1.0)"


class _Preparer(SQLiteIdentifierPreparer):
    def format_table(self, table: Any, use_schema: bool = True, name: str | None = None) -> str:
        return "main." + super().format_table(table, use_schema, name)


class GuardedCompiler(SQLiteCompiler):
    """Reads from the views, writes to the tables."""

    def __init__(self, dialect: Any, *args: Any, **options: Any) -> None:
        self._tables = _Preparer(dialect)
        super().__init__(dialect, *args, **options)

    def visit_insert(self, *args: Any, **options: Any) -> str:
        usual, self.preparer = self.preparer, self._tables
        try:
            return self._usual.visit_insert(*args, **options)
        finally:
            self.preparer = usual

    def visit_table(self, *args: Any, iscrud: bool = False, **options: Any) -> str:
        text: str = self._usual.visit_table(*args, iscrud=iscrud, **options)
        return f"main.{text}" if iscrud else text

    def visit_textclause(self, textclause: TextClause, *args: Any, **options: Any) -> str:
        if _PAST_THE_VIEWS.search(textclause.text):
            raise UnscopedStatement(
                f"This statement names tables past the org's own rows: {textclause.text[:200]}. "
                "Leave out `main.`, or use a scope of ALL_ORGS if it is the system's work."
            )
        text: str = self._usual.visit_textclause(textclause, *args, **options)
        return _WRITES.sub(r"\1\2main.", text)

    @property
    def _usual(self) -> Any:  # SQLAlchemy leaves its compilers untyped
        return super()
