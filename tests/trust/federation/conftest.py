"""A house whose org has a directory, on each kind of database."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from cadre.app.access import build_access
from cadre.app.accounts import build_accounts
from cadre.app.federation import build_federation
from cadre.app.ground import Services
from cadre.edge.http import BodyLimits, ModelsState, SandboxState, Surroundings, make_api, router
from cadre.infra.blobs import Blobs
from cadre.infra.database import Database, Work
from cadre.infra.http_client import HttpClient
from cadre.infra.mail import FileMail, Postman
from cadre.trust.access.routes import router as access_routes
from cadre.trust.accounts import Accounts
from cadre.trust.accounts.routes import router as people
from cadre.trust.federation import ProviderWays
from cadre.trust.federation.routes import router as federation_routes
from cadre.trust.keys.routes import router as keys
from cadre.trust.secrets import Secrets
from cadre.trust.usage import Usage
from tests.doors.server import free_port
from tests.trust.accounts.house import Events, House

SCIM = "/api/v1/scim/v2"


async def _sandbox() -> SandboxState:
    return SandboxState(available=False, kind=None, reason="not here")


async def _models(_work: Work) -> ModelsState:
    return ModelsState(configured=False, default="offline")


@asynccontextmanager
async def _lifespan(_app: object) -> AsyncGenerator[None]:
    yield


@pytest.fixture
def outside() -> str:
    """The host and port of whatever provider a test makes; the installation may reach it."""
    return f"127.0.0.1:{free_port()}"


@pytest.fixture
async def house(database: Database, tmp_path: Path, outside: str) -> AsyncIterator[House]:
    async with HttpClient(allow_private=[outside]) as http:
        app = make_api(
            gateway=lambda inner, _: inner,
            version="1.2.3",
            routers=[router, people, keys, access_routes, federation_routes],
            hosts=["cadre.example"],
            limits=BodyLimits(),
            console=tmp_path,
            lifespan=_lifespan,
        )
        accounts, events = Accounts(), Events()
        access = build_access(database, accounts, Usage())
        ground: Services = {
            Database: database,
            Secrets: Secrets(bytes(32)),
            Blobs: Blobs(tmp_path / "blobs"),
            HttpClient: http,
        }
        postman = Postman(FileMail(tmp_path / "mail", "cadre@cadre.example"))
        made = build_accounts(
            ground,
            accounts,
            access,
            postman=postman,
            surroundings=Surroundings("1.2.3", _sandbox, _models),
            events=events,
            ways=ProviderWays(),
        )
        services = ground | access | made
        services |= build_federation(services, [outside])
        app.state.services = services
        round_ = asyncio.create_task(postman.run())
        yield House(app, database, services, postman, tmp_path / "mail", events)
        round_.cancel()
        with suppress(asyncio.CancelledError):
            await round_


@asynccontextmanager
async def _with_key(
    house: House, grants: list[dict[str, str]] | None
) -> AsyncGenerator[httpx2.AsyncClient]:
    async with house.owner() as owner:
        made = await owner.post("/api/v1/keys", json={"name": "directory", "grants": grants})
        assert made.status_code == 201, made.text
    async with house.anybody(f"http://cadre.example{SCIM}") as client:
        client.headers["Authorization"] = f"Bearer {made.json()['key']}"
        client.headers["Content-Type"] = "application/scim+json"
        yield client


@pytest.fixture
async def directory(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A directory with a key that may do all that its owner may."""
    async with _with_key(house, None) as client:
        yield client


@pytest.fixture
async def modest(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A directory whose key may do nothing but change members."""
    async with _with_key(house, [{"permission": "members:write"}]) as client:
        yield client
