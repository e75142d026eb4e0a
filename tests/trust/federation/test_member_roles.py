"""A member's role is what their bindings say, whichever way it was given or taken."""

import asyncio
from typing import Any

import httpx2

from tests.trust.accounts.house import House
from tests.trust.counting import statements_about
from tests.trust.federation.forging import Forger
from tests.trust.federation.test_scim import add
from tests.trust.federation.test_tokens import forger, provider_of, sign_in

__all__ = ["forger"]

ANNA = "anna@acme.example"


async def listed(client: httpx2.AsyncClient) -> dict[str, str]:
    """Roles by address, as the list of members says; one member alone says the same."""
    items = (await client.get("/api/v1/members")).json()["items"]
    for each in items:
        assert (await client.get(f"/api/v1/members/{each['id']}")).json() == each
    return {each["email"] or each["name"]: each["role"] for each in items}


async def bound(client: httpx2.AsyncClient) -> dict[str, set[str]]:
    """The same as "Who has what" says."""
    members = (await client.get("/api/v1/members")).json()["items"]
    found: dict[str, set[str]] = {each["email"] or each["name"]: set() for each in members}
    names = {each["id"]: each["email"] or each["name"] for each in members}
    for each in await bindings(client):
        is_everywhere = (each["project"], each["environment"], each["resources"]) == (
            None,
            None,
            [],
        )
        if each["subject"]["kind"] == "user" and is_everywhere:
            found[names[each["subject"]["id"]]].add(each["role"])
    return found


async def bindings(client: httpx2.AsyncClient) -> list[dict[str, Any]]:
    return (await client.get("/api/v1/role-bindings")).json()["items"]


async def agreed(client: httpx2.AsyncClient) -> dict[str, str]:
    roles, given = await listed(client), await bound(client)
    for name, role in roles.items():
        assert role in given[name] if given[name] else not role, (name, role, given[name])
    return roles


async def give(client: httpx2.AsyncClient, user_id: str, role: str, **more: Any) -> str:
    body = {"subject": {"kind": "user", "id": user_id}, "role": role, **more}
    answer = await client.post("/api/v1/role-bindings", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def test_the_list_of_members_says_what_bindings_say_whichever_way_they_came(
    house: House, directory: httpx2.AsyncClient, forger: Forger
):
    said: list[str] = []
    async with house.owner() as owner:
        invited = await owner.post("/api/v1/members", json={"email": ANNA, "role": "builder"})
        anna = invited.json()["member"]["id"]
        said.append((await agreed(owner))[ANNA])
        await owner.patch(f"/api/v1/members/{anna}", json={"role": "operator"})
        said.append((await agreed(owner))[ANNA])
        [own] = [each["id"] for each in await bindings(owner) if each["subject"]["id"] == anna]
        await owner.delete(f"/api/v1/role-bindings/{own}")
        said.append((await agreed(owner))[ANNA])
        await give(owner, anna, "guest")
        await give(owner, anna, "admin")
        await give(owner, anna, "owner", project="prj_default")
        said.append((await agreed(owner))[ANNA])
        provider = await provider_of(
            house,
            forger,
            groups_claim="groups",
            group_map=[{"value": "builders", "role": "builder"}],
        )
        async with house.anybody() as client:
            there = await sign_in(
                client, forger, provider, lambda f, n: f.signed(f.claims(n, groups=["builders"]))
            )
            me, own_page = await client.get("/api/v1/me"), await client.get("/api/v1/account")
        said.append((await agreed(owner))[ANNA])
        by_directory = await add(directory, "ben@acme.example")
        directory_says = (await agreed(owner))["ben@acme.example"]
        await directory.delete(f"/Users/{by_directory['id']}")
        await agreed(owner)

    assert said == ["builder", "operator", "", "admin", "builder"]
    assert there == "/"
    assert (me.json()["role"], own_page.json()["role"]) == ("builder", "builder")
    assert directory_says == "user"


async def test_the_last_owner_is_the_last_who_is_bound(house: House):
    async with house.owner() as owner:
        [me] = (await owner.get("/api/v1/members")).json()["items"]
        anna = await house.add(ANNA)
        # Of a project only, and of a group: neither makes an owner of the organisation.
        await give(owner, anna, "owner", project="prj_default")
        [own] = [each["id"] for each in await bindings(owner) if each["subject"]["id"] == me["id"]]
        refused = [
            await owner.delete(f"/api/v1/role-bindings/{own}"),
            await owner.patch(f"/api/v1/members/{me['id']}", json={"role": "user"}),
            await owner.patch(f"/api/v1/members/{me['id']}", json={"status": "suspended"}),
            await owner.delete(f"/api/v1/members/{me['id']}"),
        ]
        await give(owner, anna, "owner")
        taken = await owner.delete(f"/api/v1/role-bindings/{own}")
        async with house.signed_in(ANNA) as client:
            roles = await agreed(client)

    assert [answer.json()["code"] for answer in refused] == ["last_owner"] * 4
    assert taken.status_code == 204
    assert roles == {"Owner": "", ANNA: "owner"}


async def test_two_owners_who_end_each_other_at_once_leave_one(house: House):
    anna = await house.add(ANNA, "owner")
    async with house.owner() as first, house.signed_in(ANNA) as second:
        found = (await first.get("/api/v1/members")).json()["items"]
        [mine] = [each["id"] for each in found if each["id"] != anna]
        [own] = [each["id"] for each in await bindings(first) if each["subject"]["id"] == mine]

        answers = await asyncio.gather(
            first.patch(f"/api/v1/members/{anna}", json={"status": "suspended"}),
            second.delete(f"/api/v1/role-bindings/{own}"),
        )

    assert sorted(each.status_code < 300 for each in answers) == [False, True]


async def test_a_page_of_members_asks_for_their_roles_once(house: House):
    for number in range(4):
        await house.add(f"member{number}@acme.example")
    async with house.owner() as owner:
        await owner.get("/api/v1/members?limit=1")
        counts: list[int] = []
        for most in (1, 5):
            with statements_about("role_bindings") as asked:
                answer = await owner.get(f"/api/v1/members?limit={most}")
            assert len(answer.json()["items"]) == most
            counts.append(len(asked))

    assert counts[0] == counts[1]
