"""Units of work on both databases."""

import asyncio

import pytest
from sqlalchemy import func, literal, select, text
from sqlalchemy.exc import IntegrityError

from cadre.infra.database import Database
from cadre.kernel.errors import Invalid
from cadre.kernel.scope import Scope


async def create(database: Database, statement: str) -> None:
    """Work on the schema, which a unit of work has no right to."""
    async with database.engine.begin() as connection:
        await connection.execute(text(statement))


async def test_a_unit_of_work_is_kept_whole_or_not_at_all(database: Database, scope: Scope):
    await create(database, "create table notes(body text)")

    with pytest.raises(RuntimeError):
        async with database.begin(scope) as work:
            await work.connection.execute(text("insert into notes values ('lost')"))
            raise RuntimeError

    async with database.read(scope) as work:
        assert (await work.connection.execute(text("select count(*) from notes"))).scalar() == 0


async def test_a_commit_that_fails_leaves_nothing_behind_and_nobody_waiting(
    database: Database, scope: Scope
):
    await create(database, "create table parents(id integer primary key)")
    await create(
        database,
        "create table children(parent integer references parents(id) deferrable initially deferred)",
    )
    for _ in range(2):
        with pytest.raises(IntegrityError):
            async with database.begin(scope) as work:
                await work.connection.execute(text("insert into children values (99)"))

    async with database.begin(scope) as work:
        await work.connection.execute(text("insert into parents values (1)"))
    async with database.read(scope) as work:
        assert (await work.connection.execute(text("select count(*) from children"))).scalar() == 0
        assert (await work.connection.execute(text("select count(*) from parents"))).scalar() == 1


async def test_parallel_writers_wait_for_each_other_instead_of_failing(
    database: Database, scope: Scope
):
    await create(database, "create table counters(n integer)")
    async with database.begin(scope) as work:
        await work.connection.execute(text("insert into counters values (0)"))

    async def increment() -> None:
        async with database.begin(scope) as work:
            await work.connection.execute(text("update counters set n = n + 1"))

    await asyncio.gather(*[increment() for _ in range(20)])

    async with database.read(scope) as work:
        assert (await work.connection.execute(text("select n from counters"))).scalar() == 20


async def test_a_long_read_is_finished_without_holding_up_the_others(
    database: Database, scope: Scope
):
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < 1_000_000))
    short, counted = 0, asyncio.Event()

    async def count() -> int | None:
        async with database.read(scope) as work:
            found = (
                await work.connection.execute(select(func.count()).select_from(numbers))
            ).scalar()
        counted.set()
        return found

    counting = asyncio.create_task(count())
    while not counted.is_set():
        async with database.read(scope) as work:
            assert (await work.connection.execute(select(literal(1)))).scalar() == 1
        short += 1
        await asyncio.sleep(0)

    assert await counting == 1_000_000
    assert short > 3


async def test_a_writer_that_is_cancelled_leaves_its_turn_to_the_next(
    database: Database, scope: Scope
):
    await create(database, "create table notes(body text)")
    has_written = asyncio.Event()

    async def write_and_stay() -> None:
        async with database.begin(scope) as work:
            await work.connection.execute(text("insert into notes values ('half')"))
            has_written.set()
            await asyncio.Event().wait()

    staying = asyncio.create_task(write_and_stay())
    await has_written.wait()
    staying.cancel()
    async with database.begin(scope) as work:
        await work.connection.execute(text("insert into notes values ('whole')"))

    async with database.read(scope) as work:
        rows = (await work.connection.execute(text("select body from notes"))).scalars()
    assert list(rows) == ["whole"]


@pytest.mark.parametrize("url", ["nonsense", "mysql://localhost/x", ""])
def test_a_url_that_is_not_a_database_says_what_to_write(url: str):
    with pytest.raises(Invalid, match="sqlite"):
        Database(url)
