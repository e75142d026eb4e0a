"""Connection: what a unit of work may do with its database, whichever kind that is."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, TypeVarTuple, overload

from sqlalchemy import CursorResult, Executable
from sqlalchemy.engine import Connection as SyncConnection
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.selectable import TypedReturnsRows

Row = TypeVarTuple("Row")
Result = TypeVar("Result")


class Connection(Protocol):
    """One connection inside a transaction. Results are read whole before they are returned."""

    @property
    def dialect(self) -> Dialect: ...

    @overload
    async def execute(
        self, statement: TypedReturnsRows[*Row], parameters: Any = None
    ) -> CursorResult[*Row]: ...

    @overload
    async def execute(
        self, statement: Executable, parameters: Any = None
    ) -> CursorResult[*tuple[Any, ...]]: ...

    async def run_sync(self, fn: Callable[[SyncConnection], Result], /) -> Result:
        """Do `fn`, which blocks, without blocking anybody else."""
        ...
