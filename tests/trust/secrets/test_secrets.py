"""Secrets open only for their org, under their name, with this installation's key."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import text, update

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.secrets import Secrets, load_master_key
from cadre.trust.secrets.errors import MasterKeyUnusable, SecretUnreadable
from cadre.trust.secrets.tables import secrets as table


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    return Secrets(load_master_key(tmp_path / "secrets" / "master.key"))


async def test_a_secret_comes_back_and_can_be_replaced_and_forgotten(
    database: Database, secrets: Secrets, scope: Scope
):
    async with database.begin(scope) as work:
        await secrets.put(work, "openai", "sk-first")
        await secrets.put(work, "openai", "sk-ключ")

    async with database.begin(scope) as work:
        assert await secrets.get(work, "openai") == "sk-ключ"
        assert await secrets.names(work) == ["openai"]
        assert await secrets.delete(work, "openai")
        assert not await secrets.delete(work, "openai")
        assert await secrets.get(work, "openai") is None


async def test_another_org_sees_nothing(
    database: Database, secrets: Secrets, scope: Scope, other_scope: Scope
):
    async with database.begin(scope) as work:
        await secrets.put(work, "openai", "sk-mine")

    async with database.begin(other_scope) as work:
        assert await secrets.get(work, "openai") is None
        assert await secrets.names(work) == []
        assert not await secrets.delete(work, "openai")


async def test_a_row_moved_to_another_org_or_name_does_not_open(
    database: Database, secrets: Secrets, scope: Scope, other_scope: Scope
):
    async with database.begin(scope) as work:
        await secrets.put(work, "openai", "sk-mine")
    async with database.engine.begin() as connection:
        await connection.execute(update(table).values(org_id=other_scope.org))

    async with database.read(other_scope) as work:
        with pytest.raises(SecretUnreadable):
            await secrets.get(work, "openai")


async def test_the_table_holds_no_plain_value_and_no_nonce_twice(
    database: Database, secrets: Secrets, scope: Scope
):
    async with database.begin(scope) as work:
        await secrets.put(work, "one", "sk-same")
        await secrets.put(work, "two", "sk-same")
        rows = (await work.connection.execute(text("select sealed from secrets"))).scalars().all()

    assert b"sk-same" not in rows[0]
    assert rows[0][:12] != rows[1][:12]


async def test_another_master_key_opens_nothing(
    database: Database, secrets: Secrets, scope: Scope, tmp_path: Path
):
    async with database.begin(scope) as work:
        await secrets.put(work, "openai", "sk-mine")
        others = Secrets(load_master_key(tmp_path / "elsewhere" / "master.key"))

        with pytest.raises(SecretUnreadable):
            await others.get(work, "openai")


def test_the_master_key_is_made_once_and_private(tmp_path: Path):
    path = tmp_path / "secrets" / "master.key"

    first, second = load_master_key(path), load_master_key(path)

    assert first == second
    assert len(first) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["master.key"]


def test_a_master_key_that_others_may_read_is_refused_with_the_remedy(tmp_path: Path):
    path = tmp_path / "master.key"
    load_master_key(path)
    path.chmod(0o644)

    with pytest.raises(MasterKeyUnusable, match="chmod 600"):
        load_master_key(path)


def test_a_damaged_master_key_is_refused(tmp_path: Path):
    path = tmp_path / "master.key"
    load_master_key(path)
    path.write_bytes(b"short")

    with pytest.raises(MasterKeyUnusable, match="backup"):
        load_master_key(path)
