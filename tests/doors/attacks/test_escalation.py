"""Privileges: each role tries, by every way that the API has, to get or give each other role.

Generated from the roles that ship. Whether it may succeed is said by the roles' own permissions, asked
one by one; whether it did, by who-can.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx2
import pytest

from cadre.kernel.grants import ANYTHING, OWN, Grants
from cadre.trust.access import PERMISSIONS, ROLES
from tests.doors.attacks.people import Person, everybody, join
from tests.doors.server import Server

_NUMBERS = count()
LESSER = [role for role in ROLES if role != "owner"]
# Who has one of these is more than before, whichever way they came by it.
TELLING = (
    "org:delete",
    "orgs:write",
    "sign-in:write",
    "members:write",
    "agents:write",
    "approvals:approve",
)


@dataclass
class Everybody:
    """The owner, one person of each role, and a guest whom they try to raise."""

    server: Server
    owner: httpx2.AsyncClient
    people: dict[str, Person]
    victim: Person
    project: str

    async def holders(self, permission: str) -> set[str]:
        answer = await self.owner.get(f"/api/v1/access/who-can?permission={permission}")
        assert answer.status_code == 200, answer.text
        return {holder["subject"]["id"] for holder in answer.json()["holders"]}

    async def owned(self, method: str, path: str, body: Any = None) -> Any:
        """As the owner, who clears the ground before and after an attack."""
        answer = await self.owner.request(method, f"/api/v1{path}", json=body)
        assert answer.status_code < 300, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None


@pytest.fixture(scope="module")
async def house(attacked: Server) -> AsyncIterator[Everybody]:
    async with attacked.signed_in() as owner:
        people = await everybody(attacked, owner)
        victim = await join(attacked, owner, "guest", "victim@acme.example")
        project = {"slug": "side", "name": "Side"}
        made = (await owner.post("/api/v1/org/projects", json=project)).json()
        yield Everybody(attacked, owner, people, victim, made["id"])


def holds(role: str, permission: str, resource: str = ANYTHING) -> bool:
    return Grants(ROLES[role].grants).allows(permission, resource)


def has_all_of(role: str, other: str) -> bool:
    """Whether `role` may do whatever `other` may, permission by permission."""
    if other == "owner":  # that of permissions to come as well
        return role == "owner"
    return all(
        holds(role, permission, resource)
        for permission in PERMISSIONS
        for resource in (ANYTHING, OWN)
        if holds(other, permission, resource)
    )


Way = Callable[[Everybody, httpx2.AsyncClient, str, str], Awaitable[httpx2.Response]]


async def _give(house: Everybody, actor: httpx2.AsyncClient, role: str, target: str):
    subject = {"kind": "user", "id": target}
    return await actor.post("/api/v1/role-bindings", json={"subject": subject, "role": role})


async def _give_in_a_project(house: Everybody, actor: httpx2.AsyncClient, role: str, target: str):
    body = {"subject": {"kind": "user", "id": target}, "role": role, "project": house.project}
    return await actor.post("/api/v1/role-bindings", json=body)


async def _change_the_member(house: Everybody, actor: httpx2.AsyncClient, role: str, target: str):
    return await actor.patch(f"/api/v1/members/{target}", json={"role": role})


async def _invite(house: Everybody, actor: httpx2.AsyncClient, role: str, _target: str):
    body = {"email": f"new{next(_NUMBERS)}@acme.example", "role": role}
    return await actor.post("/api/v1/members", json=body)


async def _make_a_role(house: Everybody, actor: httpx2.AsyncClient, role: str, _target: str):
    grants = [{"permission": g.permission, "resource": g.resource} for g in ROLES[role].grants]
    return await actor.put(f"/api/v1/roles/copy-{next(_NUMBERS)}", json={"grants": grants})


async def _join_a_group(house: Everybody, actor: httpx2.AsyncClient, role: str, target: str):
    """A group that has the role already."""
    group = await house.owned("POST", "/groups", {"name": f"group {next(_NUMBERS)}"})
    subject = {"kind": "group", "id": group["id"]}
    await house.owned("POST", "/role-bindings", {"subject": subject, "role": role})
    return await actor.put(f"/api/v1/groups/{group['id']}/members/user/{target}")


async def _raise_a_group(house: Everybody, actor: httpx2.AsyncClient, role: str, target: str):
    """A group that somebody is in already."""
    group = await house.owned("POST", "/groups", {"name": f"group {next(_NUMBERS)}"})
    await house.owned("PUT", f"/groups/{group['id']}/members/user/{target}")
    subject = {"kind": "group", "id": group["id"]}
    return await actor.post("/api/v1/role-bindings", json={"subject": subject, "role": role})


async def _key_of_a_program(house: Everybody, actor: httpx2.AsyncClient, role: str, _target: str):
    """A key of a service account that has the role."""
    account = await house.owned("POST", "/service-accounts", {"name": f"robot {next(_NUMBERS)}"})
    subject = {"kind": "service", "id": account["id"]}
    await house.owned("POST", "/role-bindings", {"subject": subject, "role": role})
    return await actor.post("/api/v1/keys", json={"name": "x", "service_account": account["id"]})


async def _vouch(house: Everybody, actor: httpx2.AsyncClient, role: str, _target: str):
    """A provider of the attacker's, whose word makes people what it says."""
    body = {
        "name": f"P{next(_NUMBERS)}",
        "issuer": "https://evil.example",
        "client_id": "x",
        "creates_users": True,
        "default_role": role,
    }
    return await actor.post("/api/v1/identity-providers", json=body)


