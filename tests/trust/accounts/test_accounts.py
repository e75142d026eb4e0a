"""Sign-in links work once, tokens are kept as hashes, and orgs do not see each other."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text, update

from cadre.infra.database import Database
from cadre.kernel.ids import UserId
from cadre.kernel.scope import ALL_ORGS, Scope
from cadre.trust.accounts import Accounts, Attempt, Attempts, Device, TooManyAttempts, User
from cadre.trust.accounts.service import AccountClosed, SessionNotFound, SignInLinkUsed
from cadre.trust.accounts.tables import session_tokens, sessions, sign_in_links, users


@pytest.fixture
def accounts() -> Accounts:
    return Accounts()


@pytest.fixture
def door(scope: Scope) -> Scope:
    """Whoever arrives has no scope of any org yet."""
    return replace(scope, org=ALL_ORGS)


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
    database: Database, accounts: Accounts, owner: User, scope: Scope, door: Scope
):
    async with database.begin(scope) as work:
        link = await accounts.new_sign_in_link(work, owner.id)

    async with database.begin(door) as work:
        session = await accounts.sign_in(work, link)
        with pytest.raises(SignInLinkUsed):
            await accounts.sign_in(work, link)

    async with database.read(door) as work:
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
        await accounts.sign_out(work, first.identity)
        assert await accounts.by_session(work, first.token) is None
        assert await accounts.by_session(work, second.token) is not None

        await work.connection.execute(update(sessions).values(expires_at=1.0))

        assert await accounts.by_session(work, second.token) is None


async def test_a_session_of_before_goes_on_with_a_csrf_token_from_its_token(
    database: Database, accounts: Accounts, owner: User, scope: Scope
):
    async with database.begin(scope) as work:
        session = await accounts.session_for(work, owner.id, Device(), method="link")
        await work.connection.execute(update(sessions).values(csrf=""))
        identity = await accounts.by_session(work, session.token)

    assert identity is not None
    assert identity.csrf
    assert identity.csrf != session.identity.csrf


async def test_whoever_else_found_out_who_it_is_gets_a_session(
    database: Database, accounts: Accounts, owner: User, scope: Scope
):
    device = Device("10.0.0.1", "x" * 1000, is_program=True)
    async with database.begin(scope) as work:
        session = await accounts.session_for(work, owner.id, device, method="oidc")
        with pytest.raises(AccountClosed):
            await accounts.session_for(work, UserId("usr_none"), device, method="oidc")
        await work.connection.execute(update(users).values(status="suspended"))
        assert await accounts.by_session(work, session.token) is None
        with pytest.raises(AccountClosed):
            await accounts.session_for(work, owner.id, device, method="oidc")


async def test_another_org_sees_and_ends_nothing(
    database: Database, accounts: Accounts, owner: User, scope: Scope, other_scope: Scope
):
    async with database.begin(scope) as work:
        session = await accounts.session_for(work, owner.id, Device(), method="link")
    assert session.identity.session is not None

    async with database.begin(other_scope) as work:
        await accounts.sign_out(work, session.identity)
        await accounts.prove(work, session.identity.session.id)
        assert await accounts.end_sessions(work, owner.id) == 0
        with pytest.raises(SessionNotFound):
            await accounts.end_session(work, owner.id, session.identity.session.id)
        assert await accounts.active_user(work, owner.id) is None
        assert await accounts.people(work) == []

    async with database.read(scope) as work:
        assert await accounts.by_session(work, session.token) == session.identity


async def test_no_table_holds_a_token(
    database: Database, accounts: Accounts, owner: User, scope: Scope
):
    async with database.begin(scope) as work:
        link = await accounts.new_sign_in_link(work, owner.id)
        session = await accounts.sign_in(work, link)
        rows = [
            str((await work.connection.execute(text(f"select * from {table}"))).all())
            for table in ("sign_in_links", "sessions", "session_tokens")
        ]

    everything = " ".join(rows)
    assert link not in everything
    assert session.token not in everything
    assert session.refresh not in everything


async def test_old_tokens_are_swept_out_when_new_ones_come(
    database: Database, accounts: Accounts, owner: User, scope: Scope
):
    async with database.begin(scope) as work:
        await accounts.session_for(work, owner.id, Device(), method="link")
        await work.connection.execute(update(session_tokens).values(expires_at=1.0))
        await work.connection.execute(update(sessions).values(expires_at=1.0))
        await accounts.session_for(work, owner.id, Device(), method="link")
        kept = (await work.connection.execute(session_tokens.select())).all()

    assert len(kept) == 2


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


async def begin(database: Database, scope: Scope, attempts: Attempts, attempt: Attempt) -> float:
    """Seconds to wait; 0 if the try may go on."""
    try:
        async with database.begin(scope) as work:
            await attempts.begin(work, attempt)
    except TooManyAttempts as error:
        return error.retry_after_seconds
    return 0.0


async def test_each_failure_too_many_doubles_the_wait_up_to_a_quarter_of_an_hour(
    database: Database, scope: Scope
):
    clock = Clock()
    attempts, attempt = Attempts(account_limit=2, now=clock), Attempt("10.0.0.1", "anna")
    await begin(database, scope, attempts, attempt)

    waits: list[float] = []
    for _ in range(7):
        assert await begin(database, scope, attempts, attempt) == 0
        wait = await begin(database, scope, attempts, Attempt("10.0.0.2", "anna"))
        waits.append(wait)
        clock.now += wait

    assert waits == [30, 60, 120, 240, 480, 900, 900]


async def test_many_at_once_get_no_more_tries_than_one_after_the_other(
    database: Database, scope: Scope
):
    attempts, attempt = Attempts(account_limit=3, now=Clock()), Attempt("10.0.0.1", "anna")

    waits = await asyncio.gather(*[begin(database, scope, attempts, attempt) for _ in range(8)])

    assert waits.count(0) == 3


async def test_success_forgives_the_account_but_not_all_of_the_address(
    database: Database, scope: Scope
):
    clock = Clock()
    attempts = Attempts(account_limit=3, address_limit=4, now=clock)
    mine = Attempt("10.0.0.1", "mine")
    for name in ("a", "b"):
        await begin(database, scope, attempts, Attempt("10.0.0.1", name))
    for _ in range(2):
        await begin(database, scope, attempts, mine)
        async with database.begin(scope) as work:
            await attempts.succeeded(work, mine)
    for name in ("c", "d"):
        assert await begin(database, scope, attempts, Attempt("10.0.0.1", name)) == 0

    assert await begin(database, scope, attempts, Attempt("10.0.0.1", "e")) > 0
    assert await begin(database, scope, attempts, Attempt("10.0.0.2", "e")) == 0


async def test_a_whole_network_of_ipv6_counts_as_one_address(database: Database, scope: Scope):
    attempts = Attempts(address_limit=2, now=Clock())
    for end in (1, 2):
        await begin(database, scope, attempts, Attempt(f"2001:db8:1:2::{end}"))

    assert await begin(database, scope, attempts, Attempt("2001:db8:1:2:ffff::9")) > 0
    assert await begin(database, scope, attempts, Attempt("2001:db8:1:3::1")) == 0


async def test_failures_of_another_org_do_not_count(
    database: Database, scope: Scope, other_scope: Scope
):
    attempts, attempt = Attempts(account_limit=1, now=Clock()), Attempt("10.0.0.1", "anna")
    await begin(database, scope, attempts, attempt)

    assert await begin(database, scope, attempts, attempt) > 0
    assert await begin(database, other_scope, attempts, attempt) == 0


async def test_what_failed_long_ago_is_forgotten(database: Database, scope: Scope):
    clock = Clock()
    attempts, attempt = Attempts(account_limit=1, now=clock), Attempt("10.0.0.1", "anna")
    await begin(database, scope, attempts, attempt)
    clock.now += 3 * 24 * 3600

    assert await begin(database, scope, attempts, attempt) == 0
