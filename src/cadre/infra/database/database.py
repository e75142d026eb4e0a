"""Connections to SQLite or PostgreSQL, chosen by the URL; nothing above asks which.

SQLite runs in WAL with synchronous=FULL: what is committed survives the plug being pulled.
A write transaction begins IMMEDIATE there, because a read transaction that turns into a
write one fails at once instead of waiting when somebody else has written in between.
"""

from __future__ import annotations  # asyncpg.Connection takes a parameter only in its stubs

import sqlite3
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from cadre.infra.database.connection import Connection
from cadre.infra.database.sqlite import BUSY_SECONDS, SqliteEngine, tune
from cadre.kernel.errors import Invalid
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import Scope

if TYPE_CHECKING:  # half a second and many megabytes that SQLite has no use for
    import asyncpg
    from sqlalchemy.ext.asyncio import AsyncEngine

    from cadre.infra.database.postgres import PostgresEngine

_UNGUARDED = (
    "The login is above row-level security and may not become cadre_app, so orgs are kept apart "
    "by cadre's queries only. Use a login that is neither superuser nor BYPASSRLS and owns "
    "the tables, or as an administrator: CREATE ROLE cadre_app; GRANT cadre_app TO the login."
)


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction on behalf of one scope. Whoever began it commits it.

    The database shows it the rows of its scope's org only, whatever a statement asks for.
    """

    connection: Connection
    scope: Scope
    touched: set[str] = field(default_factory=set[str])

    def touch(self, topic: str) -> None:
        """Once this is committed, what this process remembers of `topic` is out of date."""
        self.touched.add(topic)


class Database:
    """The database of `url`: `sqlite:////absolute/file.db` or `postgresql://...`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.dialect: Literal["sqlite", "postgresql"] = _dialect(url)
        self.path = Path(make_url(url).database or "") if self.dialect == "sqlite" else None
        self._rows = _sqlite(self.path) if self.path else _postgres(url)
        self._marks: Counter[str] = Counter()

    @property
    def engine(self) -> SqliteEngine | AsyncEngine:
        """For work on the schema: it belongs to no org, and sees the rows of all."""
        return self._rows.owner

    def mark(self, topic: str) -> int:
        """How often this process has changed `topic`: the same number, nothing new of ours.

        Other processes change it unseen; who remembers something looks again within a second.
        """
        return self._marks[topic]

    @asynccontextmanager
    async def begin(self, scope: Scope) -> AsyncGenerator[Work]:
        """A transaction that may write: committed at the end, rolled back on an error."""
        async with self._rows.begin(scope.org) as connection:
            work = Work(connection, scope)
            yield work
        self._marks.update(work.touched)

    @asynccontextmanager
    async def read(self, scope: Scope) -> AsyncGenerator[Work]:
        """A transaction that only reads, and so never waits for a writer."""
        async with self._rows.connect(scope.org) as connection:
            yield Work(connection, scope)

    def sqlite_connection(self) -> sqlite3.Connection:
        """A plain connection in autocommit that sees all orgs, for a thread that batches."""
        if self.path is None:
            raise Invalid("This database is not SQLite.", field="database_url")
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        tune(connection)
        return connection

    async def postgres_connection(self, org: OrgId) -> asyncpg.Connection[asyncpg.Record]:
        """A plain connection in autocommit, for code that batches by itself.

        What it batches is mostly of many orgs: then `org` is ALL_ORGS.
        """
        if isinstance(self._rows, SqliteEngine):
            raise Invalid("This database is not PostgreSQL.", field="database_url")
        return await self._rows.plain(org)

    async def unguarded(self) -> str | None:
        """Why orgs are kept apart by the queries only and not by the database; None: by both."""
        return None if await self._rows.is_bound() else _UNGUARDED

    async def renew(self) -> None:
        """Forget the connections that are open: the schema or the rights to it have changed."""
        await self._rows.renew()

    async def close(self) -> None:
        await self._rows.dispose()


def _sqlite(path: Path) -> SqliteEngine:
    path.parent.mkdir(parents=True, exist_ok=True)
    return SqliteEngine(path)


def _postgres(url: str) -> PostgresEngine:
    from cadre.infra.database.postgres import PostgresEngine

    return PostgresEngine(url)


def _dialect(url: str) -> Literal["sqlite", "postgresql"]:
    try:
        name = make_url(url).get_backend_name()
    except ArgumentError as error:
        raise Invalid(
            "The database URL can't be read. Write sqlite:////path/file.db or postgresql://user@host/name.",
            field="database_url",
        ) from error
    if name == "sqlite":
        return "sqlite"
    if name == "postgresql":
        return "postgresql"
    raise Invalid(f"cadre runs on sqlite or postgresql, not on {name}.", field="database_url")
