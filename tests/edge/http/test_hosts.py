"""Which org a request is for, which pages elsewhere may ask, and what a browser is told."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from sqlalchemy import insert
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from cadre.edge.http.headers import AnswerHeaders
from cadre.edge.http.hosts import Hosts
from cadre.infra.database import Database
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import ALL_ORGS, DEFAULT_PROJECT, Principal, Scope
from cadre.trust.orgs import Tenants, orgs, tenant_of

PAGE = "https://app.acme.example"
_EVERYBODY = Scope(
    OrgId(ALL_ORGS), DEFAULT_PROJECT, "production", Principal("system", "test", "Test")
)
Ask = Callable[..., Any]


async def _echo(request: Request) -> JSONResponse:
    return JSONResponse({"org": tenant_of(request.scope), "cookies": request.cookies})


@pytest.fixture
async def ask(sqlite_database: Database) -> Ask:
    async with sqlite_database.begin(_EVERYBODY) as work:
        for slug, status in (("acme", "active"), ("rest", "suspended")):
            await work.connection.execute(
                insert(orgs).values(
                    id=f"org_{slug}",
                    slug=slug,
                    name=slug,
                    created_at=1.0,
                    status=status,
                    origins=f'["{PAGE}"]',
                )
            )
    app = Starlette(
        routes=[Route("/api/v1/{path:path}", _echo, methods=["GET", "POST"])],
        middleware=[Middleware(AnswerHeaders), Middleware(Hosts, names=["cadre.example"])],
    )
    tenants = Tenants(
        sqlite_database, domain="cadre.example", origins=["https://everywhere.example"]
    )
    app.state.services = {Tenants: tenants}
    transport = httpx2.ASGITransport(app=app)

    async def ask(method: str = "GET", host: str = "acme.cadre.example", **headers: str) -> Any:
        base = f"{headers.pop('scheme', 'http')}://{host}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        path = headers.get("path", "echo")
        async with httpx2.AsyncClient(transport=transport, base_url=base) as client:
            return await client.request(method, f"/api/v1/{path}", headers=named)

    return ask


async def test_the_host_says_which_org(ask: Ask):
    acme, home = await ask(), await ask(host="cadre.example")
    unknown, foreign = await ask(host="no.cadre.example"), await ask(host="evil.example")

    assert (acme.json()["org"], home.json()["org"]) == ("org_acme", "org_default")
    assert (unknown.status_code, foreign.status_code) == (404, 404)
    assert unknown.json()["code"] == foreign.json()["code"] == "host_not_served"


async def test_an_org_at_rest_answers_nothing_but_that_it_rests(ask: Ask):
    refused = await ask(host="rest.cadre.example")
    health = await ask(host="rest.cadre.example", path="health")

    assert (refused.status_code, refused.json()["code"]) == (403, "org_suspended")
    assert health.status_code == 200


@pytest.mark.parametrize("origin", [PAGE, "https://everywhere.example"])
async def test_a_page_that_was_let_in_asks_with_a_key_and_never_with_cookies(ask: Ask, origin: str):
    preflight = await ask("OPTIONS", origin=origin, access_control_request_method="POST")
    answer = await ask("POST", origin=origin, cookie="cadre_session=stolen")

    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == origin
    assert "access-control-allow-credentials" not in preflight.headers
    assert (answer.status_code, answer.json()["cookies"]) == (200, {})
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "Origin" in answer.headers["vary"]


async def test_other_pages_are_told_nothing(ask: Ask):
    origin = "https://evil.example"
    preflight = await ask("OPTIONS", origin=origin, access_control_request_method="POST")
    unsafe = await ask("POST", origin=origin)
    safe = await ask(origin=origin)
    of_another_org = await ask("POST", host="cadre.example", origin=PAGE)

    assert preflight.status_code == 405
    assert (unsafe.status_code, unsafe.json()["code"]) == (403, "origin_not_allowed")
    assert of_another_org.status_code == 403
    for answer in (preflight, unsafe, safe):
        assert "access-control-allow-origin" not in answer.headers


async def test_who_came_encrypted_is_told_to_stay_so(ask: Ask):
    encrypted, plain = await ask(scheme="https"), await ask()
    pretending = await ask(x_forwarded_proto="https")

    assert encrypted.headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in plain.headers
    assert "strict-transport-security" not in pretending.headers


async def test_no_policy_lets_inline_scripts_or_styles_in(ask: Ask):
    policy = (await ask()).headers["content-security-policy"]

    assert policy == "default-src 'none'; frame-ancestors 'none'"
