"""What is explained is what is enforced; changes count at once here, a moment later elsewhere."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cadre.infra.database import Database, Work
from cadre.kernel.grants import Grant, Grants
from cadre.kernel.ids import OrgId, ProjectId, new_id
from cadre.kernel.scope import Scope
from cadre.trust.access import KINDS, PERMISSIONS, ROLES, SYSTEM, Subject, missing
from cadre.trust.access.explaining import UnknownPermission
from cadre.trust.access.grants import narrowed
from cadre.trust.access.schemas import (
    BindingInput,
    GroupInput,
    Member,
    PermissionInfo,
    RoleInput,
    SubjectText,
)
from tests.trust.access.conftest import Org, org_of

PATIENCE_SECONDS = 10.0  # a hang guard: it takes half a second

names = st.sampled_from(["a", "ab", "b"])
resources = st.one_of(st.just("*"), names.map("agent:{}".format), names.map("agent:{}*".format))
permissions = st.sampled_from(["agents:read", "agents:run", "runs:read", "agents:*", "*"])
grants = st.builds(Grant, permissions, resources)


@dataclass(frozen=True)
class Given:
    """One binding; `who` is 0 and 1 for users, 2 for the group that both are in."""

    who: int
    grants: Sequence[Grant]
    project: str | None
    environment: str | None
    resources: Sequence[str]


bindings = st.builds(
    Given,
    who=st.integers(0, 2),
    grants=st.lists(grants, min_size=1, max_size=3),
    project=st.sampled_from([None, None, "prj_a", "prj_b"]),
    environment=st.sampled_from([None, None, "dev", "production"]),
    resources=st.lists(resources.filter(lambda one: one != "*"), max_size=2),
)


async def bind(org: Org, work: Work, subjects: Sequence[SubjectText], one: Given) -> None:
    name = "r" + new_id("x").replace("_", "")
    texts = [{"permission": g.permission, "resource": g.resource} for g in one.grants]
    await org.roles.put(work, SYSTEM, name, RoleInput.model_validate({"grants": texts}))
    wanted = {
        "subject": subjects[one.who],
        "role": name,
        "project": one.project,
        "environment": one.environment,
        "resources": list(one.resources),
    }
    await org.bindings.give(work, SYSTEM, BindingInput.model_validate(wanted))


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    given_=st.lists(bindings, max_size=4), name=names, project=st.sampled_from(["prj_a", "prj_c"])
)
async def test_who_can_and_why_say_what_is_allowed(
    sqlite_database: Database, scope: Scope, given_: list[Given], name: str, project: str
):
    own = replace(scope, org=OrgId(new_id("org")), project=ProjectId(project))
    org = await org_of(sqlite_database, own)
    users = [SubjectText(kind="user", id=await org.add("guest")) for _ in range(2)]
    async with org.database.begin(own) as work:
        group = await org.groups.create(work, GroupInput(name="Both"))
        for user in users:
            await org.groups.add(work, SYSTEM, group.id, Member(id=user.id))
        everybody = [*users, SubjectText(kind="group", id=group.id)]
        for one in given_:
            await bind(org, work, everybody, one)

        for permission in ("agents:read", "agents:run", "runs:read"):
            for resource in ("*", f"agent:{name}"):
                can = await org.explaining.who_can(work, permission, resource)
                holders = {holder.subject.id for holder in can.holders}
                for user_id in (users[0].id, users[1].id, *org.people.values()):
                    subject = Subject("user", user_id)
                    allowed = (await org.access.grants_for(work, subject)).allows(
                        permission, resource
                    )
                    why = await org.explaining.why(work, subject, permission, resource)
                    assert allowed == why.allowed == bool(why.reasons) == (user_id in holders)


@given(given_=st.lists(grants, max_size=3), by=st.lists(resources, max_size=2), name=names)
def test_narrowing_takes_away_and_never_adds(given_: list[Grant], by: list[str], name: str):
    whole, cut = Grants(frozenset(given_)), Grants(narrowed(given_, by))
    for permission in ("agents:read", "runs:read"):
        resource = f"agent:{name}"
        is_named = not by or any(Grant("*", pattern).covers("x", resource) for pattern in by)
        assert cut.allows(permission, resource) == (whole.allows(permission, resource) and is_named)


@given(have=st.lists(grants, max_size=3), wanted=st.lists(grants, max_size=3), name=names)
def test_what_is_held_lets_nobody_do_more(have: list[Grant], wanted: list[Grant], name: str):
    held, asked = Grants(frozenset(have)), Grants(frozenset(wanted))
    if missing(held, wanted) is None:
        for permission in PERMISSIONS:
            for resource in ("*", f"agent:{name}", "agent:abc"):
                assert held.allows(permission, resource) or not asked.allows(permission, resource)


async def test_why_not_says_what_is_missing(org: Org):
    guest = org.subject("guest")
    subject = SubjectText(kind="user", id=guest.id)
    where = {"subject": subject, "role": "builder", "project": "prj_a"}
    async with org.database.begin(org.scope) as work:
        await org.bindings.give(work, SYSTEM, BindingInput.model_validate(where))
        narrow = {"subject": subject, "role": "builder", "resources": ["agent:support"]}
        await org.bindings.give(work, SYSTEM, BindingInput.model_validate(narrow))

        why = await org.explaining.why(work, guest, "agents:write", "agent:sales")
        can = await org.explaining.why(work, guest, "agents:write", "agent:support")

    assert (why.allowed, why.roles_with_it) == (False, ["owner", "admin", "builder"])
    said = " ".join(miss.why_not for miss in why.near_misses)
    assert "prj_a only" in said
    assert "on agent:support, not on agent:sales" in said
    assert [reason.role for reason in can.reasons] == ["builder"]


async def test_a_permission_that_there_is_not_is_refused(org: Org):
    async with org.database.read(org.scope) as work:
        with pytest.raises(UnknownPermission):
            await org.explaining.who_can(work, "runs:fly", "*")


async def test_another_org_sees_and_changes_nothing(org: Org, other_scope: Scope):
    other = await org_of(org.database, other_scope)
    async with org.database.begin(org.scope) as work:
        group = await org.groups.create(work, GroupInput(name="Ours"))
        await org.roles.put(work, SYSTEM, "ours", RoleInput(grants=[]))
        own = await org.bindings.all(work)

    async with org.database.begin(other_scope) as work:
        assert [role.name for role in await other.roles.all(work)] == list(ROLES)
        assert await other.groups.all(work) == []
        assert not {b.id for b in await other.bindings.all(work)} & {b.id for b in own}
        assert (await other.access.grants_for(work, org.subject("owner"))) == Grants()
        for attempt in (
            other.groups.get(work, group.id),
            other.roles.get(work, "ours"),
            other.bindings.take(work, SYSTEM, own[0].id),
            other.members.assign(work, org.people["guest"], "owner"),
        ):
            with pytest.raises(Exception, match="There is no"):
                await attempt


async def test_what_this_process_takes_away_is_gone_at_once(org: Org):
    user = org.subject("user")
    assert (await org.access.grants_of(org.scope, user)).allows("agents:run")

    async with org.database.begin(org.scope) as work:
        await org.members.assign(work, user.id, "guest")

    assert not (await org.access.grants_of(org.scope, user)).allows("agents:run")


async def test_what_another_process_takes_away_is_gone_a_moment_later(org: Org):
    user, elsewhere = org.subject("user"), Database(org.database.url)
    assert (await org.access.grants_of(org.scope, user)).allows("agents:run")

    async with elsewhere.begin(org.scope) as work:
        await org.members.assign(work, user.id, "guest")
    await elsewhere.close()

    until = time.monotonic() + PATIENCE_SECONDS
    while (await org.access.grants_of(org.scope, user)).allows("agents:run"):
        assert time.monotonic() < until


def test_roles_and_kinds_speak_of_permissions_that_there_are():
    for role in ROLES.values():
        assert (
            missing(Grants(frozenset(map(Grant, PERMISSIONS))), role.grants - {Grant("*")}) is None
        )
    for prefixes in KINDS.values():
        assert all(any(p.startswith(prefix) for p in PERMISSIONS) for prefix in prefixes)


@pytest.mark.parametrize(
    ("permission", "kinds"),
    [("agents:run", ["agent"]), ("files:read", ["conversation", "run"]), ("audit:read", [])],
)
def test_a_permission_says_on_what_it_can_be_given(permission: str, kinds: list[str]):
    assert PermissionInfo.of(permission, "See.").kinds == kinds