async def _directory(house: Everybody, actor: httpx2.AsyncClient, role: str, target: str):
    """By SCIM: into a group that has the role."""
    group = await house.owned("POST", "/groups", {"name": f"group {next(_NUMBERS)}"})
    subject = {"kind": "group", "id": group["id"]}
    await house.owned("POST", "/role-bindings", {"subject": subject, "role": role})
    add = {"op": "add", "path": "members", "value": [{"value": target}]}
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [add]}
    return await actor.patch(f"/api/v1/scim/v2/Groups/{group['id']}", json=body)


# Each with the permission that its route requires.
WAYS: dict[str, tuple[Way, str]] = {
    "a binding": (_give, "roles:write"),
    "a binding in a project": (_give_in_a_project, "roles:write"),
    "a member's role": (_change_the_member, "members:write"),
    "an invitation": (_invite, "members:write"),
    "a role of one's own": (_make_a_role, "roles:write"),
    "a group that has it": (_join_a_group, "members:write"),
    "a group that is given it": (_raise_a_group, "roles:write"),
    "a key of a program": (_key_of_a_program, "keys:write"),
    "a provider": (_vouch, "sign-in:write"),
    "a directory": (_directory, "members:write"),
}

# Those that end with the role in the hands of whom it was for.
GIVING = {
    "a binding",
    "a member's role",
    "a group that has it",
    "a group that is given it",
    "a directory",
}


def may(actor: str, way: str, role: str) -> bool:
    if way == "a binding in a project":  # there an owner is no more than an admin
        role = "admin" if role == "owner" else role
    return holds(actor, WAYS[way][1]) and has_all_of(actor, role)


async def _reset(house: Everybody, person: Person) -> None:
    """What was given is taken away again."""
    everything = await house.owned("GET", f"/role-bindings?subject={person.id}")
    for binding in everything["items"]:
        if binding["subject"]["kind"] == "group":
            await house.owned("DELETE", f"/groups/{binding['subject']['id']}")
        elif binding["role"] != person.role or binding["project"]:
            await house.owned("DELETE", f"/role-bindings/{binding['id']}")
    await house.owned("PATCH", f"/members/{person.id}", {"role": person.role})


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("actor", LESSER)
async def test_nobody_gets_or_gives_a_role_that_may_do_more(house: Everybody, actor: str, way: str):
    """For each other role, for oneself and for somebody else."""
    person, (act, _) = house.people[actor], WAYS[way]
    before = await _standing(house, person)
    wrong: list[str] = []
    async with person.page() as page:
        for role in ROLES:
            for whom in (house.victim, person):
                answer = await act(house, page, role, whom.id)
                succeeded = answer.status_code < 300
                if succeeded != may(actor, way, role):
                    wrong.append(
                        f"{role} for {whom.role}: {answer.status_code} {answer.text[:200]}"
                    )
                if succeeded and way in GIVING:
                    kept = "" if way == "a member's role" else whom.role
                    wrong += await _not_as_told(house, whom, {role, kept} - {""})
                if succeeded:
                    await _reset(house, whom)

    assert wrong == []
    assert await _standing(house, person) == before


async def _standing(house: Everybody, person: Person) -> dict[str, set[str]]:
    """What the two may do that tells, by now."""
    both = {person.id, house.victim.id}
    return {permission: await house.holders(permission) & both for permission in TELLING}


async def _not_as_told(house: Everybody, whom: Person, roles: set[str]) -> list[str]:
    """Where who-can says otherwise than the roles that somebody has by now."""
    return [
        f"{whom.role} with {roles}: {permission}"
        for permission in TELLING
        if (whom.id in await house.holders(permission))
        != any(holds(role, permission) for role in roles)
    ]


