"""Lookups: selects that were built once, sent to SQLite without being looked at again.

SQLAlchemy takes twice as long to execute a select as SQLite does to answer it. A select that is
executed with parameters was built once, by a store's module; its text is kept from then on.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Executable, Float, Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.sql.compiler import SQLCompiler


@dataclass(frozen=True, slots=True)
class _Lookup:
    text: str
    given: Mapping[str, Any]
    columns: SimpleResultMetaData


class Lookups:
    """The lookups of one engine."""

    def __init__(self) -> None:
        self._dialect = sqlite.dialect(paramstyle="named")
        self._known: WeakKeyDictionary[Select[Any], _Lookup | None] = WeakKeyDictionary()

    def find(
        self, statement: Executable, parameters: Any
    ) -> Callable[[sqlite3.Connection], IteratorResult[Any]] | None:
        """What executes `statement`; None if SQLAlchemy has to."""
        if not isinstance(statement, Select) or not isinstance(parameters, Mapping):
            return None
        try:
            lookup = self._known[statement]
        except KeyError:
            lookup = self._known[statement] = self._read(cast("Select[Any]", statement))
        if lookup is None:
            return None
        values = {**lookup.given, **cast("Mapping[str, Any]", parameters)}

        def execute(connection: sqlite3.Connection) -> IteratorResult[Any]:
            rows = connection.execute(lookup.text, values).fetchall()
            return IteratorResult(lookup.columns, iter(rows))

        return execute

    def _read(self, statement: Select[Any]) -> _Lookup | None:
        compiled = statement.compile(dialect=self._dialect)
        assert isinstance(compiled, SQLCompiler)
        columns = list(statement.selected_columns)
        if compiled.post_compile_params or self._changes_values(compiled, columns):
            return None
        names = SimpleResultMetaData([str(column.key) for column in columns])
        return _Lookup(compiled.string, compiled.params, names)

    def _changes_values(self, compiled: SQLCompiler, columns: list[ColumnElement[Any]]) -> bool:
        """Whether some value is not what SQLite itself takes or gives."""
        dialect = self._dialect
        taken = [bind.type for bind in compiled.binds.values() if not isinstance(bind.type, Float)]
        return any(type_.dialect_impl(dialect).bind_processor(dialect) for type_ in taken) or any(
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
        )
