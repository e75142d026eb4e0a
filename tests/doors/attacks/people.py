"""One person for each role that ships, with a page, a program and a key; and the one whom they try to raise."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from cadre.trust.access import ROLES
from tests.doors.server import Server

PASSWORD = "ocelot-lantern-grape"
OTHER_PASSWORD = "zinc-harbour-violin"


@dataclass
class Person:
    """`cookie` and `csrf` are those of a page."""

    server: Server
    role: str
    email: str
    id: str = ""
    cookie: str = ""
    refresh: str = ""
    csrf: str = ""

    @asynccontextmanager
    async def page(self) -> AsyncGenerator[httpx2.AsyncClient]:
        """Their page, signed in."""
        async with self.server.anybody() as client:
            client.headers |= {"Cookie": f"cadre_session={self.cookie}", "X-CSRF-Token": self.csrf}
            yield client

    async def enter(self, password: str = PASSWORD) -> None:
        """Sign in on a page."""
        async with self.server.anybody() as client:
            body = {"email": self.email, "password": password}
            answer = await client.post("/api/v1/session/password", json=body)
            assert answer.status_code == 200, answer.text
            said = answer.json()
            assert said["status"] == "signed_in", said
            self.cookie = client.cookies["cadre_session"]
            self.refresh = client.cookies["cadre_refresh"]
            self.id, self.csrf = said["me"]["user"]["id"], said["me"]["csrf"]

    async def tokens(self) -> dict[str, Any]:
        """Sign in as a program."""
        async with self.server.anybody() as client:
            body = {"email": self.email, "password": PASSWORD, "program": True}
            answer = await client.post("/api/v1/session/password", json=body)
            assert answer.status_code == 200, answer.text
            return answer.json()["tokens"]


async def join(server: Server, owner: httpx2.AsyncClient, role: str, email: str = "") -> Person:
    """Somebody who was invited as `role`, has accepted and is signed in."""
    person = Person(server, role, email or f"{role}@acme.example")
    invited = await owner.post("/api/v1/members", json={"email": person.email, "role": role})
    assert invited.status_code == 201, invited.text
    token = invited.json()["link"].partition("#token=")[2]
    async with server.anybody() as client:
        body = {"token": token, "name": role.title(), "password": PASSWORD}
        accepted = await client.post("/api/v1/registration/invitation", json=body)
        assert accepted.status_code == 204, accepted.text
    await person.enter()
    return person


async def everybody(server: Server, owner: httpx2.AsyncClient) -> dict[str, Person]:
    """Somebody of every role but the owner's."""
    return {role: await join(server, owner, role) for role in ROLES if role != "owner"}


async def without_haste(owner: httpx2.AsyncClient) -> None:
    """Let this address sign in as often as a suite does."""
    for kind, endpoints in (("address", "sign_in"), ("address", "writes"), ("user", "writes")):
        rule = {"requests": 100_000, "seconds": 60}
        answer = await owner.put(f"/api/v1/limits/{kind}/{endpoints}", json=rule)
        assert answer.status_code == 200, answer.text
