"""PostgreSQL for coroutines: every transaction begins by saying for which org it is."""

from __future__ import annotations  # asyncpg.Connection takes a parameter only in its stubs

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from cadre.infra.database.rows_postgres import BECOME, IS_BOUND, SETTING
from cadre.infra.database.tenants import literal
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import ALL_ORGS

_DRIVER = "postgresql+asyncpg://"


class _OrgConnection(asyncpg.Connection):
    """Says its org in the same message as BEGIN, so that it costs no way to the server."""

    org: OrgId | None = None

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:
        if query == "BEGIN;" and self.org is not None:
            query = f"BEGIN; SET LOCAL {SETTING} = {literal(self.org)}"
        return await super().execute(query, *args, timeout=timeout)


class PostgresEngine:
    """Transactions on the database of `url`, each for one org."""

    def __init__(self, url: str) -> None:
        # asyncpg reads libpq URLs; the driver name that SQLAlchemy allows in them is not one.
        self._url = url.replace(_DRIVER, "postgresql://", 1)
        self._rows = create_async_engine(_DRIVER, async_creator=self._guarded, pool_pre_ping=True)
        self.owner: AsyncEngine = create_async_engine(
            _DRIVER, async_creator=self._unguarded, poolclass=NullPool
        )

    @asynccontextmanager
    async def begin(self, org: OrgId) -> AsyncGenerator[AsyncConnection]:
        """A transaction that may write: committed at the end, rolled back on an error."""
        async with self.connect(org) as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def connect(self, org: OrgId) -> AsyncGenerator[AsyncConnection]:
        """A transaction that only reads."""
        async with self._rows.connect() as connection:
            driver = _driver_of(connection)
            driver.org = org
            try:
                yield connection
            finally:
                driver.org = None

    async def plain(self, org: OrgId) -> asyncpg.Connection[asyncpg.Record]:
        """A connection in autocommit that works for `org` as long as it lives."""
        return await self._dial(f"{BECOME}; SET {SETTING} = {literal(org)}")

    async def is_bound(self) -> bool:
        """Whether the database itself keeps orgs apart, whatever a statement says."""
        connection = await self._guarded()
        try:
            return bool(await connection.fetchval(IS_BOUND))
        finally:
            await connection.close()

    async def renew(self) -> None:
        """Make new connections from now on, because roles or tables have changed."""
        await self._rows.dispose()

    async def dispose(self) -> None:
        await self._rows.dispose()
        await self.owner.dispose()

    async def _guarded(self) -> _OrgConnection:
        return await self._dial(BECOME)

    async def _unguarded(self) -> _OrgConnection:
        """For migrations: as the login itself, which owns the tables."""
        return await self._dial(f"SET {SETTING} = {literal(ALL_ORGS)}")

    async def _dial(self, first: str) -> _OrgConnection:
        connection = await asyncpg.connect(self._url, connection_class=_OrgConnection)
        try:
            await connection.execute(first)
        except BaseException:  # whoever asked has been cancelled: nobody would ever close it
            connection.terminate()
            raise
        return connection


def _driver_of(connection: AsyncConnection) -> _OrgConnection:
    assert connection.sync_connection is not None
    driver = connection.sync_connection.connection.driver_connection
    assert isinstance(driver, _OrgConnection)
    return driver
