"""Stolen, replayed and planted sessions: what somebody else can do with a token is nothing for long."""

from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie
from itertools import count
from pathlib import Path

import httpx2
import pytest

from tests.doors.attacks.people import OTHER_PASSWORD, PASSWORD, Person, join
from tests.doors.server import Server

_NUMBERS = count()
Ending = Callable[[Person, httpx2.AsyncClient, httpx2.AsyncClient], Awaitable[httpx2.Response]]


async def _sign_out(person: Person, page: httpx2.AsyncClient, _: httpx2.AsyncClient):
    return await page.delete("/api/v1/session")


async def _password(person: Person, _page: httpx2.AsyncClient, _: httpx2.AsyncClient):
    """Changed by the person on another device."""
    stolen = (person.cookie, person.csrf, person.refresh)
    await person.enter()
    async with person.page() as device:
        body = {"current": PASSWORD, "password": OTHER_PASSWORD}
        answer = await device.put("/api/v1/account/password", json=body)
    person.cookie, person.csrf, person.refresh = stolen
    return answer


async def _other_device(person: Person, _page: httpx2.AsyncClient, _: httpx2.AsyncClient):
    stolen = (person.cookie, person.csrf, person.refresh)
    await person.enter()
    async with person.page() as device:
        answer = await device.delete("/api/v1/account/devices")
    person.cookie, person.csrf, person.refresh = stolen
    return answer


async def _suspension(person: Person, _page: httpx2.AsyncClient, owner: httpx2.AsyncClient):
    return await owner.patch(f"/api/v1/members/{person.id}", json={"status": "suspended"})


async def _removal(person: Person, _page: httpx2.AsyncClient, owner: httpx2.AsyncClient):
    return await owner.delete(f"/api/v1/members/{person.id}")


async def _lost_factors(person: Person, _page: httpx2.AsyncClient, owner: httpx2.AsyncClient):
    return await owner.delete(f"/api/v1/members/{person.id}/mfa")


ENDINGS: dict[str, Ending] = {
    "signing out": _sign_out,
    "a new password": _password,
    "ending other devices": _other_device,
    "suspension": _suspension,
    "removal": _removal,
    "factors that were lost": _lost_factors,
}


async def somebody(server: Server, role: str = "builder") -> Person:
    async with server.signed_in() as owner:
        return await join(server, owner, role, f"person{next(_NUMBERS)}@acme.example")


async def refreshed(server: Server, token: str) -> httpx2.Response:
    async with server.anybody() as thief:
        return await thief.post("/api/v1/session/refresh", json={"refresh_token": token})


async def seen(server: Server, bearer: str) -> int:
    async with server.anybody() as thief:
        headers = {"Authorization": f"Bearer {bearer}"}
        return (await thief.get("/api/v1/me", headers=headers)).status_code


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_stolen_cookie_is_worth_nothing_after(attacked: Server, ending: str):
    person = await somebody(attacked)
    async with attacked.signed_in() as owner, person.page() as page, person.page() as thief:
        stolen = (await thief.get("/api/v1/me")).status_code
        ended = await ENDINGS[ending](person, page, owner)
        after = [
            (await thief.get("/api/v1/me")).status_code,
            (await thief.post("/api/v1/conversations", json={})).status_code,
        ]
    async with attacked.anybody() as elsewhere:
        elsewhere.cookies.set("cadre_refresh", person.refresh)
        renewed = await elsewhere.post("/api/v1/session/refresh")

    assert stolen == 200
    assert ended.status_code < 300, ended.text
    assert after == [401, 401]
    assert renewed.status_code == 401


@pytest.mark.parametrize("ending", ["a new password", "suspension", "removal"])
async def test_the_stolen_tokens_of_a_program_too(attacked: Server, ending: str):
    person = await somebody(attacked)
    tokens = await person.tokens()
    before = await seen(attacked, tokens["access_token"])
    async with attacked.signed_in() as owner, person.page() as page:
        ended = await ENDINGS[ending](person, page, owner)

    assert before == 200
    assert ended.status_code < 300, ended.text
    assert await seen(attacked, tokens["access_token"]) == 401
    assert (await refreshed(attacked, tokens["refresh_token"])).status_code == 401


