"""Units of work on both databases."""

import asyncio

import pytest
from sqlalchemy import text

from cadre.infra.database import Database
from cadre.kernel.errors import Invalid
from cadre.kernel.scope import Scope


async def test_a_unit_of_work_is_kept_whole_or_not_at_all(database: Database, scope: Scope):
    async with database.begin(scope) as work:
        await work.connection.execute(text("create table notes(body text)"))

    with pytest.raises(RuntimeError):
        async with database.begin(scope) as work:
            await work.connection.execute(text("insert into notes values ('lost')"))
            raise RuntimeError

    async with database.read(scope) as work:
        assert (await work.connection.execute(text("select count(*) from notes"))).scalar() == 0


async def test_parallel_writers_wait_for_each_other_instead_of_failing(
    database: Database, scope: Scope
):
    async with database.begin(scope) as work:
        await work.connection.execute(text("create table counters(n integer)"))
        await work.connection.execute(text("insert into counters values (0)"))

    async def increment() -> None:
        async with database.begin(scope) as work:
            await work.connection.execute(text("update counters set n = n + 1"))

    await asyncio.gather(*[increment() for _ in range(20)])

    async with database.read(scope) as work:
        assert (await work.connection.execute(text("select n from counters"))).scalar() == 20


@pytest.mark.parametrize("url", ["nonsense", "mysql://localhost/x", ""])
def test_a_url_that_is_not_a_database_says_what_to_write(url: str):
    with pytest.raises(Invalid, match="sqlite"):
        Database(url)
