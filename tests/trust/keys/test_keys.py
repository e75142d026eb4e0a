"""A key does what its owner may, cut down to its own grants, and is known for a moment only."""

import time
from typing import Any

import pytest
from sqlalchemy import select, update

from cadre.infra.database import Database
from cadre.kernel.errors import Invalid
from cadre.kernel.grants import Grant
from cadre.kernel.scope import Scope
from cadre.trust.access import SYSTEM, Actor, Escalation, Subject
from cadre.trust.access.grants import BadGrant
from cadre.trust.access.schemas import BindingInput, ServiceAccountInput, SubjectText
from cadre.trust.accounts import api_keys
from cadre.trust.accounts.tables import users
from cadre.trust.budgets.spender import ModelForbidden
from cadre.trust.keys import (
    KeyForbidden,
    KeyNotFound,
    KeyRateReached,
    KeyRefused,
    KeyRequest,
    NewKey,
    bearer,
)
from cadre.trust.keys.rates import Rates
from cadre.trust.orgs import orgs
from tests.trust.access.conftest import Org, org_of

PATIENCE_SECONDS = 10.0  # a hang guard: it takes half a second
RUNS_READ = [{"permission": "runs:read"}]


async def service_key(org: Org, role: str | None, **wanted: Any) -> NewKey:
    async with org.database.begin(org.scope) as work:
        services = org.accounts_of_services
        made = await services.create(work, SYSTEM, ServiceAccountInput(name="ci"))
        if role:
            subject = SubjectText(kind="service", id=made.id)
            await org.bindings.give(work, SYSTEM, BindingInput(subject=subject, role=role))
        request = KeyRequest(name="ci", service_account=made.id, **wanted)
        return await org.book.create(work, SYSTEM, Subject("service", made.id), request)


async def test_a_key_says_on_whose_account_a_request_is(org: Org):
    made = await org.key_of("owner")

    first, second = await org.keys.spender(made.key), await org.keys.spender(made.key)

    assert first == second
    assert (first.scope.org, first.key_id, first.user_id) == (org.scope.org, made.id, None)
    assert first.grants is None


async def test_a_key_does_what_its_owner_may_and_no_more(org: Org):
    for role in ("owner", "builder", "guest"):
        made = await org.key_of(role)
        identity = await org.keys.identity(made.key)

        assert identity is not None
        assert identity.user.id == org.people[role]
        assert identity.grants == await org.access.grants_of(org.scope, org.subject(role))


async def test_a_key_is_cut_down_to_its_own_grants(org: Org):
    made = await org.key_of("builder", grants=[*RUNS_READ, {"permission": "org:delete"}])

    identity = await org.keys.identity(made.key)

    assert identity is not None
    assert identity.grants.allows("runs:read")
    for beyond in ("runs:write", "agents:read", "org:delete", "models:use"):
        assert not identity.grants.allows_some(beyond)
    with pytest.raises(KeyForbidden, match="models:use"):
        await org.keys.spender(made.key)


async def test_a_key_of_one_project_and_environment_acts_there_only(org: Org):
    async with org.database.begin(org.scope) as work:
        subject = SubjectText(kind="user", id=org.people["guest"])
        where = {"subject": subject, "role": "builder", "project": "prj_a"}
        await org.bindings.give(work, SYSTEM, BindingInput.model_validate(where))

    inside = await org.keys.identity((await org.key_of("guest", project="prj_a")).key)
    outside = await org.keys.identity((await org.key_of("guest", environment="dev")).key)

    assert inside is not None
    assert outside is not None
    assert (inside.scope.project, inside.scope.environment) == ("prj_a", "production")
    assert inside.grants.allows("agents:write")
    assert outside.scope.environment == "dev"
    assert not outside.grants.allows("agents:write")


async def test_a_key_asks_the_models_that_it_names(org: Org):
    made = await org.key_of("owner", models=["openai:gpt-5*", "cheap"])

    spender = await org.keys.spender(made.key)

    for name in ("openai:gpt-5", "openai:gpt-5-mini", "cheap"):
        spender.check("models:use", f"model:{name}")
    for name in ("openai:gpt-4", "auto", "default", "cheapest"):
        with pytest.raises(ModelForbidden, match=name):
            spender.check("models:use", f"model:{name}")
    spender.check("agents:run", "agent:support")


async def test_a_key_that_this_process_revokes_is_worth_nothing_at_once(org: Org):
    made = await org.key_of("owner")
    await org.keys.spender(made.key)

    async with org.database.begin(org.scope) as work:
        await org.book.revoke(work, made.id)

    with pytest.raises(KeyRefused):
        await org.keys.spender(made.key)