async def test_a_stolen_cookie_does_no_more_than_the_role_of_now(attacked: Server):
    person = await somebody(attacked, "admin")
    async with attacked.signed_in() as owner, person.page() as thief:
        before = await thief.get("/api/v1/members")
        await owner.patch(f"/api/v1/members/{person.id}", json={"role": "guest"})
        after = await thief.get("/api/v1/members")

    assert (before.status_code, after.status_code) == (200, 403)


async def test_a_refresh_token_that_is_used_twice_ends_its_family(attacked: Server):
    person = await somebody(attacked)
    first = await person.tokens()
    second = (await refreshed(attacked, first["refresh_token"])).json()["tokens"]
    third = (await refreshed(attacked, second["refresh_token"])).json()["tokens"]
    before = await seen(attacked, third["access_token"])

    replayed = await refreshed(attacked, first["refresh_token"])

    async with attacked.signed_in() as owner:
        events = (await owner.get("/api/v1/audit?action=session.refresh_reused")).json()["items"]
    assert before == 200
    assert (replayed.status_code, replayed.json()["code"]) == (401, "session_ended")
    assert [await seen(attacked, each["access_token"]) for each in (second, third)] == [401, 401]
    assert (await refreshed(attacked, third["refresh_token"])).status_code == 401
    assert person.id in [event["actor_id"] for event in events]
    # Of this session alone: the person's page is another one.
    async with person.page() as page:
        assert (await page.get("/api/v1/me")).status_code == 200


async def test_an_access_token_is_no_refresh_token_nor_the_other_way_round(attacked: Server):
    tokens = await (await somebody(attacked)).tokens()

    assert (await refreshed(attacked, tokens["access_token"])).status_code == 401
    assert await seen(attacked, tokens["refresh_token"]) == 401


@pytest.mark.parametrize("planted", ["made up", "the attacker's own"])
async def test_a_session_that_was_planted_before_the_sign_in_is_not_the_victims(
    attacked: Server, planted: str
):
    victim, attacker = await somebody(attacked), await somebody(attacked)
    value = "f" * 64 if planted == "made up" else attacker.cookie
    async with attacked.anybody() as browser:
        browser.cookies.set("cadre_session", value)
        browser.cookies.set("cadre_refresh", attacker.refresh)
        body = {"email": victim.email, "password": PASSWORD}
        answer = await browser.post("/api/v1/session/password", json=body)
        given = _cookies(answer)
    async with attacked.anybody() as thief:
        thief.headers["Cookie"] = f"cadre_session={value}"
        found = await thief.get("/api/v1/me")

    assert answer.status_code == 200
    assert given["cadre_session"].value not in {value, victim.cookie}
    assert given["cadre_refresh"].value != attacker.refresh
    whose = None if found.status_code == 401 else found.json()["user"]["id"]
    assert whose == (None if planted == "made up" else attacker.id)


async def test_no_cookie_is_within_reach_of_scripts_or_other_sites(tmp_path: Path):
    server = Server(tmp_path / "home", {"CADRE_TRUSTED_PROXIES": "127.0.0.1"})
    await server.start()
    try:
        async with server.signed_in() as owner:
            person = await join(server, owner, "user")
        body = {"email": person.email, "password": PASSWORD}
        async with server.anybody() as browser:
            plain = _cookies(await browser.post("/api/v1/session/password", json=body))
        async with server.anybody() as browser:
            browser.headers["X-Forwarded-Proto"] = "https"
            answer = await browser.post("/api/v1/session/password", json=body)
            encrypted = _cookies(answer)
    finally:
        await server.stop()

    assert set(plain) == {"cadre_session", "cadre_refresh", "cadre_mfa"}
    assert set(encrypted) == {
        "__Host-cadre_session",
        "__Secure-cadre_refresh",
        "__Secure-cadre_mfa",
    }
    for cookie in (*plain.values(), *encrypted.values()):
        assert cookie["httponly"]
        assert cookie["samesite"].lower() == "lax"
        assert not cookie["domain"]
        assert bool(cookie["secure"]) == cookie.key.startswith("__")
    assert encrypted["__Host-cadre_session"]["path"] == "/"
    assert plain["cadre_refresh"]["path"] == "/api/v1/session/refresh"
    assert "max-age=31536000" in answer.headers["strict-transport-security"]


def _cookies(answer: httpx2.Response) -> SimpleCookie:
    cookies = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        cookies.load(line)
    return cookies
