"""Nobody gives, takes or gets what they do not have."""

import pytest

from cadre.kernel.grants import EVERYTHING, Grant, Grants
from cadre.trust.access import ROLES as SHIPPED
from cadre.trust.access import SYSTEM, Actor, Escalation, LastOwner, Subject, missing
from cadre.trust.access.errors import RoleInUse, RoleTaken, SubjectNotFound
from cadre.trust.access.grants import BadGrant
from cadre.trust.access.schemas import (
    BindingInput,
    GrantText,
    GroupInput,
    Member,
    RoleInput,
    ServiceAccountInput,
    SubjectText,
)
from tests.trust.access.conftest import Org

ROLES = ["owner", "admin", "builder", "operator", "user", "guest"]


def role(*permissions: str) -> RoleInput:
    return RoleInput(grants=[GrantText(permission=each) for each in permissions])


def give(user_id: str, name: str, **where: object) -> BindingInput:
    subject = SubjectText(kind="user", id=user_id)
    return BindingInput.model_validate({"subject": subject, "role": name, **where})


async def grants_of(org: Org, user_id: str) -> Grants:
    async with org.database.read(org.scope) as work:
        return await org.access.grants_for(work, Subject("user", user_id))


@pytest.mark.parametrize("giver", ROLES)
async def test_a_role_is_given_by_whoever_has_all_of_it(org: Org, giver: str):
    for given in ROLES:
        # The roles' own data decides, not a table of this test.
        may = missing(Grants(SHIPPED[giver].grants), SHIPPED[given].grants) is None
        wanted = give(org.people["guest"], given)
        async with org.database.begin(org.scope) as work:
            if may:
                await org.bindings.give(work, org.actor(giver), wanted)
            else:
                with pytest.raises(Escalation):
                    await org.bindings.give(work, org.actor(giver), wanted)


async def test_an_admin_makes_no_owner_and_takes_none_away(org: Org):
    second = await org.add("owner")
    async with org.database.begin(org.scope) as work:
        bindings = await org.bindings.all(work, Subject("user", second))

        with pytest.raises(Escalation, match=r"`\*`"):
            await org.bindings.give(work, org.actor("admin"), give(org.people["admin"], "owner"))
        with pytest.raises(Escalation):
            await org.bindings.take(work, org.actor("admin"), bindings[0].id)


@pytest.mark.parametrize("grant", ["*", "orgs:*", "org:delete", "*:read"])
async def test_a_role_holds_nothing_that_its_maker_lacks(org: Org, grant: str):
    async with org.database.begin(org.scope) as work:
        with pytest.raises(Escalation):
            await org.roles.put(work, org.actor("admin"), "mine", role(grant))

        await org.roles.put(work, org.actor("owner"), "mine", role(grant))


async def test_a_pattern_is_held_by_who_has_all_that_it_stands_for(org: Org):
    async with org.database.begin(org.scope) as work:
        made = await org.roles.put(work, org.actor("admin"), "runner", role("runs:*"))

    assert made.grants == [GrantText(permission="runs:*")]


async def test_a_role_that_others_have_is_not_widened_by_who_lacks_that(org: Org):
    async with org.database.begin(org.scope) as work:
        await org.roles.put(work, org.actor("owner"), "deleter", role("org:delete"))

        with pytest.raises(Escalation):
            await org.roles.put(work, org.actor("admin"), "deleter", role("runs:read"))
        with pytest.raises(Escalation):
            await org.roles.delete(work, org.actor("admin"), "deleter")


async def test_shipped_roles_and_roles_in_use_stay(org: Org):
    async with org.database.begin(org.scope) as work:
        with pytest.raises(RoleTaken):
            await org.roles.put(work, org.actor("owner"), "guest", role("*"))
        await org.roles.put(work, org.actor("owner"), "mine", role("runs:read"))
        await org.bindings.give(work, org.actor("owner"), give(org.people["guest"], "mine"))

        with pytest.raises(RoleInUse):
            await org.roles.delete(work, org.actor("owner"), "mine")


@pytest.mark.parametrize(
    ("permission", "resource"),
    [("runs:fly", "*"), ("", "*"), ("runs:read", "agent"), ("runs:read", "moon:x"), ("x", "run:1")],
)
async def test_a_grant_that_means_nothing_is_refused(org: Org, permission: str, resource: str):
    grant = GrantText.model_construct(permission=permission, resource=resource)
    async with org.database.begin(org.scope) as work:
        with pytest.raises(BadGrant) as refused:
            await org.roles.put(
                work, org.actor("owner"), "mine", RoleInput.model_construct(grants=[grant])
            )

    assert refused.value.field == "grants.0"


