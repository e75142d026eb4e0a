"""Members: invited, given roles, suspended and removed; never the last owner, never above oneself."""

import asyncio
from typing import Any

import httpx2
import pytest
from pyotp.totp import TOTP
from sqlalchemy import delete, insert

from cadre.kernel.ids import OrgId
from cadre.trust.accounts.tables import account_tokens, orgs, users
from tests.trust.accounts.house import HOME, PASSWORD, House, enter

ANNA, BEN = "anna@acme.example", "ben@acme.example"


async def ids(client: httpx2.AsyncClient) -> dict[str, str]:
    listed = (await client.get("/api/v1/members")).json()["items"]
    return {member["email"] or member["name"]: member["id"] for member in listed}


async def test_somebody_who_is_invited_by_mail_accepts_once(house: House):
    async with house.owner() as owner:
        invited = await owner.post("/api/v1/members", json={"email": ANNA, "role": "builder"})
        [letter] = await house.letters()
    async with house.anybody() as client:
        token = {"token": letter["token"]}
        shown = await client.post("/api/v1/registration/invitation/look", json=token)
        body = {**token, "name": "Anna", "password": PASSWORD}
        accepted = await client.post("/api/v1/registration/invitation", json=body)
        again = await client.post("/api/v1/registration/invitation", json=body)
        entered = await enter(client, ANNA)

    assert (invited.status_code, invited.json()["member"]["status"]) == (201, "invited")
    assert (letter["to"], letter["subject"]) == (ANNA, "You are invited to My organisation")
    assert shown.json() == {"email": ANNA, "name": "anna", "org": "My organisation"}
    assert (accepted.status_code, again.status_code) == (204, 422)
    assert again.json()["code"] == "link_used"
    assert (entered.json()["me"]["role"], entered.json()["me"]["user"]["name"]) == (
        "builder",
        "Anna",
    )


async def test_the_list_says_who_has_a_second_factor_and_until_when_an_invitation_is_good(
    house: House,
):
    await house.add(ANNA)
    async with house.owner() as owner:
        await owner.post("/api/v1/members", json={"email": BEN})
        before = (await owner.get("/api/v1/members")).json()["items"]
        async with house.signed_in(ANNA) as anna:
            started = await anna.post("/api/v1/account/mfa/totp")
            half = (await owner.get("/api/v1/members")).json()["items"]
            code = TOTP(started.json()["secret"]).now()
            await anna.put("/api/v1/account/mfa/totp", json={"code": code})
        after = (await owner.get("/api/v1/members")).json()["items"]
        [ben] = [each for each in after if each["email"] == BEN]
        again = await owner.post(f"/api/v1/members/{ben['id']}/invitation")
        alone = (await owner.get(f"/api/v1/members/{ben['id']}")).json()

    def having(members: list[dict[str, Any]]) -> list[str]:
        return [each["email"] for each in members if each["second_factor"]]

    assert [having(each) for each in (before, half, after)] == [[], [], [ANNA]]
    assert [each["email"] for each in after if each["invitation_expires_at"]] == [BEN]
    assert 6.9 < (ben["invitation_expires_at"] - ben["created_at"]) / 86_400 < 7.1
    assert again.json()["member"] == alone
    assert alone["invitation_expires_at"] > ben["invitation_expires_at"]


async def test_an_invitation_that_ran_out_says_so(house: House):
    async with house.owner() as owner:
        invited = await owner.post("/api/v1/members", json={"email": BEN})
        async with house.database.begin(HOME) as work:
            await work.connection.execute(delete(account_tokens))
        shown = await owner.get(f"/api/v1/members/{invited.json()['member']['id']}")

    assert (shown.json()["status"], shown.json()["invitation_expires_at"]) == ("invited", None)


async def test_a_second_letter_makes_the_first_worthless(house: House):
    async with house.owner() as owner:
        invited = await owner.post("/api/v1/members", json={"email": ANNA})
        [first] = await house.letters()
        await owner.post(f"/api/v1/members/{invited.json()['member']['id']}/invitation")
        [second] = await house.letters()

    async with house.anybody() as client:
        for letter, status in ((first, 422), (second, 200)):
            answer = await client.post(
                "/api/v1/registration/invitation/look", json={"token": letter["token"]}
            )
            assert answer.status_code == status


