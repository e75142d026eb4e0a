"""The HTTP door lets in whoever has signed in, and nobody else."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, Request

from cadre.app.access import build_access
from cadre.app.accounts import build_accounts
from cadre.app.ground import Services
from cadre.edge.http import BodyLimits, ModelsState, SandboxState, Surroundings, make_api, router
from cadre.infra.blobs import Blobs
from cadre.infra.database import Database, Work
from cadre.infra.mail import FileMail, Postman
from cadre.infra.web import CurrentScope, Provide, requires_nothing
from cadre.kernel.scope import DEFAULT_ORG, Scope
from cadre.trust.accounts import Accounts, Attempts
from cadre.trust.keys.routes import router as keys
from cadre.trust.secrets import Secrets
from cadre.trust.usage import Usage

rooms = APIRouter(dependencies=[requires_nothing()])


@rooms.get("/echo")
async def who(scope: CurrentScope, accounts: Annotated[Accounts, Provide(Accounts)]) -> str:
    return scope.principal.kind


@rooms.post("/echo")
async def size(request: Request, scope: CurrentScope) -> int:
    return len(await request.body())


@rooms.post("/echo/files")
async def file_size(request: Request, scope: CurrentScope) -> int:
    return len(await request.body())


@rooms.get("/broken")
async def broken() -> None:
    raise RuntimeError("the password is hunter2")


@dataclass
class Door:
    client: httpx2.AsyncClient
    app: FastAPI
    database: Database
    accounts: Accounts
    scope: Scope

    async def link(self) -> str:
        async with self.database.begin(self.scope) as work:
            owner = await self.accounts.ensure_owner(work)
            return await self.accounts.new_sign_in_link(work, owner.id)

    async def sign_in(self) -> dict[str, Any]:
        answer = await self.client.post("/api/v1/session", json={"token": await self.link()})
        assert answer.status_code == 200
        return answer.json()


async def _sandbox() -> SandboxState:
    return SandboxState(available=False, kind=None, reason="bubblewrap is missing")


async def _models(_work: Work) -> ModelsState:
    return ModelsState(configured=False, default="offline")


@asynccontextmanager
async def _lifespan(_app: FastAPI) -> AsyncGenerator[None]:
    yield


@pytest.fixture
async def door(sqlite_database: Database, scope: Scope, tmp_path: Path) -> AsyncIterator[Door]:
    console = tmp_path / "dist"
    (console / "assets").mkdir(parents=True)
    (console / "index.html").write_text('<html><meta nonce="__CSP_NONCE__"></html>')
    (console / "assets" / "app-1a2b.js").write_text("let x = 1;" * 400)
    (console / ".env").write_text("secret")
    (tmp_path / "outside.txt").write_text("secret")
    app = make_api(
        gateway=lambda inner, _: inner,
        version="1.2.3",
        routers=[router, keys, rooms],
        hosts=["cadre.example"],
        limits=BodyLimits(body_bytes=1000, upload_bytes=5000),
        console=console,
        lifespan=_lifespan,
    )
    accounts = Accounts()
    access = build_access(sqlite_database, accounts, Usage())
    ground: Services = {
        Database: sqlite_database,
        Secrets: Secrets(bytes(32)),
        Blobs: Blobs(tmp_path / "blobs"),
    }
    app.state.services = {
        Database: sqlite_database,
        **access,
        **build_accounts(
            ground,
            accounts,
            access,
            postman=Postman(FileMail(tmp_path / "mail", "cadre@localhost")),
            surroundings=Surroundings("1.2.3", _sandbox, _models),
            attempts=Attempts(address_limit=3),
        ),
    }
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield Door(client, app, sqlite_database, accounts, replace(scope, org=DEFAULT_ORG))


async def test_health_is_open_and_nothing_else_is(door: Door):
    assert (await door.client.get("/api/v1/health")).json() == {"status": "ok"}

    for path in ("/api/v1/me", "/api/v1/keys", "/api/v1/nowhere", "/openapi.json", "/api"):
        answer = await door.client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), path


async def test_a_link_signs_in_once(door: Door):
    token = await door.link()

    first = await door.client.post("/api/v1/session", json={"token": token})
    door.client.cookies.clear()
    second = await door.client.post("/api/v1/session", json={"token": token})

    cookie = first.headers["set-cookie"]
    assert first.json()["models"] == {"configured": False, "default": "offline"}
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert (second.status_code, second.json()["code"]) == (401, "sign_in_link_used")


async def test_guessing_links_is_stopped(door: Door):
    answers = [await door.client.post("/api/v1/session", json={"token": "x"}) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_the_cookie_alone_can_read_but_not_change(door: Door):
    me = await door.sign_in()

    read = await door.client.get("/api/v1/echo")
    bare = await door.client.post("/api/v1/keys", json={"name": "ci"})
    wrong = await door.client.post(
        "/api/v1/keys", json={"name": "ci"}, headers=[(b"X-CSRF-Token", b"\xc3\xa9")]
    )
    right = await door.client.post(
        "/api/v1/keys", json={"name": "ci"}, headers={"X-CSRF-Token": me["csrf"]}
    )

    assert read.json() == "user"
    assert [bare.status_code, wrong.status_code, right.status_code] == [403, 403, 201]
    assert bare.json()["code"] == "csrf"


async def test_signing_out_ends_the_session_even_for_a_copy_of_the_cookie(door: Door):
    me = await door.sign_in()
    copy = door.client.cookies["cadre_session"]

    out = await door.client.delete("/api/v1/session", headers={"X-CSRF-Token": me["csrf"]})
    door.client.cookies.clear()
    again = await door.client.get("/api/v1/me", headers={"Cookie": f"cadre_session={copy}"})

    assert (out.status_code, again.status_code) == (204, 401)


async def test_a_key_needs_no_csrf_and_ends_when_revoked(door: Door):
    me = await door.sign_in()
    made = await door.client.post(
        "/api/v1/keys", json={"name": "ci"}, headers={"X-CSRF-Token": me["csrf"]}
    )
    door.client.cookies.clear()
    bearer = {"Authorization": f"Bearer {made.json()['key']}"}

    who = await door.client.get("/api/v1/echo", headers=bearer)
    listed = await door.client.get("/api/v1/keys", headers=bearer)
    revoked = await door.client.delete(f"/api/v1/keys/{made.json()['id']}", headers=bearer)
    after = await door.client.get("/api/v1/echo", headers=bearer)

    assert who.json() == "key"
    assert "key" not in listed.json()["items"][0]
    assert listed.json()["items"][0]["last_used_at"] is not None
    assert (revoked.status_code, after.status_code) == (204, 401)


async def test_a_wrong_key_beside_a_good_cookie_is_nobody(door: Door):
    await door.sign_in()

    answer = await door.client.get("/api/v1/echo", headers={"Authorization": "Bearer ck_a_b"})

    assert answer.status_code == 401


@pytest.mark.parametrize("name", [" ", "x" * 101, None, 7])
async def test_a_bad_key_name_is_named(door: Door, name: object):
    me = await door.sign_in()

    answer = await door.client.post(
        "/api/v1/keys", json={"name": name}, headers={"X-CSRF-Token": me["csrf"]}
    )

    assert (answer.status_code, answer.json()["field"]) == (422, "name")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8700", 200),
        ("127.0.0.1", 200),
        ("[::1]:1", 200),
        ("Cadre.Example:443", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("", 421),
        ("[", 421),
    ],
)
async def test_only_our_names_are_served(door: Door, host: str, status: int):
    answer = await door.client.get("/api/v1/health", headers={"Host": host})
    page = await door.client.get("/", headers={"Host": host})

    assert (answer.status_code, page.status_code) == (status, status)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9", "["])
async def test_a_page_of_another_origin_cannot_act(door: Door, origin: str):
    answer = await door.client.post(
        "/api/v1/session", json={"token": await door.link()}, headers={"Origin": origin}
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")


async def test_our_own_page_can_act(door: Door):
    answer = await door.client.post(
        "/api/v1/session",
        json={"token": await door.link()},
        headers={"Origin": "http://127.0.0.1"},
    )

    assert answer.status_code == 200


async def test_bodies_are_limited_by_what_arrives(door: Door):
    me = await door.sign_in()
    headers = {"X-CSRF-Token": me["csrf"]}

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100

    announced = await door.client.post("/api/v1/echo", content=b"x" * 1001, headers=headers)
    streamed = await door.client.post("/api/v1/echo", content=chunks(), headers=headers)
    fits = await door.client.post("/api/v1/echo", content=b"x" * 1000, headers=headers)
    upload = await door.client.post("/api/v1/echo/files", content=chunks(), headers=headers)

    assert [announced.status_code, streamed.status_code] == [413, 413]
    assert announced.json()["code"] == streamed.json()["code"] == "too_large"
    assert (fits.json(), upload.json()) == (1000, 2000)


async def test_a_fault_of_ours_tells_an_id_and_nothing_else(
    door: Door, capfd: pytest.CaptureFixture[str]
):
    await door.sign_in()

    answer = await door.client.get("/api/v1/broken")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "hunter2" not in answer.text
    assert answer.headers["x-request-id"]


async def test_answers_carry_what_protects_the_browser(door: Door):
    api = await door.client.get("/api/v1/health")
    page = await door.client.get("/runs/run_1")

    for answer in (api, page):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
    policy = page.headers["content-security-policy"]
    nonce = page.text.partition('nonce="')[2].partition('"')[0]
    assert "script-src 'self';" in policy
    assert f"'nonce-{nonce}'" in policy
    assert "unsafe" not in policy
    assert api.headers["cache-control"] == "no-store"


async def test_hashed_files_are_kept_for_ever_and_travel_compressed(door: Door):
    script = await door.client.get("/assets/app-1a2b.js")

    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-encoding"] == "gzip"
    assert script.text.startswith("let x = 1;")
    assert script.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "path",
    ["/assets/gone.js", "/.env", "/%2e%2e/outside.txt", "/..%2foutside.txt", "/a%00.txt"],
)
async def test_what_is_not_a_file_of_the_console_is_not_found(door: Door, path: str):
    answer = await door.client.get(path)

    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_a_console_that_is_not_built_says_what_to_do(door: Door, tmp_path: Path):
    (tmp_path / "dist" / "index.html").unlink()

    answer = await door.client.get("/")

    assert answer.status_code == 503
    assert "make console" in answer.text
