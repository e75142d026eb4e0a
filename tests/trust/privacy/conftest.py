"""A whole installation in this process, on each kind of database, and people in it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from cadre.app.local import OWNER_SCOPE
from cadre.app.main import create_app
from cadre.app.settings import Settings
from cadre.infra.database import Database
from cadre.trust.accounts import Accounts

PASSWORD = "ocelot-lantern-grape"


@dataclass
class Installation:
    """`owner` is signed in; `people` are closed with it."""

    app: FastAPI
    home: Path
    owner: httpx2.AsyncClient
    people: list[httpx2.AsyncClient] = field(default_factory=list[httpx2.AsyncClient])

    def service(self, kind: type[Any]) -> Any:
        return self.app.state.services[kind]

    @property
    def database(self) -> Database:
        return self.service(Database)

    async def member(self, name: str, role: str = "user") -> tuple[httpx2.AsyncClient, str]:
        """Somebody who accepted an invitation and signed in; and their id."""
        email = f"{name.casefold()}@acme.example"
        wanted = {"email": email, "name": name, "role": role}
        invited = await ok(self.owner.post("/members", json=wanted))
        token = invited["link"].rpartition("=")[2]
        client = client_of(self.app)
        self.people.append(client)
        accepted = {"token": token, "name": name, "password": PASSWORD}
        await ok(client.post("/registration/invitation", json=accepted))
        await ok(client.post("/session/password", json={"email": email, "password": PASSWORD}))
        client.headers["X-CSRF-Token"] = (await ok(client.get("/me")))["csrf"]
        return client, invited["member"]["id"]

    async def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        async with self.database.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query), values)]

    async def change(self, query: str, **values: Any) -> None:
        async with self.database.engine.begin() as connection:
            await connection.execute(text(query), values)


def client_of(app: FastAPI) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1/api/v1", timeout=60)


async def ok(asked: Any) -> Any:
    """What a request that must succeed was answered."""
    answer: httpx2.Response = await asked
    assert answer.status_code < 300, f"{answer.request.url.path}: {answer.text}"
    return answer.json() if answer.content else None


async def talk(client: httpx2.AsyncClient, text_: str, conversation: str | None = None) -> Any:
    """Say something, in a new conversation or one that is there; the run, once it is over."""
    if conversation is None:
        conversation = (await ok(client.post("/conversations", json={})))["id"]
    run = await ok(client.post(f"/conversations/{conversation}/messages", json={"text": text_}))
    return await over(client, run["id"])


async def over(client: httpx2.AsyncClient, run: str) -> Any:
    async with asyncio.timeout(60):
        while True:
            found = await ok(client.get(f"/runs/{run}"))
            if found["status"] in {"done", "failed", "cancelled"}:
                return found
            await asyncio.sleep(0.02)


async def finished(client: httpx2.AsyncClient, job: Any) -> Any:
    """The job, once it is done or has failed."""
    async with asyncio.timeout(60):
        while job["state"] in {"waiting", "running"}:
            await asyncio.sleep(0.02)
            job = await ok(client.get(f"/data/jobs/{job['id']}"))
    return job


@pytest.fixture
async def installation(database: Database, tmp_path: Path) -> AsyncIterator[Installation]:
    home = tmp_path / "home"
    app = create_app(Settings(home=home, database_url=database.url))
    async with app.router.lifespan_context(app):
        services = app.state.services
        async with services[Database].begin(OWNER_SCOPE) as work:
            accounts: Accounts = services[Accounts]
            owner = await accounts.ensure_owner(work)
            token = await accounts.new_sign_in_link(work, owner.id)
        client = client_of(app)
        signed = await ok(client.post("/session", json={"token": token}))
        client.headers["X-CSRF-Token"] = signed["csrf"]
        made = Installation(app, home, client)
        yield made
        for each in (client, *made.people):
            await each.aclose()
