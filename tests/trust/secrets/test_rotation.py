"""Rotation of keys while everybody reads, with processes that are killed in the middle of it."""

import asyncio
import os
import stat
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cadre.infra.database import Database
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import DEFAULT_PROJECT, Principal, Scope
from cadre.trust.secrets import load_master_key, read_new_key
from cadre.trust.secrets.errors import MasterKeyUnusable, RotationUnderWay
from cadre.trust.secrets.tables import secret_data_keys as keys
from cadre.trust.secrets.tables import secrets as table
from tests.trust.secrets.vaults import House, house_of, put_as_before

MANY = 120
ROOT = Path(__file__).parents[3]


@pytest.fixture
def new_key_file(tmp_path: Path) -> Path:
    path = tmp_path / "new.key"
    path.write_bytes(os.urandom(32))
    return path


def org_scope(number: int) -> Scope:
    return Scope(
        OrgId(f"org_{number:03d}"), DEFAULT_PROJECT, "dev", Principal("user", "usr_1", "Ann")
    )


async def fill(house: House, scope: Scope, count: int) -> None:
    await house.put(scope, **{f"s{number}": f"value-{number}" for number in range(count)})


def private_files(folder: Path) -> set[str]:
    """The names of files in `folder` that only their owner may read."""
    return {path.name for path in folder.iterdir() if stat.S_IMODE(path.stat().st_mode) == 0o600}


def lose_former_keys(folder: Path) -> None:
    for path in folder.glob("master.key-*.key"):
        path.unlink()


@asynccontextmanager
async def reading(house: House, wanted: list[tuple[Scope, str, str]]) -> AsyncGenerator[list[int]]:
    """Somebody who reads all the time; fails with the first read that does. Counts its rounds."""
    rounds = [0]

    async def read() -> None:
        while True:
            for scope, name, value in wanted:
                assert await house.get(scope, name) == value
            rounds[0] += 1
            await asyncio.sleep(0)

    async with asyncio.timeout(150), asyncio.TaskGroup() as group:
        reader = group.create_task(read())
        yield rounds
        reader.cancel()


async def start(database: Database, folder: Path, *arguments: str) -> asyncio.subprocess.Process:
    """Another process, on the same database and keys."""
    url = database.url
    command = [sys.executable, "-m", "tests.trust.secrets.rotating", url, str(folder), *arguments]
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT)


async def kill_once(
    process: asyncio.subprocess.Process, is_midway: Callable[[], Awaitable[bool]]
) -> None:
    async with asyncio.timeout(60):
        while not await is_midway():
            assert process.returncode is None, "It was over before it could be killed."
            await asyncio.sleep(0)
    process.kill()
    await process.wait()


async def test_a_rotation_moves_every_value_and_destroys_the_old_key(house: House, scope: Scope):
    await fill(house, scope, 7)
    await house.put(scope, s0="value-new")
    async with house.database.begin(scope) as work:
        begun = await house.rotations.start(work)
        assert (begun.generation, begun.total, begun.left) == (2, 8, 8)
        assert begun.finished_at is None
    await house.put(scope, s1="value-meanwhile")

    await house.jobs.turn()

    async with house.database.read(scope) as work:
        done = await house.rotations.status(work)
        left = (await work.connection.execute(select(keys.c.generation))).scalars().all()
    assert done.finished_at is not None
    assert done.left == 0
    assert left == [2]
    assert await house.get(scope, "s0") == "value-new"
    assert await house.get(scope, "s0", 1) == "value-0"
    assert await house.get(scope, "s1") == "value-meanwhile"
    assert await house.get(scope, "s6") == "value-6"


async def test_a_second_rotation_waits_for_the_first(house: House, scope: Scope):
    await fill(house, scope, 1)
    async with house.database.begin(scope) as work:
        await house.rotations.start(work)

    async with house.database.begin(scope) as work:
        with pytest.raises(RotationUnderWay):
            await house.rotations.start(work)


async def test_two_rotations_at_once_make_one_new_key(
    house: House, database: Database, folder: Path, scope: Scope
):
    await fill(house, scope, 1)
    other = house_of(database, folder)

    async def begin(one: House) -> None:
        async with database.begin(scope) as work:
            await one.rotations.start(work)

    outcomes = await asyncio.gather(begin(house), begin(other), return_exceptions=True)

    assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", "RotationUnderWay"]


async def test_writers_and_two_workers_lose_nothing_in_rotation_after_rotation(
    house: House, database: Database, folder: Path, scope: Scope
):
    await fill(house, scope, 5)
    other = house_of(database, folder)

    async def rotate() -> None:
        for _ in range(4):
            async with database.begin(scope) as work:
                await house.rotations.start(work)
            await asyncio.gather(house.jobs.turn(), other.jobs.turn(), return_exceptions=True)
            await house.jobs.turn()

    async def write(name: str) -> None:
        for number in range(15):
            await other.put(scope, **{name: f"written-{number}"})

    async with reading(house, [(scope, "s4", "value-4")]):
        await asyncio.gather(rotate(), write("a"), write("b"))

    assert await house.get(scope, "a") == await house.get(scope, "b") == "written-14"
    assert await house.get(scope, "a", 3) == "written-2"
    assert await other.get(scope, "s0") == "value-0"