async def test_who_is_put_into_a_group_gets_what_it_has_and_only_by_who_has_it(org: Org):
    guest = Member(id=org.people["guest"])
    async with org.database.begin(org.scope) as work:
        group = await org.groups.create(work, GroupInput(name="Owners"))
        subject = SubjectText(kind="group", id=group.id)
        wanted = BindingInput(subject=subject, role="owner")
        with pytest.raises(Escalation):
            await org.bindings.give(work, org.actor("admin"), wanted)
        await org.bindings.give(work, org.actor("owner"), wanted)

        for change in (org.groups.add, org.groups.remove):
            with pytest.raises(Escalation):
                await change(work, org.actor("admin"), group.id, guest)
        await org.groups.add(work, org.actor("owner"), group.id, guest)
    assert (await grants_of(org, org.people["guest"])).allows("org:delete")

    async with org.database.begin(org.scope) as work:
        with pytest.raises(Escalation):
            await org.groups.delete(work, org.actor("admin"), group.id)
        await org.groups.delete(work, org.actor("owner"), group.id)
    assert not (await grants_of(org, org.people["guest"])).allows("runs:read")


async def test_who_has_a_role_in_one_project_gives_it_there_only(org: Org):
    leader = await org.add("guest")
    actor = Actor(Subject("user", leader), "leader")
    async with org.database.begin(org.scope) as work:
        await org.bindings.give(work, SYSTEM, give(leader, "admin", project="prj_a"))
        await org.bindings.give(work, actor, give(org.people["guest"], "user", project="prj_a"))

        for where in ({}, {"project": "prj_b"}, {"environment": "dev"}):
            with pytest.raises(Escalation):
                await org.bindings.give(work, actor, give(org.people["guest"], "user", **where))
        with pytest.raises(Escalation):
            await org.roles.put(work, actor, "mine", role("runs:read"))


async def test_a_key_gives_no_more_than_it_may_itself(org: Org):
    limits = (frozenset([Grant("roles:write"), Grant("runs:read")]),)
    key = Actor(org.subject("owner"), "owner", limits)
    confined = Actor(org.subject("owner"), "owner", project="prj_a")
    async with org.database.begin(org.scope) as work:
        await org.roles.put(work, key, "reader", role("runs:read"))
        await org.bindings.give(work, key, give(org.people["guest"], "reader"))

        with pytest.raises(Escalation):
            await org.bindings.give(work, key, give(org.people["guest"], "user"))
        with pytest.raises(Escalation):
            await org.bindings.give(work, confined, give(org.people["guest"], "user"))


async def test_the_last_owner_stays_one(org: Org):
    owner = org.people["owner"]
    async with org.database.begin(org.scope) as work:
        own = [b for b in await org.bindings.all(work, org.subject("owner")) if b.role == "owner"]

        with pytest.raises(LastOwner):
            await org.bindings.take(work, org.actor("owner"), own[0].id)
        with pytest.raises(LastOwner):
            await org.members.assign(work, owner, "admin")
        with pytest.raises(LastOwner):
            await org.members.forget(work, owner)

    await org.add("owner")
    async with org.database.begin(org.scope) as work:
        await org.members.assign(work, owner, "admin")
    assert not (await grants_of(org, owner)).allows("org:delete")


async def test_an_owner_of_one_project_or_through_a_group_is_not_the_last_one(org: Org):
    async with org.database.begin(org.scope) as work:
        group = await org.groups.create(work, GroupInput(name="Owners"))
        subject = SubjectText(kind="group", id=group.id)
        await org.bindings.give(work, SYSTEM, BindingInput(subject=subject, role="owner"))
        await org.bindings.give(work, SYSTEM, give(org.people["guest"], "owner", project="prj_a"))

        with pytest.raises(LastOwner):
            await org.bindings.require_owner_without(work, org.people["owner"])


async def test_a_role_goes_to_whoever_is_there(org: Org, other_scope: object):
    async with org.database.begin(org.scope) as work:
        for kind in ("user", "group", "service"):
            subject = SubjectText.model_validate({"kind": kind, "id": "usr_of_nobody"})
            with pytest.raises(SubjectNotFound):
                await org.bindings.give(work, SYSTEM, BindingInput(subject=subject, role="guest"))


async def test_a_disabled_service_account_may_do_nothing(org: Org):
    async with org.database.begin(org.scope) as work:
        services = org.accounts_of_services
        made = await services.create(work, org.actor("admin"), ServiceAccountInput(name="ci"))
        subject = SubjectText(kind="service", id=made.id)
        await org.bindings.give(work, SYSTEM, BindingInput(subject=subject, role="owner"))
        own = Subject("service", made.id)
        assert (await org.access.grants_for(work, own)).given == EVERYTHING.given

        off = ServiceAccountInput(name="ci", disabled=True)
        await services.change(work, org.actor("admin"), made.id, off)
        assert not (await org.access.grants_for(work, own)).allows_some("runs:read")

        # Whoever enables it could use its keys: only who has all that it has.
        with pytest.raises(Escalation):
            await services.change(work, org.actor("admin"), made.id, ServiceAccountInput(name="ci"))
