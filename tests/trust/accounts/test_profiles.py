"""Profiles: what people say of themselves, their pictures and their passwords."""

import httpx2
import pytest

from tests.trust.accounts.house import PASSWORD, House, enter

ANNA = "anna@acme.example"
OTHER = "zinc-harbour-violin"
PICTURES = {
    "image/png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "image/jpeg": b"\xff\xd8\xff\xe0" + bytes(100),
    "image/webp": b"RIFF\x10\0\0\0WEBPVP8 " + bytes(100),
}


async def put(client: httpx2.AsyncClient, content: bytes, name: str = "me.png"):
    return await client.put("/api/v1/account/avatar", files={"file": (name, content)})


async def test_a_profile_keeps_what_is_not_sent(house: House):
    await house.add(ANNA)

    async with house.signed_in(ANNA) as client:
        await client.patch("/api/v1/account", json={"name": "Anna", "locale": "de-DE"})
        zone = {"preferences": {"time_zone": "Europe/Berlin"}}
        await client.patch("/api/v1/account", json=zone)
        changed = await client.patch("/api/v1/account", json={"preferences": {"theme": "dark"}})
        me = (await client.get("/api/v1/me")).json()

    wanted = {"theme": "dark", "language": "", "time_zone": "Europe/Berlin"}
    assert changed.json()["preferences"] == me["preferences"] == wanted
    assert (changed.json()["name"], changed.json()["locale"]) == ("Anna", "de-DE")
    assert me["user"]["name"] == "Anna"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"preferences": {"theme": "pink"}}, "preferences.theme"),
        ({"preferences": {"time_zone": "Mars/Olympus"}}, "preferences.time_zone"),
        ({"preferences": {"junk": "x" * 10}}, "preferences.junk"),
        ({"locale": "<script>"}, "locale"),
        ({"name": ""}, "name"),
        ({"role": "owner"}, "role"),
        ({"email": "x@y.example"}, "email"),
    ],
)
async def test_a_bad_change_is_named(house: House, body: dict[str, object], field: str):
    await house.add(ANNA)

    async with house.signed_in(ANNA) as client:
        answer = await client.patch("/api/v1/account", json=body)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize("media_type", PICTURES)
async def test_a_picture_is_what_its_bytes_say(house: House, media_type: str):
    user_id = await house.add(ANNA)

    async with house.signed_in(ANNA) as client, house.owner() as owner:
        before = await client.get("/api/v1/account/avatar")
        kept = await put(client, PICTURES[media_type], "evil.html")
        shown = await owner.get(f"/api/v1/members/{user_id}/avatar")
        removed = await client.delete("/api/v1/account/avatar")
        after = await client.get("/api/v1/account/avatar")

    assert (before.status_code, kept.status_code, removed.status_code) == (404, 204, 204)
    assert (shown.headers["content-type"], shown.content) == (media_type, PICTURES[media_type])
    assert "sandbox" in shown.headers["content-security-policy"]
    assert after.status_code == 404


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"<svg onload='x'>", 422),
        (b"GIF89a" + bytes(50), 422),
        (b"", 422),
        (PICTURES["image/png"] + bytes(1_000_000), 429),
    ],
)
async def test_anything_else_is_no_picture(house: House, content: bytes, status: int):
    await house.add(ANNA)

    async with house.signed_in(ANNA) as client:
        answer = await put(client, content)

    assert (answer.status_code, answer.json()["field"]) == (status, "file")


async def test_a_new_password_needs_the_old_one_and_signs_other_devices_out(house: House):
    await house.add(ANNA)

    async with house.signed_in(ANNA) as here, house.signed_in(ANNA) as there:
        await house.letters()
        bodies = [
            {"password": OTHER},
            {"password": OTHER, "current": "wrong"},
            {"password": "password123", "current": PASSWORD},
            {"password": OTHER, "current": PASSWORD},
        ]
        answers = [await here.put("/api/v1/account/password", json=body) for body in bodies]
        stays, out = await here.get("/api/v1/me"), await there.get("/api/v1/me")
        entered = [await enter(there, ANNA, PASSWORD), await enter(there, ANNA, OTHER)]
        [letter] = await house.letters()

    assert [answer.status_code for answer in answers] == [422, 422, 422, 204]
    assert [answer.json()["field"] for answer in answers[:3]] == ["current", "current", "password"]
    assert (stays.status_code, out.status_code) == (200, 401)
    assert [answer.status_code for answer in entered] == [401, 200]
    assert letter["to"] == ANNA


async def test_a_key_is_nobody_whose_account_could_be_changed(house: House):
    await house.add(ANNA)

    async with house.signed_in(ANNA) as client:
        key = (await client.post("/api/v1/keys", json={"name": "ci"})).json()["key"]
    async with house.anybody() as program:
        program.headers["Authorization"] = f"Bearer {key}"
        me = await program.get("/api/v1/me")
        refused = [
            await program.get("/api/v1/account"),
            await program.put("/api/v1/account/password", json={"password": OTHER}),
            await program.post("/api/v1/account/mfa/totp"),
            await program.get("/api/v1/account/devices"),
            await program.post("/api/v1/session/proof", json={"password": PASSWORD}),
        ]

    assert (me.status_code, me.json()["session"]) == (200, None)
    assert {answer.status_code for answer in refused} == {403}
