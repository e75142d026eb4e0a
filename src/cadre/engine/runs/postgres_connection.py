"""A PostgreSQL connection that comes back: statements prepared once, broken lines redialled.

A statement whose answer was lost may have been committed. Sending it again is safe for the
journal: an append is refused by its sequence number, a submit or signal by its key.
"""

from __future__ import annotations  # asyncpg's classes take parameters only in its stubs

import asyncio
import time
from collections.abc import Callable

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from cadre.engine.runs.errors import JournalUnavailable
from cadre.engine.runs.sql_postgres import SETTINGS
from cadre.infra.database import Database
from cadre.infra.telemetry import get_logger
from cadre.kernel.scope import ALL_ORGS

_PATIENCE_SECONDS = 30.0
_BROKEN = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ConnectionError,
    OSError,
)
_AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
_log = get_logger("runs")


class Connection:
    """One statement at a time; callers queue."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._statements: dict[str, PreparedStatement[asyncpg.Record]] = {}
        self._turn = asyncio.Lock()

    async def warm(self) -> None:
        async with self._turn:
            await self._dial()

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            await connection.close()

    async def fetch(self, statement: str, *values: object) -> list[asyncpg.Record]:
        """Rows of `statement`, dialling again for a while if the line is broken."""
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        async with self._turn:
            while True:
                try:
                    prepared = self._statements.get(statement) or await self._prepare(statement)
                    return await prepared.fetch(*values)
                except _AGAIN:
                    _log.warning("statement_again", reason="deadlock")
                except _BROKEN as error:
                    if self._connection is not None and not self._connection.is_closed():
                        raise  # the statement is at fault, not the line
                    if time.monotonic() > give_up_at:
                        raise JournalUnavailable(
                            "PostgreSQL does not answer. Check that it runs and can be reached."
                        ) from error
                    await self._hang_up()
                    await asyncio.sleep(0.2)

    async def listen(self, channel: str, on_wake: Callable[[], None]) -> None:
        """Call `on_wake` at each notification until cancelled; once after each redial too."""
        while True:
            try:
                await self._hear(await self._dial(), channel, on_wake)
            except _BROKEN:
                await asyncio.sleep(0.5)
            self._connection = None

    async def _hear(
        self,
        connection: asyncpg.Connection[asyncpg.Record],
        channel: str,
        on_wake: Callable[[], None],
    ) -> None:
        gone = asyncio.Event()

        def on_gone(_connection: object) -> None:
            gone.set()

        def on_news(_connection: object, _pid: int, _channel: str, _payload: object) -> None:
            on_wake()

        connection.add_termination_listener(on_gone)
        await connection.add_listener(channel, on_news)
        on_wake()
        await gone.wait()

    async def _prepare(self, statement: str) -> PreparedStatement[asyncpg.Record]:
        connection = self._connection or await self._dial()
        self._statements[statement] = prepared = await connection.prepare(statement)
        return prepared

    async def _dial(self) -> asyncpg.Connection[asyncpg.Record]:
        self._connection = await self._database.postgres_connection(ALL_ORGS)
        self._statements.clear()
        await self._connection.execute(SETTINGS)
        return self._connection

    async def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        self._statements.clear()
        if connection is not None:
            connection.terminate()