async def test_a_revocation_that_is_rolled_back_changes_nothing(org: Org):
    made = await org.key_of("owner")

    with pytest.raises(ZeroDivisionError):
        async with org.database.begin(org.scope) as work:
            await org.book.revoke(work, made.id)
            raise ZeroDivisionError

    assert (await org.keys.spender(made.key)).key_id == made.id


async def refused_soon(org: Org, key: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    with pytest.raises(KeyRefused):
        while time.monotonic() < until:
            await org.keys.spender(key)


async def test_a_key_that_another_process_revokes_is_refused_a_moment_later(org: Org):
    made, elsewhere = await org.key_of("owner"), Database(org.database.url)
    await org.keys.spender(made.key)

    async with elsewhere.begin(org.scope) as work:
        await org.book.revoke(work, made.id)
    await elsewhere.close()

    await refused_soon(org, made.key)


async def test_a_role_that_is_taken_away_counts_for_keys_at_once(org: Org):
    made = await org.key_of("user")
    await org.keys.spender(made.key)

    async with org.database.begin(org.scope) as work:
        await org.members.assign(work, org.people["user"], "guest")

    with pytest.raises(KeyForbidden):
        await org.keys.spender(made.key)


@pytest.mark.parametrize("what", ["user", "org"])
async def test_the_keys_of_whoever_is_suspended_stop(org: Org, what: str):
    made = await org.key_of("owner")
    await org.keys.spender(made.key)

    table, which = (users, org.people["owner"]) if what == "user" else (orgs, org.scope.org)
    async with org.database.begin(org.scope) as work:
        await work.connection.execute(
            update(table).where(table.c.id == which).values(status="suspended")
        )

    await refused_soon(org, made.key)


async def test_a_service_account_owns_keys_until_it_is_disabled(org: Org):
    made = await service_key(org, "user")
    identity = await org.keys.identity(made.key)
    assert identity is not None
    assert (identity.user.name, made.owner.kind, made.owner.name) == ("ci", "service", "ci")
    assert identity.grants.allows("models:use")
    await org.keys.spender(made.key)

    async with org.database.begin(org.scope) as work:
        off = ServiceAccountInput(name="ci", disabled=True)
        await org.accounts_of_services.change(work, SYSTEM, made.owner.id, off)

    with pytest.raises(KeyRefused):
        await org.keys.spender(made.key)


async def test_a_service_account_without_a_role_asks_nothing(org: Org):
    made = await service_key(org, None)

    with pytest.raises(KeyForbidden):
        await org.keys.spender(made.key)


async def test_after_a_rotation_both_secrets_are_good_for_a_while(org: Org):
    made = await org.key_of("owner")
    await org.keys.spender(made.key)

    async with org.database.begin(org.scope) as work:
        new = await org.book.rotate(work, org.actor("owner"), made.id, grace_seconds=60)
    both = [await org.keys.spender(key) for key in (made.key, new.key)]
    assert [each.key_id for each in both] == [made.id, made.id]
    assert (new.prefix, new.old_expires_at is not None) == (made.prefix, True)

    async with org.database.begin(org.scope) as work:
        await work.connection.execute(update(api_keys).values(old_expires_at=1.0))
    await refused_soon(org, made.key)
    assert (await org.keys.spender(new.key)).key_id == made.id


async def test_a_rotation_without_grace_ends_the_old_secret_at_once(org: Org):
    made = await org.key_of("owner")
    await org.keys.spender(made.key)

    async with org.database.begin(org.scope) as work:
        new = await org.book.rotate(work, org.actor("owner"), made.id, grace_seconds=0)

    with pytest.raises(KeyRefused):
        await org.keys.spender(made.key)
    await org.keys.spender(new.key)


async def test_a_key_ends_when_it_was_said_to(org: Org):
    made = await org.key_of("owner", expires_at=time.time() + 60)
    await org.keys.spender(made.key)

    async with org.database.begin(org.scope) as work:
        await work.connection.execute(update(api_keys).values(expires_at=1.0))
        assert await org.book.all(work) == []
        with pytest.raises(Invalid) as refused:
            request = KeyRequest(name="old", expires_at=time.time() - 1)
            await org.book.create(work, org.actor("owner"), org.subject("owner"), request)

    assert refused.value.field == "expires_at"
    await refused_soon(org, made.key)


async def test_a_key_asks_as_often_as_it_may(org: Org):
    made = await org.key_of("owner", rate_per_minute=3)
    for _ in range(3):
        await org.keys.spender(made.key)

    with pytest.raises(KeyRateReached) as refused:
        await org.keys.spender(made.key)

    assert 0 < refused.value.retry_after_seconds <= 60


def test_a_rate_slides():
    now = [0.0]
    rates = Rates(lambda: now[0])
    for second in (0.0, 30.0):
        now[0] = second
        rates.take("key", 2)

    now[0] = 59.0
    with pytest.raises(KeyRateReached):
        rates.take("key", 2)
    rates.take("other", 2)
    now[0] = 60.0
    rates.take("key", 2)


async def test_use_is_written_down(org: Org):
    made = await org.key_of("owner")
    assert made.last_used_at is None

    await org.keys.spender(made.key)

    async with org.database.read(org.scope) as work:
        assert [key.last_used_at is not None for key in await org.book.all(work)] == [True]


async def test_a_limited_key_makes_no_key_that_may_more(org: Org):
    owner = org.subject("owner")
    limited = Actor(owner, "owner", (frozenset([Grant("runs:*"), Grant("keys:use")]),))
    confined = Actor(owner, "owner", project="prj_a")
    free, narrow = await org.key_of("owner"), await org.key_of("owner", grants=RUNS_READ)

    async with org.database.begin(org.scope) as work:
        for wanted in ({}, {"grants": [{"permission": "agents:read"}]}):
            with pytest.raises(Escalation):
                request = KeyRequest.model_validate({"name": "more", **wanted})
                await org.book.create(work, limited, owner, request)
        with pytest.raises(Escalation):
            request = KeyRequest(name="elsewhere", project="prj_b")
            await org.book.create(work, confined, owner, request)
        with pytest.raises(Escalation):
            await org.book.rotate(work, limited, free.id, 0)
        with pytest.raises(Escalation):
            await org.book.rotate(work, confined, free.id, 0)

        less = KeyRequest.model_validate({"name": "less", "grants": RUNS_READ})
        await org.book.create(work, limited, owner, less)
        await org.book.rotate(work, limited, narrow.id, 0)
        inside = await org.book.create(work, confined, owner, KeyRequest(name="inside"))
    assert inside.project == "prj_a"


async def test_nobody_makes_or_rotates_a_key_that_acts_for_somebody_else(org: Org):
    made = await org.key_of("guest")
    async with org.database.begin(org.scope) as work:
        for attempt in (
            org.book.create(work, org.actor("owner"), org.subject("guest"), KeyRequest(name="x")),
            org.book.rotate(work, org.actor("owner"), made.id, 0),
        ):
            with pytest.raises(Escalation):
                await attempt


async def test_a_key_of_a_service_account_is_made_by_whoever_has_all_that_it_has(org: Org):
    made = await service_key(org, "owner")
    owner = Subject("service", made.owner.id)
    request = KeyRequest(name="x", service_account=owner.id)
    async with org.database.begin(org.scope) as work:
        for attempt in (
            org.book.create(work, org.actor("admin"), owner, request),
            org.book.rotate(work, org.actor("admin"), made.id, 0),
        ):
            with pytest.raises(Escalation):
                await attempt
        await org.book.create(work, org.actor("owner"), owner, request)


async def test_a_misspelled_grant_is_refused(org: Org):
    with pytest.raises(BadGrant) as refused:
        await org.key_of("owner", grants=[{"permission": "runs:read"}, {"permission": "run:read"}])

    assert refused.value.field == "grants.1"


@pytest.mark.parametrize(
    "wrong", ["", "ck_", "sk-x", "ck_" + "a" * 60, "ck_é", "ck_a_" + "b" * 300]
)
async def test_what_is_no_key_is_refused_and_says_how_to_make_one(org: Org, wrong: str):
    with pytest.raises(KeyRefused, match="cadre keys create"):
        await org.keys.spender(wrong)
    assert await org.keys.identity(wrong) is None


async def test_the_right_prefix_with_another_secret_is_nobody(org: Org):
    made = await org.key_of("owner")

    assert await org.keys.identity(made.key[:-1] + "~") is None


async def test_another_org_sees_and_ends_nothing(org: Org, other_scope: Scope):
    made = await org.key_of("owner")
    other = await org_of(org.database, other_scope)

    async with org.database.begin(other_scope) as work:
        assert await other.book.all(work) == []
        for attempt in (
            other.book.revoke(work, made.id),
            other.book.owner(work, made.id),
            other.book.rotate(work, SYSTEM, made.id, 0),
        ):
            with pytest.raises(KeyNotFound):
                await attempt

    assert (await org.keys.spender(made.key)).scope.org == org.scope.org


async def test_no_table_holds_a_secret(org: Org):
    made = await org.key_of("owner")
    async with org.database.begin(org.scope) as work:
        new = await org.book.rotate(work, org.actor("owner"), made.id, 60)
        rows = (await work.connection.execute(select(api_keys))).all()

    kept = repr(rows)
    for key in (made.key, new.key):
        assert key.rpartition("_")[2] not in kept


@pytest.mark.parametrize(
    ("header", "key"),
    [("Bearer ck_x", "ck_x"), ("bearer  ck_x ", "ck_x"), ("Basic ck_x", ""), ("", "")],
)
def test_a_bearer_is_read_from_its_header(header: str, key: str):
    assert bearer(header) == key
