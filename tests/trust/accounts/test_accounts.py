"""Signing in works once, tokens are kept as hashes, and orgs do not see each other."""

import asyncio

import pytest
from sqlalchemy import text, update

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.accounts import Accounts, TooManyAttempts, User
from cadre.trust.accounts.attempts import Attempts
from cadre.trust.accounts.service import KeyNotFound, SignInLinkUsed
from cadre.trust.accounts.tables import api_keys, sessions, sign_in_links


@pytest.fixture
def accounts() -> Accounts:
    return Accounts()


@pytest.fixture
async def owner(database: Database, accounts: Accounts, scope: Scope) -> User:
    async with database.begin(scope) as work:
        return await accounts.ensure_owner(work)


async def test_the_owner_is_made_once(
    database: Database, accounts: Accounts, owner: User, scope: Scope
):
    async with database.begin(scope) as work:
        again = await accounts.ensure_owner(work)

    assert again == owner


async def test_a_sign_in_link_opens_one_session(
    database: Database, accounts: Accounts, owner: User, scope: Scope, other_scope: Scope
):
    async with database.begin(scope) as work:
        link = await accounts.new_sign_in_link(work, owner.id)

    # Whoever arrives has no scope of this org yet.
    async with database.begin(other_scope) as work:
        session = await accounts.sign_in(work, link)
        with pytest.raises(SignInLinkUsed):
            await accounts.sign_in(work, link)

    async with database.read(other_scope) as work:
        identity = await accounts.by_session(work, session.token)
    assert identity is not None
    assert identity == session.identity
    assert (identity.scope.org, identity.user) == (scope.org, owner)
    assert identity.csrf not in (None, session.token)


async def test_of_two_who_use_a_link_at_once_one_gets_in(
    database: Database, accounts: Accounts, owner: User, scope: Scope
):
    async with database.begin(scope) as work:
        link = await accounts.new_sign_in_link(work, owner.id)

    async def enter() -> object:
        async with database.begin(scope) as work:
            return await accounts.sign_in(work, link)

    outcomes = await asyncio.gather(enter(), enter(), return_exceptions=True)

    assert sum(isinstance(outcome, SignInLinkUsed) for outcome in outcomes) == 1


async def test_an_old_link_opens_nothing(
    database: Database, accounts: Accounts, owner: User, scope: Scope
):
    async with database.begin(scope) as work:
        link = await accounts.new_sign_in_link(work, owner.id)
        await work.connection.execute(update(sign_in_links).values(expires_at=1.0))

        with pytest.raises(SignInLinkUsed):
            await accounts.sign_in(work, link)


async def test_a_session_ends_by_signing_out_and_by_time(
    database: Database, accounts: Accounts, owner: User, scope: Scope
):
    async with database.begin(scope) as work:
        first = await accounts.sign_in(work, await accounts.new_sign_in_link(work, owner.id))
        second = await accounts.sign_in(work, await accounts.new_sign_in_link(work, owner.id))
        await accounts.sign_out(work, first.token)
        assert await accounts.by_session(work, first.token) is None
        assert await accounts.by_session(work, second.token) is not None

        await work.connection.execute(update(sessions).values(expires_at=1.0))

        assert await accounts.by_session(work, second.token) is None


async def test_a_key_acts_until_it_is_revoked(
    database: Database, accounts: Accounts, owner: User, scope: Scope
):
    async with database.begin(scope) as work:
        made = await accounts.create_key(work, owner.id, "ci")

    async with database.begin(scope) as work:
        identity = await accounts.by_key(work, made.key)
        assert identity is not None
        assert (identity.scope.principal.kind, identity.scope.principal.name) == ("key", "ci")
        assert (identity.csrf, identity.is_stale) == (None, True)

        await accounts.touch_key(work, made.id)
        touched = await accounts.by_key(work, made.key)
        assert touched is not None
        assert not touched.is_stale
        assert (await accounts.keys(work))[0].last_used_at is not None

        await accounts.revoke_key(work, made.id)
        assert await accounts.by_key(work, made.key) is None
        with pytest.raises(KeyNotFound):
            await accounts.revoke_key(work, made.id)


@pytest.mark.parametrize("key", ["", "ck_", "ck__", "ck_0123456789_wrong", "sk_a_b", "ck_é_ß"])
async def test_what_is_not_a_key_is_nobody(
    database: Database, accounts: Accounts, owner: User, scope: Scope, key: str
):
    async with database.read(scope) as work:
        assert await accounts.by_key(work, key) is None


async def test_the_right_prefix_with_another_secret_is_nobody(
    database: Database, accounts: Accounts, owner: User, scope: Scope
):
    async with database.begin(scope) as work:
        made = await accounts.create_key(work, owner.id, "ci")

        assert await accounts.by_key(work, made.key[:-1] + "~") is None


async def test_a_key_with_a_lifetime_ends(
    database: Database, accounts: Accounts, owner: User, scope: Scope
):
    async with database.begin(scope) as work:
        made = await accounts.create_key(work, owner.id, "cli", lifetime_seconds=60)
        await work.connection.execute(update(api_keys).values(expires_at=1.0))

        assert await accounts.by_key(work, made.key) is None
        assert await accounts.keys(work) == []


async def test_another_org_sees_and_ends_nothing(
    database: Database, accounts: Accounts, owner: User, scope: Scope, other_scope: Scope
):
    async with database.begin(scope) as work:
        made = await accounts.create_key(work, owner.id, "ci")
        session = await accounts.sign_in(work, await accounts.new_sign_in_link(work, owner.id))

    async with database.begin(other_scope) as work:
        assert await accounts.keys(work) == []
        with pytest.raises(KeyNotFound):
            await accounts.revoke_key(work, made.id)
        await accounts.touch_key(work, made.id)
        await accounts.sign_out(work, session.token)

    async with database.read(scope) as work:
        identity = await accounts.by_key(work, made.key)
        assert identity is not None
        assert identity.is_stale
        assert await accounts.by_session(work, session.token) is not None


async def test_no_table_holds_a_token(
    database: Database, accounts: Accounts, owner: User, scope: Scope
):
    async with database.begin(scope) as work:
        link = await accounts.new_sign_in_link(work, owner.id)
        session = await accounts.sign_in(work, link)
        made = await accounts.create_key(work, owner.id, "ci")
        rows = [
            str((await work.connection.execute(text(f"select * from {table}"))).all())
            for table in ("sign_in_links", "sessions", "api_keys")
        ]

    everything = " ".join(rows)
    assert link not in everything
    assert session.token not in everything
    assert made.key.rpartition("_")[2] not in everything


def test_after_too_many_failures_an_address_waits_and_others_do_not():
    now = 1000.0
    attempts = Attempts(limit=3, window_seconds=60, now=lambda: now)
    for _ in range(3):
        attempts.check("10.0.0.1")
        attempts.failed("10.0.0.1")

    with pytest.raises(TooManyAttempts) as refused:
        attempts.check("10.0.0.1")
    attempts.check("10.0.0.2")

    assert refused.value.retry_after_seconds == 60
    now += 61
    attempts.check("10.0.0.1")