async def test_a_new_role_counts_at_once(house: House):
    user_id = await house.add(ANNA)

    async with house.owner() as owner, house.signed_in(ANNA) as anna:
        before = await anna.get("/api/v1/members")
        await owner.patch(f"/api/v1/members/{user_id}", json={"role": "admin"})
        after = await anna.get("/api/v1/members")

    assert (before.status_code, after.status_code) == (403, 200)


async def test_whoever_is_suspended_is_out_at_once_and_can_come_back(house: House):
    user_id = await house.add(ANNA)

    async with house.owner() as owner, house.signed_in(ANNA) as anna:
        key = (await anna.post("/api/v1/keys", json={"name": "ci"})).json()["key"]
        bearer = {"Authorization": f"Bearer {key}"}
        suspended = await owner.patch(f"/api/v1/members/{user_id}", json={"status": "suspended"})
        async with house.anybody() as client:
            out = [await anna.get("/api/v1/me"), await enter(client, ANNA)]
            await asyncio.sleep(0.6)  # as long as a key is known
            out.append(await client.get("/api/v1/me", headers=bearer))
            back = await owner.patch(f"/api/v1/members/{user_id}", json={"status": "active"})
            entered = await enter(client, ANNA)

    assert suspended.json()["status"] == "suspended"
    assert [answer.status_code for answer in out] == [401, 401, 401]
    assert (back.json()["status"], entered.status_code) == ("active", 200)


async def test_whoever_is_removed_leaves_nothing_to_come_in_with(house: House):
    user_id = await house.add(ANNA)

    async with house.owner() as owner, house.signed_in(ANNA) as anna:
        removed = await owner.delete(f"/api/v1/members/{user_id}")
        after = await anna.get("/api/v1/me")
        gone = await owner.get(f"/api/v1/members/{user_id}")
    async with house.anybody() as client:
        entered = await enter(client, ANNA)

    assert [a.status_code for a in (removed, after, gone, entered)] == [204, 401, 404, 401]
    assert await house.add(ANNA) != user_id


async def test_the_last_owner_stays(house: House):
    async with house.owner() as owner:
        me = (await owner.get("/api/v1/me")).json()["user"]["id"]
        refused = [
            await owner.delete(f"/api/v1/members/{me}"),
            await owner.patch(f"/api/v1/members/{me}", json={"status": "suspended"}),
            await owner.patch(f"/api/v1/members/{me}", json={"role": "user"}),
        ]
        second = await house.add(ANNA, "owner")
        followed = await owner.patch(f"/api/v1/members/{me}", json={"role": "admin"})
        async with house.signed_in(ANNA) as anna:
            last_now = await anna.patch(f"/api/v1/members/{second}", json={"role": "user"})

    assert [answer.status_code for answer in refused] == [409, 409, 409]
    assert {answer.json()["code"] for answer in refused} == {"last_owner"}
    assert (followed.status_code, last_now.status_code) == (200, 409)


async def test_two_owners_cannot_leave_at_once(house: House):
    second = await house.add(ANNA, "owner")
    async with house.owner() as owner, house.signed_in(ANNA) as anna:
        first = (await owner.get("/api/v1/me")).json()["user"]["id"]

        answers = await asyncio.gather(
            owner.delete(f"/api/v1/members/{second}"), anna.delete(f"/api/v1/members/{first}")
        )

    assert sorted(answer.status_code for answer in answers)[0] == 204
    assert sorted(answer.status_code for answer in answers)[1] in {401, 403, 404, 409}


