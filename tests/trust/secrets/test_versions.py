"""Versions: a value that was replaced is kept for a while, and all are destroyed together."""

from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.secrets.errors import BadSecret, SecretNotFound, SecretUnreadable
from cadre.trust.secrets.schemas import SecretInput
from cadre.trust.secrets.tables import secret_data_keys, secret_versions
from cadre.trust.secrets.tables import secrets as table
from tests.trust.secrets.vaults import House, house_of, put_as_before


async def test_a_former_version_is_still_read_by_its_number(house: House, scope: Scope):
    await house.put(scope, token="first-value")
    await house.put(scope, token="second-value")

    assert await house.get(scope, "token") == "second-value"
    assert await house.get(scope, "token", 1) == "first-value"
    assert await house.get(scope, "token", 2) == "second-value"
    assert await house.get(scope, "token", 3) is None


async def test_deleting_destroys_all_versions(house: House, scope: Scope):
    await house.put(scope, token="first-value")
    await house.put(scope, token="second-value")

    async with house.database.begin(scope) as work:
        assert await house.secrets.delete(work, "token")

    async with house.database.read(scope) as work:
        left = await work.connection.execute(select(func.count()).select_from(secret_versions))
        assert left.scalar_one() == 0
    assert await house.get(scope, "token", 1) is None


async def test_a_former_version_goes_when_its_time_is_over(
    database: Database, folder: Path, scope: Scope
):
    house = house_of(database, folder, kept_seconds=-1)
    await house.put(scope, token="first-value")
    await house.put(scope, token="second-value")

    assert await house.get(scope, "token", 1) is None
    await house.jobs.turn()
    async with database.read(scope) as work:
        left = await work.connection.execute(select(func.count()).select_from(secret_versions))
        assert left.scalar_one() == 0


async def test_a_value_of_a_room_leaves_no_former_version(house: House, scope: Scope):
    await house.put(scope, **{"totp/usr_1": "first-value"})
    await house.put(scope, **{"totp/usr_1": "second-value"})

    assert await house.get(scope, "totp/usr_1", 1) is None


async def test_a_former_version_passed_off_as_the_present_one_does_not_open(
    house: House, scope: Scope
):
    await house.put(scope, token="first-value")
    async with house.database.read(scope) as work:
        old = (await work.connection.execute(select(table.c.sealed))).scalar_one()
    await house.put(scope, token="second-value")
    async with house.database.begin(scope) as work:
        await work.connection.execute(update(table).values(sealed=old))

    with pytest.raises(SecretUnreadable):
        await house.get(scope, "token")


async def test_a_data_key_given_to_another_org_does_not_open(
    house: House, scope: Scope, other_scope: Scope
):
    await house.put(scope, token="first-value")
    async with house.database.engine.begin() as connection:
        for each in (table, secret_data_keys):
            await connection.execute(update(each).values(org_id=other_scope.org))

    with pytest.raises(SecretUnreadable):
        await house.get(other_scope, "token")


async def test_a_value_of_before_data_keys_opens_and_is_sealed_anew_when_written(
    house: House, scope: Scope
):
    await put_as_before(house, scope, "token", "old-value")
    assert await house.get(scope, "token") == "old-value"

    await house.put(scope, token="new-value")

    assert await house.get(scope, "token") == "new-value"
    assert await house.get(scope, "token", 1) == "old-value"
    async with house.database.read(scope) as work:
        assert (await work.connection.execute(select(table.c.generation))).scalar_one() == 1


async def test_people_see_names_and_versions_and_nothing_of_rooms(
    house: House, scope: Scope, other_scope: Scope
):
    await house.put(scope, **{"models/openai": "sk-of-a-room"})
    async with house.database.begin(scope) as work:
        await house.vault.put(work, "token", SecretInput.model_validate({"value": "one-value"}))
        await house.vault.rotate(work, "token", SecretInput.model_validate({"value": "two-value"}))

        listed = await house.vault.all(work)
        versions = await house.vault.versions(work, "token")

    assert [(s.name, s.version, s.updated_by) for s in listed] == [("token", 2, "usr_acme")]
    assert [(v.version, v.is_current) for v in versions] == [(2, True), (1, False)]
    assert "value" not in str(listed) + str(versions)
    async with house.database.read(other_scope) as work:
        assert await house.vault.all(work) == []


@pytest.mark.parametrize("name", ["models/openai", "totp/usr_1", "leases", "", "a b", "x" * 101])
async def test_a_name_that_is_not_for_people_is_refused(house: House, scope: Scope, name: str):
    given = SecretInput.model_validate({"value": "some-value"})
    async with house.database.begin(scope) as work:
        with pytest.raises(BadSecret) as refused:
            await house.vault.put(work, name, given)

    assert refused.value.field == "name"


async def test_a_secret_of_a_room_can_be_neither_deleted_nor_replaced_by_people(
    house: House, scope: Scope
):
    await house.put(scope, **{"models/openai": "sk-of-a-room"})
    given = SecretInput.model_validate({"value": "some-value"})

    async with house.database.begin(scope) as work:
        with pytest.raises(SecretNotFound):
            await house.vault.delete(work, "models/openai")
        with pytest.raises(SecretNotFound):
            await house.vault.rotate(work, "models/openai", given)
        with pytest.raises(SecretNotFound):
            await house.vault.versions(work, "models/openai")

    assert await house.get(scope, "models/openai") == "sk-of-a-room"


async def test_no_value_and_no_data_key_lies_in_the_clear(house: House, scope: Scope):
    await house.put(scope, token="findable-marker")
    await house.put(scope, token="findable-marker")

    async with house.database.engine.connect() as connection:
        for name in ("secrets", "secret_versions", "secret_data_keys"):
            rows = (await connection.execute(text(f"select * from {name}"))).all()
            assert rows
            assert "findable-marker" not in str(rows)
