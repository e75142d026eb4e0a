"""Master keys: in a file, in the environment, or with a command that keeps it to itself."""

import base64
import os
import re
import shlex
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, update

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.secrets import Keyring, read_new_key
from cadre.trust.secrets.errors import MasterKeyUnusable, SecretUnreadable
from cadre.trust.secrets.tables import secret_data_keys as keys
from cadre.trust.secrets.wraps import CommandWrap, KeyCommandFailed
from tests.trust.secrets import key_service
from tests.trust.secrets.vaults import House, house_of


def in_base64(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.fixture
def command(tmp_path: Path) -> str:
    key = tmp_path / "service.key"
    key.write_bytes(os.urandom(32))
    return shlex.join([sys.executable, str(key_service.__file__), str(key)])


@pytest.mark.parametrize(
    "text",
    ["", "short", in_base64(b"a" * 32), in_base64(b"correct horse battery staple, 32"), "%" * 44],
)
def test_a_weak_or_broken_key_in_the_environment_is_refused_with_the_remedy(
    folder: Path, text: str
):
    with pytest.raises(MasterKeyUnusable, match="openssl rand") as refused:
        Keyring.open(folder / "master.key", base64_key=text or " ")

    assert refused.value.field == "CADRE_MASTER_KEY"
    assert text not in refused.value.detail or not text
    assert not folder.exists()


def test_a_new_key_may_lie_in_its_file_as_bytes_or_in_base64(tmp_path: Path):
    key = os.urandom(32)
    (tmp_path / "raw").write_bytes(key)
    (tmp_path / "text").write_text(in_base64(key) + "\n")
    (tmp_path / "weak").write_bytes(bytes(32))

    assert read_new_key(tmp_path / "raw") == read_new_key(tmp_path / "text") == key
    for name in ("weak", "nothing"):
        with pytest.raises(MasterKeyUnusable):
            read_new_key(tmp_path / name)


async def test_a_key_in_the_environment_makes_no_file(
    database: Database, folder: Path, scope: Scope
):
    text = in_base64(os.urandom(32))
    house = house_of(database, Keyring.open(folder / "master.key", base64_key=text))
    await house.put(scope, token="some-value")

    again = house_of(database, Keyring.open(folder / "master.key", base64_key=text))

    assert await again.get(scope, "token") == "some-value"
    assert not list(folder.parent.glob("secrets*"))


async def test_what_lies_under_the_file_opens_and_moves_to_the_environment(
    house: House, database: Database, folder: Path, scope: Scope, other_scope: Scope
):
    await house.put(scope, token="some-value")
    text = in_base64(os.urandom(32))
    given = house_of(database, Keyring.open(folder / "master.key", base64_key=text))
    assert await given.get(scope, "token") == "some-value"

    moved = await given.move.run()

    assert (moved.is_over, moved.moved) == (True, 1)
    alone = house_of(database, Keyring.open(folder.parent / "no" / "master.key", base64_key=text))
    assert await alone.get(scope, "token") == "some-value"


async def test_a_move_from_one_environment_to_another_lasts_until_the_start_with_the_new_key(
    database: Database, folder: Path, scope: Scope
):
    old, new = os.urandom(32), os.urandom(32)
    file = folder / "master.key"
    before = house_of(database, Keyring.open(file, base64_key=in_base64(old)))
    await before.put(scope, token="some-value")

    moved = await before.move.run(new)

    assert moved.is_over
    assert before.keyring.is_moving
    still = house_of(database, Keyring.open(file, base64_key=in_base64(old)))
    after = house_of(database, Keyring.open(file, base64_key=in_base64(new)))
    assert await still.get(scope, "token") == await after.get(scope, "token") == "some-value"
    assert not after.keyring.is_moving
    third = os.urandom(32)
    assert (await after.move.run(third)).is_over


async def test_a_command_wraps_data_keys_and_never_sees_a_value(
    house: House, database: Database, folder: Path, scope: Scope, command: str
):
    await house.put(scope, token="some-value")
    given = house_of(database, Keyring.open(folder / "master.key", command=command))
    assert await given.get(scope, "token") == "some-value"

    moved = await given.move.run()
    await given.put(scope, token="next-value")

    assert moved.is_over
    async with database.engine.connect() as connection:
        assert (await connection.execute(select(keys.c.wrapped_by))).scalar_one() == "command"
    fresh = house_of(database, Keyring.open(folder.parent / "no" / "master.key", command=command))
    assert await fresh.get(scope, "token") == "next-value"
    assert await fresh.get(scope, "token", 1) == "some-value"
    with pytest.raises(SecretUnreadable):  # without the command, the file alone opens nothing
        await house_of(database, folder).get(scope, "token")


async def test_a_key_that_a_command_wrapped_for_another_org_does_not_open(
    database: Database, folder: Path, scope: Scope, other_scope: Scope, command: str
):
    house = house_of(database, Keyring.open(folder / "master.key", command=command))
    await house.put(scope, token="some-value")
    await house.put(other_scope, token="other-value")
    async with database.engine.begin() as connection:
        mine = (
            await connection.execute(select(keys.c.wrapped).where(keys.c.org_id == scope.org))
        ).scalar_one()
        theirs = update(keys).where(keys.c.org_id == other_scope.org)
        await connection.execute(theirs.values(wrapped=mine))

    with pytest.raises(SecretUnreadable):
        await house.get(other_scope, "token")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/nowhere/at/all", "can't be started"),
        ("sh -c 'echo no rights >&2; exit 3'", "left with 3: no rights"),
        ("sh -c 'echo what is this?'", "a line of base64"),
        ("sh -c 'cat >&2; exit 1'", r"left with 1: \*\*\*$"),
        ("sleep 1000 ;", "left with|did not answer"),
        ("sh -c 'exec sleep 1000'", "did not answer"),
    ],
)
async def test_a_command_that_fails_is_told_of_with_its_words_and_not_with_the_key(
    command: str, words: str
):
    wrap = CommandWrap(command, seconds=0.5)

    with pytest.raises(KeyCommandFailed, match="CADRE_MASTER_KEY_COMMAND") as failed:
        await wrap.wrap(b"k" * 32, b"bound")

    assert re.search(words, failed.value.detail.removesuffix("."))
    assert in_base64(b"k" * 30) not in failed.value.detail


async def test_a_key_file_that_is_lost_while_a_process_runs_is_not_replaced_by_another(
    house: House, folder: Path, scope: Scope, other_scope: Scope
):
    await house.put(scope, token="some-value")
    os.rename(folder / "master.key", folder / "kept")

    await house.put(other_scope, token="other-value")
    assert await house.get(scope, "token") == "some-value"

    assert os.listdir(folder) == ["kept"]


def test_two_master_keys_at_once_are_refused(folder: Path, command: str):
    with pytest.raises(MasterKeyUnusable, match="keep one of them"):
        Keyring.open(folder / "master.key", base64_key=in_base64(os.urandom(32)), command=command)
