"""What an org holds is known before anything of it can be said."""

import asyncio
from pathlib import Path

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.secrets import Learning
from tests.trust.secrets.vaults import House, house_of


def other_process(database: Database, folder: Path) -> House:
    return house_of(database, folder)


async def test_another_process_knows_what_was_entered_before_it_began(
    house: House, database: Database, folder: Path, scope: Scope, other_scope: Scope
):
    await house.put(scope, token="former-value")
    await house.put(scope, token="present-value", **{"models/own": "sk-of-a-room"})
    await house.put(other_scope, token="of-the-other-org")
    other = other_process(database, folder)
    masks = other.secrets.redactor.of(scope.org)

    await Learning(database, other.secrets).learn(scope)

    assert masks.mask("former-value present-value") == "[secret token] [secret token]"
    assert masks.mask("of-the-other-org sk-of-a-room") == "of-the-other-org sk-of-a-room"


async def test_what_is_entered_elsewhere_later_is_learned_too(
    house: House, database: Database, folder: Path, scope: Scope
):
    elsewhere = Database(database.url)
    other = other_process(elsewhere, folder)
    learning, masks = Learning(elsewhere, other.secrets), other.secrets.redactor.of(scope.org)
    await learning.learn(scope)

    await house.put(scope, token="entered-elsewhere")
    async with asyncio.timeout(20):
        while masks.mask("entered-elsewhere") != "[secret token]":
            await learning.learn(scope)
            await asyncio.sleep(0.05)
    await elsewhere.close()


async def test_a_value_that_does_not_open_holds_nobody_up(
    house: House, database: Database, folder: Path, scope: Scope
):
    await house.put(scope, token="a-value-that-is-lost")
    (folder / "master.key").unlink()
    other = other_process(database, folder)

    await Learning(database, other.secrets).learn(scope)

    said = "a-value-that-is-lost"
    assert other.secrets.redactor.of(scope.org).mask(said) == said
