"""A PostgreSQL connection that comes back: statements prepared once, broken lines redialled."""

from __future__ import annotations  # asyncpg's classes take parameters only in its stubs

import asyncio
import time

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from cadre.infra.database import Database
from cadre.kernel.scope import ALL_ORGS
from cadre.trust.budgets.errors import LedgerUnavailable
from cadre.trust.budgets.ledger.postgres_sql import SETTINGS

_PATIENCE_SECONDS = 10.0
_AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
# A server that goes away says so at any moment, also where asyncpg does not expect it.
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InternalClientError,
    OSError,
)


class LineLost(Exception):
    """The answer to a statement did not arrive: whether it was done is not known."""


class Connection:
    """One statement at a time; callers queue."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._statements: dict[str, PreparedStatement[asyncpg.Record]] = {}
        self._turn = asyncio.Lock()

    @property
    def _is_connected(self) -> bool:
        return self._connection is not None and not self._connection.is_closed()

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            await connection.close()

    async def fetch(self, statement: str, *values: object) -> list[asyncpg.Record]:
        """Rows of a `statement` that may be sent twice; dials again if the line is broken."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return await self.fetch_once(statement, *values)
            except LineLost as error:
                if time.monotonic() > until:
                    raise LedgerUnavailable(
                        "PostgreSQL does not answer, so calls under a budget are refused. "
                        "Check that it runs and can be reached."
                    ) from error
                await asyncio.sleep(0.1)

    async def fetch_once(self, statement: str, *values: object) -> list[asyncpg.Record]:
        """Rows of `statement`, or `LineLost`."""
        async with self._turn:
            while True:
                try:
                    prepared = self._statements.get(statement) or await self._prepare(statement)
                    return await prepared.fetch(*values)
                except _AGAIN:
                    await asyncio.sleep(0)
                except (*_LOST, asyncpg.InterfaceError) as error:
                    if isinstance(error, asyncpg.InterfaceError) and self._is_connected:
                        raise  # the statement is at fault, not the line
                    self._hang_up()
                    raise LineLost(str(error)) from error

    async def _prepare(self, statement: str) -> PreparedStatement[asyncpg.Record]:
        if self._connection is None:
            self._connection = await self._database.postgres_connection(ALL_ORGS)
            await self._connection.execute(SETTINGS)
        self._statements[statement] = prepared = await self._connection.prepare(statement)
        return prepared

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        self._statements.clear()
        if connection is not None:
            connection.terminate()