@pytest.mark.parametrize("actor", LESSER)
async def test_a_key_of_a_role_may_do_no_more_than_the_role(house: Everybody, actor: str):
    """A key with all grants there are is still cut down to its owner."""
    person = house.people[actor]
    async with person.page() as page:
        made = await page.post(
            "/api/v1/keys", json={"name": "all", "grants": [{"permission": "*"}]}
        )
    if not holds(actor, "keys:use"):
        assert made.status_code == 403
        return
    assert made.status_code == 201, made.text
    probes = {
        "members:read": "/api/v1/members",
        "audit:read": "/api/v1/audit",
        "secrets:read": "/api/v1/secrets",
        "sign-in:read": "/api/v1/identity-providers",
        "orgs:read": "/api/v1/orgs",
        "roles:read": "/api/v1/roles",
        "policies:read": "/api/v1/policies",
        "usage:read": "/api/v1/usage/summary",
    }
    async with house.server.anybody() as program:
        program.headers["Authorization"] = f"Bearer {made.json()['key']}"
        seen = {each: (await program.get(path)).status_code == 200 for each, path in probes.items()}

    assert seen == {each: holds(actor, each) for each in probes}


@pytest.mark.parametrize(
    ("actor", "target"), [(one, other) for one in LESSER for other in ROLES if one != other]
)
async def test_nobody_touches_somebody_who_may_do_more(house: Everybody, actor: str, target: str):
    """Suspending, removing factors of, and removing whoever ranks above."""
    above = await join(house.server, house.owner, target, f"above{next(_NUMBERS)}@acme.example")
    path = f"/api/v1/members/{above.id}"
    async with house.people[actor].page() as page:
        await page.post("/api/v1/session/proof", json={"password": "ocelot-lantern-grape"})
        answers = [
            await page.patch(path, json={"status": "suspended"}),
            await page.patch(path, json={"status": "active"}),
            await page.delete(f"{path}/mfa"),
            await page.delete(path),
        ]
    left = await house.owner.get(path)

    is_let = holds(actor, "members:write") and has_all_of(actor, target)
    assert [answer.status_code < 300 for answer in answers] == [is_let] * 4
    assert left.status_code == (404 if is_let else 200)
    if not is_let:
        assert left.json()["status"] == "active"
        await house.owned("DELETE", f"/members/{above.id}")


ORG_WIDE: dict[str, tuple[str, str, Any]] = {
    "members:write": ("POST", "/members", {"email": "wide{n}@acme.example", "role": "admin"}),
    "org:write": ("PATCH", "/org", {"name": "Taken over"}),
    "secrets:write": ("PUT", "/secrets/taken", {"value": "a value that is long"}),
    "gate:write": ("PUT", "/gate/rules", {"rules": []}),
    "policies:write": ("PUT", "/policies/taken", {"text": "package cadre.org.taken\n"}),
    "limits:write": ("PUT", "/limits/user/uploads", {"requests": 1, "seconds": 60}),
    "settings:write": ("PUT", "/retention/runs", {"kind": "*", "days": 1}),
    "audit:read": ("GET", "/audit", None),
    "service-accounts:write": ("POST", "/service-accounts", {"name": "wide {n}"}),
    "sign-in:write": (
        "POST",
        "/identity-providers",
        {"name": "W{n}", "client_id": "x", "kind": "google"},
    ),
    "orgs:write": ("POST", "/orgs", {"slug": "wide{n}", "name": "W", "email": "w@acme.example"}),
}


@pytest.mark.parametrize("role", ["owner", "admin"])
@pytest.mark.parametrize("permission", ORG_WIDE)
async def test_whoever_rules_one_project_does_not_rule_the_organisation(
    house: Everybody, role: str, permission: str
):
    leader = await join(house.server, house.owner, "guest", f"lead{next(_NUMBERS)}@acme.example")
    subject = {"kind": "user", "id": leader.id}
    where = {"project": house.project}
    await house.owned("POST", "/role-bindings", {"subject": subject, "role": role, **where})
    method, path, body = ORG_WIDE[permission]
    text = json.dumps(body).replace("{n}", str(next(_NUMBERS)))
    async with leader.page() as page:
        page.headers["X-Cadre-Project"] = "side"
        answer = await page.request(method, f"/api/v1{path}", json=json.loads(text))

    assert answer.status_code == 403, answer.text


@pytest.mark.parametrize("target", ["admin", "builder"])
async def test_whoever_rules_one_project_makes_nobody_more_than_that(house: Everybody, target: str):
    leader = await join(house.server, house.owner, "guest", f"lead{next(_NUMBERS)}@acme.example")
    subject = {"kind": "user", "id": leader.id}
    where = {"project": house.project}
    await house.owned("POST", "/role-bindings", {"subject": subject, "role": "admin", **where})
    async with leader.page() as page:
        page.headers["X-Cadre-Project"] = "side"
        raised = await page.patch(f"/api/v1/members/{leader.id}", json={"role": target})
        wide = await page.post("/api/v1/role-bindings", json={"subject": subject, "role": target})
        inside = await page.post(
            "/api/v1/role-bindings",
            json={"subject": {"kind": "user", "id": house.victim.id}, "role": target, **where},
        )
    await _reset(house, house.victim)

    assert (raised.status_code, wide.status_code) == (403, 403)
    assert inside.status_code == 201, inside.text
    assert leader.id not in await house.holders("agents:write")
