"""Signing in by GitHub, against a small real server with its addresses."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from tests.trust.accounts.house import House
from tests.trust.federation.forging import come_back, served

MINE = "octo@acme.example"


class Enterprise:
    """A GitHub Enterprise with one user; `emails` is what its API says."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.emails: list[dict[str, Any]] = [
            {"email": "octo@home.example", "primary": False, "verified": True},
            {"email": MINE, "primary": True, "verified": True},
        ]
        self.error = ""
        self.forms: list[dict[str, Any]] = []

    async def token(self, request: web.Request) -> web.Response:
        self.forms.append(dict(await request.post()))
        if self.error:
            return web.json_response({"error": self.error})
        return web.json_response({"access_token": "gho_1", "token_type": "bearer"})

    async def api(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer gho_1"
        found: dict[str, Any] = {
            "user": {"id": 583231, "login": "octocat", "name": "Octo Cat"},
            "user/emails": self.emails,
            "user/orgs": [{"login": "acme"}],
            "user/teams": [{"slug": "platform", "organization": {"login": "acme"}}],
        }
        return web.json_response(found[request.match_info["path"]])

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/login/oauth/access_token", self.token)
        app.router.add_get("/api/v3/{path:.*}", self.api)
        return app


@pytest.fixture
async def github(outside: str) -> AsyncIterator[Enterprise]:
    made = Enterprise(outside)
    async with served(made.app(), outside):
        yield made


async def sign_in(house: House, provider: str) -> tuple[str, dict[str, Any]]:
    async with house.anybody() as client:
        sent = await client.get(f"/api/v1/session/sso/{provider}/start")
        query = dict(
            each.split("=", 1) for each in sent.headers["location"].partition("?")[2].split("&")
        )
        where = await come_back(client, query["state"])
        me = await client.get("/api/v1/me")
    return where, me.json() if me.status_code == 200 else {}


async def test_the_verified_primary_address_and_teams_count(house: House, github: Enterprise):
    wanted = {
        "name": "GitHub",
        "kind": "github",
        "issuer": f"http://{github.host}",
        "client_id": "cadre",
        "client_secret": "of github",
        "allowed_domains": ["acme.example"],
        "creates_users": True,
        "group_map": [{"value": "acme/platform", "role": "builder"}],
    }
    async with house.owner() as owner:
        made = await owner.post("/api/v1/identity-providers", json=wanted)
        provider = made.json()["id"]
        unsafe = await owner.post(
            "/api/v1/identity-providers", json={**wanted, "name": "2", "allowed_domains": []}
        )

    where, me = await sign_in(house, provider)
    github.emails[1]["email"] = "octo@new.acme.example"
    moved, _ = await sign_in(house, provider)
    github.emails[1] = {"email": MINE, "primary": True, "verified": False}
    unverified, _ = await sign_in(house, provider)
    github.error = "bad_verification_code"
    refused, _ = await sign_in(house, provider)

    assert made.json()["scopes"] == ["read:user", "user:email"]
    assert (where, me["user"]["email"], me["user"]["name"]) == ("/", MINE, "Octo Cat")
    assert (me["role"], me["session"]["method"]) == ("builder", "sso:GitHub")
    form = github.forms[0]
    assert (form["client_secret"], len(form["code_verifier"])) == ("of github", 43)
    assert moved == "federated_domain_foreign"
    assert unverified == "federated_email_unverified"
    assert refused == "federated_token_refused"
    assert (unsafe.status_code, unsafe.json()["field"]) == (422, "allowed_domains")