async def test_a_killed_rotation_is_finished_by_the_next_process_and_no_read_fails(
    house: House, database: Database, folder: Path, scope: Scope
):
    await fill(house, scope, MANY)
    async with database.begin(scope) as work:
        await house.rotations.start(work)

    async def is_midway() -> bool:
        async with database.read(scope) as work:
            return 0 < (await house.rotations.status(work)).left < MANY

    wanted = [(scope, f"s{number}", f"value-{number}") for number in (0, 50, MANY - 1)]
    async with reading(house, wanted) as rounds:
        await kill_once(await start(database, folder, "data"), is_midway)
        async with database.read(scope) as work:
            left = (await house.rotations.status(work)).left
        assert 0 < left < MANY
        before = rounds[0]

        second = await start(database, folder, "data")
        assert await second.wait() == 0
        assert rounds[0] > before

    async with database.read(scope) as work:
        status = await house.rotations.status(work)
    assert (status.left, status.finished_at is not None) == (0, True)
    for number in range(MANY):
        assert await house.get(scope, f"s{number}") == f"value-{number}"


async def test_a_killed_move_to_another_master_key_leaves_everything_readable(
    house: House, database: Database, folder: Path, new_key_file: Path
):
    scopes = [org_scope(number) for number in range(MANY)]
    for scope in scopes:
        await fill(house, scope, 1)
    old = load_master_key(folder / "master.key")
    old_id = house.keyring.newest.id

    async def is_midway() -> bool:
        async with database.engine.connect() as connection:
            moved = select(func.count()).where(keys.c.wrapped_by != old_id)
            return (await connection.execute(moved)).scalar_one() > 0

    async with reading(house, [(scope, "s0", "value-0") for scope in scopes[::10]]) as rounds:
        first = await start(database, folder, "master", str(new_key_file))
        await kill_once(first, is_midway)
        fresh = house_of(database, folder)
        for scope in scopes:
            assert await fresh.get(scope, "s0") == "value-0"
        assert load_master_key(folder / "master.key") == old
        before = rounds[0]

        second = await start(database, folder, "master")
        assert await second.wait() == 0
        while rounds[0] < before + 2:  # noqa: ASYNC110
            await asyncio.sleep(0)

    async with database.engine.connect() as connection:
        wraps = (await connection.execute(select(keys.c.wrapped_by).distinct())).scalars().all()
    now = house_of(database, folder)
    assert wraps == [now.keyring.newest.id]
    assert load_master_key(folder / "master.key") == read_new_key(new_key_file)
    assert private_files(folder) - {"master.lock"} == {"master.key", f"master.{old_id}.key"}
    for scope in scopes:
        assert await now.get(scope, "s0") == "value-0"


async def test_a_process_that_runs_follows_a_move_of_another_one(
    house: House, database: Database, folder: Path, scope: Scope, other_scope: Scope
):
    await house.put(scope, token="some-value")
    other = house_of(database, folder)

    await other.move.run(os.urandom(32))
    await house.put(other_scope, token="written-after")

    assert await house.get(scope, "token") == "some-value"
    async with database.engine.connect() as connection:
        wraps = (await connection.execute(select(keys.c.wrapped_by))).scalars().all()
    assert wraps == [other.keyring.newest.id] * 2


async def test_what_was_wrapped_with_a_former_key_is_moved_later(
    house: House, database: Database, folder: Path, scope: Scope
):
    await house.put(scope, token="some-value")
    async with database.engine.begin() as connection:
        row = (await connection.execute(select(keys))).mappings().one()
        await connection.execute(keys.delete())
    other = house_of(database, folder)
    await other.move.run(os.urandom(32))
    async with database.engine.begin() as connection:  # one that had not heard of it commits late
        await connection.execute(keys.insert().values(**row))

    await other.jobs.turn()

    async with database.engine.connect() as connection:
        assert (await connection.execute(select(keys.c.wrapped_by))).scalar_one() != row.wrapped_by
    assert await other.get(scope, "token") == "some-value"


async def test_a_move_takes_values_of_before_data_keys_along(
    house: House, database: Database, folder: Path, scope: Scope
):
    await put_as_before(house, scope, "token", "old-value")

    moved = await house.move.run(os.urandom(32))

    assert moved.is_over
    lose_former_keys(folder)
    assert await house_of(database, folder).get(scope, "token") == "old-value"


async def test_a_move_to_a_key_of_before_or_a_second_one_at_once_is_refused(
    house: House, folder: Path
):
    with pytest.raises(MasterKeyUnusable):
        await house.move.run(load_master_key(folder / "master.key"))
    house.keyring.begin_move(os.urandom(32))

    with pytest.raises(RotationUnderWay):
        await house.move.run(os.urandom(32))


async def test_what_no_key_opens_does_not_stop_a_rotation(house: House, scope: Scope):
    await fill(house, scope, 5)
    async with house.database.begin(scope) as work:
        await work.connection.execute(
            table.update().where(table.c.name == "s2").values(sealed=bytes(40))
        )
        await house.rotations.start(work)

    await house.jobs.turn()

    async with house.database.read(scope) as work:
        status = await house.rotations.status(work)
    assert (status.left, status.finished_at is not None) == (1, True)
    assert await house.get(scope, "s4") == "value-4"
