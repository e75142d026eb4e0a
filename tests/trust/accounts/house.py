"""A house with people in it: the real doors and rooms over a real database, without a socket."""

import email
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI
from sqlalchemy import update

from cadre.app.access import build_access
from cadre.app.accounts import build_accounts
from cadre.app.ground import Services
from cadre.edge.http import BodyLimits, ModelsState, SandboxState, Surroundings, make_api, router
from cadre.infra.blobs import Blobs
from cadre.infra.database import Database, Work
from cadre.infra.mail import FileMail, Postman
from cadre.kernel.scope import DEFAULT_ORG, DEFAULT_PROJECT, Principal, Scope
from cadre.trust.accounts import AccountEvent, Accounts, Attempts
from cadre.trust.accounts.routes import router as people
from cadre.trust.accounts.tables import orgs
from cadre.trust.keys.routes import router as keys
from cadre.trust.secrets import Secrets
from cadre.trust.usage import Usage

HOME = Scope(DEFAULT_ORG, DEFAULT_PROJECT, "production", Principal("system", "test", "a test"))
PASSWORD = "ocelot-lantern-grape"
_TOKEN = re.compile(r"#token=([\w-]+)")


class Events:
    """Keeps what is written, for a look at it."""

    def __init__(self) -> None:
        self.written: list[AccountEvent] = []

    async def write(self, event: AccountEvent) -> None:
        self.written.append(event)


@dataclass
class House:
    app: FastAPI
    database: Database
    services: Services
    postman: Postman
    mailbox: Path
    events: Events
    read: set[str] = field(default_factory=set[str])

    @asynccontextmanager
    async def anybody(
        self, base: str = "http://cadre.example", address: str = "198.51.100.7"
    ) -> AsyncGenerator[httpx2.AsyncClient]:
        transport = httpx2.ASGITransport(app=self.app, client=(address, 1234))
        async with httpx2.AsyncClient(transport=transport, base_url=base) as client:
            yield client

    @asynccontextmanager
    async def owner(self, base: str = "http://cadre.example") -> AsyncGenerator[httpx2.AsyncClient]:
        """The owner, signed in by a link."""
        accounts: Accounts = self.services[Accounts]
        async with self.database.begin(HOME) as work:
            owner = await accounts.ensure_owner(work)
            token = await accounts.new_sign_in_link(work, owner.id)
        async with self.anybody(base) as client:
            answer = await client.post("/api/v1/session", json={"token": token})
            assert answer.status_code == 200, answer.text
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
            yield client

    async def add(self, address: str, role: str = "user", password: str = PASSWORD) -> str:
        """A member who was invited and has accepted; returns their id."""
        async with self.owner() as owner:
            invited = await owner.post("/api/v1/members", json={"email": address, "role": role})
            assert invited.status_code == 201, invited.text
        token = _TOKEN.search(invited.json()["link"])
        assert token is not None
        async with self.anybody() as client:
            body = {"token": token[1], "name": address.partition("@")[0], "password": password}
            accepted = await client.post("/api/v1/registration/invitation", json=body)
            assert accepted.status_code == 204, accepted.text
        return invited.json()["member"]["id"]

    @asynccontextmanager
    async def signed_in(
        self, address: str, password: str = PASSWORD, base: str = "http://cadre.example"
    ) -> AsyncGenerator[httpx2.AsyncClient]:
        async with self.anybody(base) as client:
            answer = await enter(client, address, password)
            assert answer.json()["status"] == "signed_in", answer.text
            client.headers["X-CSRF-Token"] = answer.json()["me"]["csrf"]
            yield client

    async def set_org(self, **values: object) -> None:
        accounts: Accounts = self.services[Accounts]
        async with self.database.begin(HOME) as work:
            await accounts.ensure_owner(work)
            await work.connection.execute(
                update(orgs).where(orgs.c.id == DEFAULT_ORG).values(**values)
            )

    async def letters(self) -> list[dict[str, str]]:
        """The letters that came since this was asked last."""
        await self.postman.settled()
        found: list[dict[str, str]] = []
        for path in sorted(self.mailbox.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns):
            if path.name not in self.read:
                self.read.add(path.name)
                message = email.message_from_bytes(path.read_bytes())
                parts = {p.get_content_type(): p for p in message.walk()}
                text = parts["text/plain"].get_payload(decode=True)
                assert isinstance(text, bytes)
                said = text.decode().replace("=\n", "")
                token = _TOKEN.search(said)
                found.append(
                    {
                        "to": str(message["To"]),
                        "subject": str(message["Subject"]),
                        "text": said,
                        "token": token[1] if token else "",
                    }
                )
        return found


async def enter(
    client: httpx2.AsyncClient, address: str, password: str = PASSWORD, **more: Any
) -> httpx2.Response:
    body = {"email": address, "password": password, **more}
    return await client.post("/api/v1/session/password", json=body)


async def _sandbox() -> SandboxState:
    return SandboxState(available=False, kind=None, reason="not here")


async def _models(_work: Work) -> ModelsState:
    return ModelsState(configured=False, default="offline")


def build(database: Database, folder: Path) -> House:
    """The house over `database`, with its files in `folder`."""
    app = make_api(
        gateway=lambda inner, _: inner,
        version="1.2.3",
        routers=[router, people, keys],
        hosts=["cadre.example"],
        limits=BodyLimits(),
        console=folder,
        lifespan=_lifespan,
    )
    accounts, events = Accounts(), Events()
    access = build_access(database, accounts, Usage())
    ground: Services = {
        Database: database,
        Secrets: Secrets(bytes(32)),
        Blobs: Blobs(folder / "blobs"),
    }
    postman = Postman(FileMail(folder / "mail", "cadre@cadre.example"))
    made = build_accounts(
        ground,
        accounts,
        access,
        postman=postman,
        surroundings=Surroundings("1.2.3", _sandbox, _models),
        events=events,
        attempts=Attempts(account_limit=5, address_limit=200),
    )
    services = ground | access | made
    app.state.services = services
    return House(app, database, services, postman, folder / "mail", events)


@asynccontextmanager
async def _lifespan(_app: FastAPI) -> AsyncGenerator[None]:
    yield