async def test_nobody_gives_or_touches_more_than_they_have(house: House):
    await house.add(ANNA, "admin")
    ben = await house.add(BEN)

    async with house.owner() as owner, house.signed_in(ANNA) as anna:
        first = (await owner.get("/api/v1/me")).json()["user"]["id"]
        refused = [
            await anna.post("/api/v1/members", json={"email": "x@y.example", "role": "owner"}),
            await anna.patch(f"/api/v1/members/{ben}", json={"role": "owner"}),
            await anna.patch(f"/api/v1/members/{first}", json={"role": "user"}),
            await anna.patch(f"/api/v1/members/{first}", json={"status": "suspended"}),
            await anna.delete(f"/api/v1/members/{first}/mfa"),
            await anna.delete(f"/api/v1/members/{first}"),
        ]
        allowed = await anna.patch(f"/api/v1/members/{ben}", json={"role": "builder"})

    assert {answer.status_code for answer in refused} == {403}
    assert {answer.json()["code"] for answer in refused} == {"outranked"}
    assert allowed.status_code == 200


async def test_whoever_may_not_change_members_does_not(house: House):
    ben = await house.add(BEN)
    await house.add(ANNA, "builder")

    async with house.signed_in(ANNA) as anna:
        answers = [
            await anna.post("/api/v1/members", json={"email": "x@y.example"}),
            await anna.patch(f"/api/v1/members/{ben}", json={"role": "user"}),
            await anna.post(f"/api/v1/members/{ben}/invitation"),
            await anna.delete(f"/api/v1/members/{ben}"),
            await anna.delete(f"/api/v1/members/{ben}/mfa"),
        ]

    assert {answer.json()["code"] for answer in answers} == {"permission_missing"}


async def test_members_of_another_org_are_not_there(house: House):
    async with house.database.begin(HOME) as work:
        await work.connection.execute(
            insert(orgs).values(id=OrgId("org_default"), name="Home", created_at=1.0)
        )
    other = "org_other"
    from dataclasses import replace

    async with house.database.begin(replace(HOME, org=OrgId(other))) as work:
        await work.connection.execute(insert(orgs).values(id=other, name="Other", created_at=1.0))
        await work.connection.execute(
            insert(users).values(id="usr_other", org_id=other, name="O", created_at=1.0, email=ANNA)
        )

    async with house.owner() as owner:
        assert "usr_other" not in (await ids(owner)).values()
        for answer in (
            await owner.get("/api/v1/members/usr_other"),
            await owner.patch("/api/v1/members/usr_other", json={"status": "suspended"}),
            await owner.delete("/api/v1/members/usr_other"),
            await owner.get("/api/v1/members/usr_other/avatar"),
        ):
            assert answer.status_code == 404
        same_address = await owner.post("/api/v1/members", json={"email": ANNA})
        twice = await owner.post("/api/v1/members", json={"email": ANNA.upper()})

    assert (same_address.status_code, twice.status_code) == (201, 409)


async def test_an_org_has_no_more_members_than_it_may(house: House):
    await house.set_org(limits='{"members": 2}')

    async with house.owner() as owner:
        second = await owner.post("/api/v1/members", json={"email": ANNA})
        third = await owner.post("/api/v1/members", json={"email": BEN})

    assert second.status_code == 201
    assert (third.status_code, third.json()["code"]) == (429, "members_reached")


async def test_members_come_in_pages(house: House):
    async with house.owner() as owner:
        for number in range(5):
            await owner.post("/api/v1/members", json={"email": f"m{number}@acme.example"})
        seen: list[str] = []
        cursor = ""
        while cursor is not None:
            page = (await owner.get(f"/api/v1/members?limit=2&cursor={cursor}")).json()
            seen += [member["id"] for member in page["items"]]
            cursor = page["next"]

    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "not an address"}, "email"),
        ({"email": "a@b.example\r\nBcc: x@evil.example"}, "email"),
        ({"email": "x@y.example", "name": "a\nb"}, "name"),
        ({"email": "x@y.example", "role": ""}, "role"),
    ],
)
async def test_a_bad_invitation_is_named(house: House, body: dict[str, str], field: str):
    async with house.owner() as owner:
        answer = await owner.post("/api/v1/members", json=body)
        unknown = await owner.post("/api/v1/members", json={"email": ANNA, "role": "emperor"})

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert unknown.status_code in {404, 422}
