"""Migrations: from nothing to the present schema, on both databases, however many start at once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from cadre.infra.database import Database, SchemaTooNew, metadata, migrate
from cadre.infra.database.migrations import config, head


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_cluster: str
) -> AsyncIterator[Database]:
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        await database.close()
        return
    name = f"empty_{uuid4().hex}"
    connection = await asyncpg.connect(postgres_cluster)
    await connection.execute(f"create database {name}")
    database = Database(postgres_cluster.replace("/postgres?", f"/{name}?"))
    yield database
    await database.close()
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_server_default": False})
    return list(compare_metadata(context, metadata))


async def test_the_migrated_schema_is_the_one_the_code_declares(empty: Database):
    assert await migrate(empty) is None

    async with empty.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_second_start_changes_nothing(empty: Database):
    await migrate(empty)

    assert await migrate(empty) == head()


async def test_processes_that_start_together_migrate_once(empty: Database):
    others = [Database(empty.url) for _ in range(3)]

    before = await asyncio.gather(*[migrate(database) for database in [empty, *others]])

    assert sorted(before, key=str) == [head(), head(), head(), None]
    for database in others:
        await database.close()


async def test_the_way_back_leaves_nothing(empty: Database):
    await migrate(empty)

    async with empty.engine.begin() as connection:
        await connection.run_sync(lambda c: command.downgrade(config(c), "base"))
        tables = await connection.run_sync(lambda c: inspect(c).get_table_names())

    assert tables == ["alembic_version"]


async def test_a_schema_of_a_later_version_is_refused_and_kept(empty: Database):
    await migrate(empty)
    async with empty.engine.begin() as connection:
        await connection.execute(text("update alembic_version set version_num = '9999'"))

    with pytest.raises(SchemaTooNew, match="newer version"):
        await migrate(empty)
