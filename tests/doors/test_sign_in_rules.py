"""What an organisation says of signing in, and what its log says of whoever did: the real app, without a socket."""

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pyotp.totp import TOTP

from cadre.app.main import create_app
from cadre.app.settings import Settings
from cadre.infra.database import Database
from cadre.trust.accounts import Accounts
from tests.trust.accounts.authenticator import Authenticator
from tests.trust.accounts.house import HOME, PASSWORD, enter
from tests.trust.accounts.test_passkeys import register, sign_in

ANNA = "anna@acme.example"
PAGE = "http://localhost"


@dataclass
class House:
    app: FastAPI

    @asynccontextmanager
    async def anybody(self) -> AsyncGenerator[httpx2.AsyncClient]:
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url=PAGE, timeout=60) as client:
            yield client

    @asynccontextmanager
    async def owner(self) -> AsyncGenerator[httpx2.AsyncClient]:
        """Signed in by a link that a command on the server prints."""
        accounts: Accounts = self.app.state.services[Accounts]
        async with self.app.state.services[Database].begin(HOME) as work:
            owner = await accounts.ensure_owner(work)
            token = await accounts.new_sign_in_link(work, owner.id)
        async with self.anybody() as client:
            answer = await client.post("/api/v1/session", json={"token": token})
            assert answer.status_code == 200, answer.text
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
            yield client

    async def add(self, email: str, role: str = "user") -> str:
        async with self.owner() as owner:
            made = await owner.post("/api/v1/members", json={"email": email, "role": role})
        token = made.json()["link"].partition("#token=")[2]
        async with self.anybody() as client:
            body = {"token": token, "name": email.partition("@")[0], "password": PASSWORD}
            accepted = await client.post("/api/v1/registration/invitation", json=body)
            assert accepted.status_code == 204, accepted.text
        return made.json()["member"]["id"]

    @asynccontextmanager
    async def signed_in(self, email: str) -> AsyncGenerator[httpx2.AsyncClient]:
        async with self.anybody() as client:
            answer = (await enter(client, email)).json()
            client.headers["X-CSRF-Token"] = answer["me"]["csrf"]
            yield client


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    app = create_app(Settings(home=tmp_path / "home"))
    async with app.router.lifespan_context(app):
        yield House(app)


async def test_a_new_name_of_the_organisation_is_shown_at_once_by_cookie_and_by_key(house: House):
    async with house.owner() as owner, house.anybody() as program:
        made = await owner.post("/api/v1/keys", json={"name": "ci"})
        program.headers["Authorization"] = f"Bearer {made.json()['key']}"
        before = [(await each.get("/api/v1/me")).json()["org"]["name"] for each in (owner, program)]
        await owner.patch("/api/v1/org", json={"name": "Anvil"})
        after = [(await each.get("/api/v1/me")).json()["org"]["name"] for each in (owner, program)]

    assert before == ["My organisation"] * 2
    assert after == ["Anvil"] * 2


async def session_events(client: httpx2.AsyncClient) -> list[tuple[str, str]]:
    """Action and method, the oldest first, of what happened to sessions."""
    found = (await client.get("/api/v1/audit?action=session.&limit=100")).json()["items"]
    return [(each["action"], each["details"].get("method", "")) for each in reversed(found)]


async def test_a_sign_in_is_one_event_of_the_log_however_many_requests_it_took(house: House):
    await house.add(ANNA)
    device = Authenticator(origin=PAGE)
    async with house.owner() as owner:
        begun = len(await session_events(owner))
        async with house.signed_in(ANNA) as anna:
            assert (await register(anna, device)).status_code == 201
            secret = (await anna.post("/api/v1/account/mfa/totp")).json()["secret"]
            code = {"code": TOTP(secret).now()}
            assert (await anna.put("/api/v1/account/mfa/totp", json=code)).status_code < 300
        async with house.anybody() as client:
            assert (await sign_in(client, device)).status_code == 200
        async with house.anybody() as client:
            half = await enter(client, ANNA)
            later = {"code": TOTP(secret).at(int(time.time()) + 30)}
            whole = await client.post("/api/v1/session/mfa", json=later)
        refused = await owner.post("/api/v1/session/mfa/passkey", json={})
        written = (await session_events(owner))[begun:]

    assert (half.json()["status"], whole.json()["status"]) == ("mfa_needed", "signed_in")
    assert refused.status_code == 401
    assert written == [
        ("session.sign_in_with_password", "password"),
        ("session.sign_in_with_passkey", "passkey"),
        ("session.sign_in_with_password", ""),  # half of one, and it says so
        ("session.show_second_factor", "password+totp"),
        ("session.begin_second_passkey", ""),  # refused
    ]


async def test_an_organisation_without_passwords_lets_nobody_in_by_one(house: House):
    await house.add(ANNA)
    device = Authenticator(origin=PAGE)
    async with house.signed_in(ANNA) as anna:
        assert (await register(anna, device)).status_code == 201

    async def options(client: httpx2.AsyncClient) -> Any:
        return (await client.get("/api/v1/session/options")).json()["password"]

    async with house.owner() as owner, house.anybody() as client:
        before = await options(client)
        changed = await owner.patch("/api/v1/org", json={"password_sign_in": False})
        after = await options(client)
        right, wrong = await enter(client, ANNA), await enter(client, ANNA, "guessed-at-random")
        reset = await client.post("/api/v1/password-reset", json={"email": ANNA})
        await owner.patch("/api/v1/org", json={"registration": "open"})
        new = {"email": "new@acme.example", "name": "New", "password": PASSWORD}
        registered = await client.post("/api/v1/registration", json=new)
        by_passkey = await sign_in(client, device)
    # The way in that stays if nothing else does: a link of a command on the server.
    async with house.owner() as owner:
        await owner.patch("/api/v1/org", json={"password_sign_in": True})
    async with house.anybody() as client:
        again = await enter(client, ANNA)

    assert again.json()["status"] == "mfa_needed"
    assert (before, changed.json()["password_sign_in"], after) == (True, False, False)
    refused = [each.json().get("code") for each in (right, wrong, reset, registered)]
    assert refused == ["passwords_off"] * 4
    assert by_passkey.json()["status"] == "signed_in"


async def test_only_who_says_how_people_sign_in_takes_passwords_away(house: House):
    await house.add(ANNA, "admin")
    async with house.signed_in(ANNA) as admin:
        named = await admin.patch("/api/v1/org", json={"name": "Anvil"})
        refused = await admin.patch("/api/v1/org", json={"password_sign_in": False})

    assert named.status_code == 200
    assert (refused.status_code, refused.json()["field"]) == (403, "password_sign_in")
