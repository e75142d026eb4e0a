"""A key is known for a moment, and not for longer than that."""

import time

import pytest

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.accounts import Accounts, KeyRefused, Keys, NewKey, bearer

PATIENCE_SECONDS = 10.0  # a hang guard: it takes half a second


@pytest.fixture
async def accounts(database: Database, scope: Scope) -> Accounts:
    return Accounts()


@pytest.fixture
async def key(database: Database, accounts: Accounts, scope: Scope) -> NewKey:
    async with database.begin(scope) as work:
        owner = await accounts.ensure_owner(work)
        return await accounts.create_key(work, owner.id, "ci")


async def test_a_key_says_on_whose_account_a_request_is(
    database: Database, accounts: Accounts, key: NewKey, scope: Scope
):
    keys = Keys(database, accounts)

    first, second = await keys.spender(key.key), await keys.spender(key.key)

    assert first == second
    assert (first.scope.org, first.key_id, first.user_id) == (scope.org, key.id, None)


async def test_a_key_that_this_process_revokes_is_worth_nothing_at_once(
    database: Database, accounts: Accounts, key: NewKey, scope: Scope
):
    keys = Keys(database, accounts)
    await keys.spender(key.key)

    async with database.begin(scope) as work:
        await accounts.revoke_key(work, key.id)

    with pytest.raises(KeyRefused):
        await keys.spender(key.key)


async def test_a_revocation_that_is_rolled_back_changes_nothing(
    database: Database, accounts: Accounts, key: NewKey, scope: Scope
):
    keys = Keys(database, accounts)

    with pytest.raises(ZeroDivisionError):
        async with database.begin(scope) as work:
            await accounts.revoke_key(work, key.id)
            raise ZeroDivisionError

    assert (await keys.spender(key.key)).key_id == key.id


async def test_a_key_that_another_process_revokes_is_refused_a_moment_later(
    database: Database, accounts: Accounts, key: NewKey, scope: Scope
):
    keys, elsewhere = Keys(database, accounts), Database(database.url)
    await keys.spender(key.key)

    async with elsewhere.begin(scope) as work:
        await accounts.revoke_key(work, key.id)
    await elsewhere.close()

    until = time.monotonic() + PATIENCE_SECONDS
    with pytest.raises(KeyRefused):
        while time.monotonic() < until:
            await keys.spender(key.key)


@pytest.mark.parametrize("wrong", ["", "ck_", "sk-x", "ck_" + "a" * 60, "ck_é"])
async def test_what_is_no_key_is_refused_and_says_how_to_make_one(
    database: Database, accounts: Accounts, wrong: str
):
    with pytest.raises(KeyRefused, match="cadre keys create"):
        await Keys(database, accounts).spender(wrong)


@pytest.mark.parametrize(
    ("header", "key"),
    [("Bearer ck_x", "ck_x"), ("bearer  ck_x ", "ck_x"), ("Basic ck_x", ""), ("", "")],
)
def test_a_bearer_is_read_from_its_header(header: str, key: str):
    assert bearer(header) == key
