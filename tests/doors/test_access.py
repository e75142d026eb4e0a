"""Privileges: every route of the real app, asked by every built-in role, alone and through keys.

The routes and what they require come from the routers, so a new route is covered by itself.
"""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from sqlalchemy import text

from cadre.app.main import _ROUTERS as ROUTERS  # pyright: ignore[reportPrivateUsage]  # all there are
from cadre.app.main import create_app
from cadre.app.settings import Settings
from cadre.edge.http.guards import RouteUnguarded, require_guards
from cadre.infra.database import Database, metadata
from cadre.infra.web import permit_of, served, unguarded
from cadre.kernel.grants import OWN, Grant, Grants
from cadre.kernel.ids import UserId, new_id
from cadre.kernel.scope import DEFAULT_ORG, DEFAULT_PROJECT, Principal, Scope
from cadre.trust.access import PERMISSIONS, ROLES, SYSTEM, Subject, join
from cadre.trust.accounts import Accounts
from cadre.trust.accounts.store import AccountStore
from cadre.trust.keys import KeyBook, KeyRequest
from tests.doors.server import Server

SCOPE = Scope(DEFAULT_ORG, DEFAULT_PROJECT, "production", Principal("system", "test", "the test"))
# What is written by the mere fact that somebody asks.
# The last by itself, each hour.
BY_ASKING = {"api_keys", "audit_events", "audit_heads", "sessions", "retention_rounds"}
GUARDED = [
    (method, path, permit.permission, OWN if permit.own else permit.resource)
    for path, route in served(ROUTERS)
    if isinstance(route, APIRoute)
    and (permit := permit_of(route)) is not None
    and permit.permission is not None
    for method in sorted(route.methods or ())
]


@dataclass
class House:
    app: FastAPI
    client: httpx2.AsyncClient
    people: dict[str, str]

    @property
    def database(self) -> Database:
        return self.app.state.services[Database]

    async def key(self, role: str, **wanted: Any) -> str:
        book: KeyBook = self.app.state.services[KeyBook]
        async with self.database.begin(SCOPE) as work:
            request = KeyRequest(name=role, **wanted)
            made = await book.create(work, SYSTEM, Subject("user", self.people[role]), request)
        return made.key

    async def ask(self, key: str, method: str, path: str, body: Any = None) -> httpx2.Response:
        content: Any = {} if body is None else body
        return await self.client.request(
            method,
            f"/api/v1{path}",
            json=None if method == "GET" else content,
            headers={"Authorization": f"Bearer {key}"},
        )

    async def rows(self) -> dict[str, list[Any]]:
        """Everything in the database, but for what is written because somebody asks, or the clock."""
        kept = sorted(set(metadata.tables) - BY_ASKING)
        async with self.database.engine.connect() as connection:
            return {
                name: [
                    tuple(row) for row in await connection.execute(text(f"select * from {name}"))
                ]
                for name in kept
            }


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    app = create_app(Settings(home=tmp_path / "home"))
    async with app.router.lifespan_context(app):
        database: Database = app.state.services[Database]
        people = dict[str, str]()
        async with database.begin(SCOPE) as work:
            people["owner"] = (await Accounts().ensure_owner(work)).id
            for role in ROLES.keys() - {"owner"}:
                people[role] = new_id("usr")
                await AccountStore(work).add_user(UserId(people[role]), role, 1.0)
                await join(work, people[role], role)
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", timeout=60
        ) as client:
            yield House(app, client, people)


def filled(path: str) -> str:
    """`path` with a value for each of its parameters."""
    return re.sub(r"\{(\w+)(:path)?\}", lambda found: f"some-{found[1]}", path)


def resource_of(pattern: str | None) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: f"some-{found[1]}", pattern or "*")


def may(grants: Grants, permission: str, resource: str | None) -> bool:
    if resource is None:
        return grants.allows_some(permission)
    return grants.allows(permission, resource_of(resource))


def is_refused(answer: httpx2.Response) -> bool:
    if answer.status_code != 403:
        return False
    said = answer.json()
    if "/scim/" in str(answer.url):  # errors have a shape of their own there
        return "permission" in said["detail"]
    return said["code"] == "permission_missing"


def test_every_route_says_what_it_requires():
    assert unguarded(ROUTERS) == []
    assert len(GUARDED) > 120


def test_every_permission_that_a_route_requires_can_be_granted():
    assert {permission for _, _, permission, _ in GUARDED} <= set(PERMISSIONS)


def test_a_route_that_says_nothing_is_not_served():
    inner, outer = APIRouter(), APIRouter()

    @inner.get("/hidden/{name}")
    async def hidden(name: str) -> str:
        return name

    outer.include_router(inner, prefix="/deep")

    assert any(isinstance(route, APIRoute | APIWebSocketRoute) for _, route in served([outer]))
    with pytest.raises(RouteUnguarded, match="GET /deep/hidden/"):
        require_guards([outer])


@pytest.mark.parametrize("role", [name for name in ROLES if name != "owner"])
async def test_a_role_is_refused_whatever_it_lacks_and_changes_nothing(house: House, role: str):
    grants, key = Grants(ROLES[role].grants), await house.key(role)
    lacking = [one for one in GUARDED if not may(grants, one[2], one[3])]
    before = await house.rows()

    let_in = [
        (method, path)
        for method, path, _, _ in lacking
        if not is_refused(await house.ask(key, method, filled(path)))
    ]

    assert lacking
    assert let_in == []
    assert await house.rows() == before


@pytest.mark.parametrize("role", ["admin", "builder", "operator", "user", "guest"])
async def test_a_role_is_let_in_where_it_may(house: House, role: str):
    grants, key = Grants(ROLES[role].grants), await house.key(role)

    kept_out = [
        (method, path)
        for method, path, permission, resource in GUARDED
        if method == "GET" and may(grants, permission, resource) and "stream" not in path
        if is_refused(await house.ask(key, method, filled(path)))
    ]

    assert kept_out == []


@pytest.mark.parametrize("permission", ["runs:read", "agents:read", "keys:use"])
async def test_a_key_of_the_owner_does_only_what_it_was_made_for(house: House, permission: str):
    key = await house.key("owner", grants=[{"permission": permission}])
    grants = Grants(frozenset([Grant(permission)]))
    before = await house.rows()

    let_in = [
        (method, path)
        for method, path, needed, resource in GUARDED
        if not may(grants, needed, resource)
        if not is_refused(await house.ask(key, method, filled(path)))
    ]

    assert let_in == []
    assert await house.rows() == before


async def test_a_key_of_one_agent_works_with_that_one_only(house: House):
    grants = [
        {"permission": "agents:*", "resource": "agent:analyst"},
        {"permission": "conversations:*"},
    ]
    key = await house.key("owner", grants=grants)

    listed = (await house.ask(key, "GET", "/agents")).json()["items"]
    own = await house.ask(key, "POST", "/conversations", {"agent": "analyst"})
    other = await house.ask(key, "POST", "/conversations", {"agent": "assistant"})
    run = await house.ask(key, "POST", "/runs", {"agent": "assistant", "text": "Hi"})
    said = await house.ask(
        key,
        "POST",
        f"/conversations/{own.json().get('id')}/messages",
        {"agent": "assistant", "text": "Hi"},
    )

    assert {agent["name"] for agent in listed} <= {"analyst"}
    assert not is_refused(own)
    assert [is_refused(answer) for answer in (other, run, said)] == [True, True, True]


async def test_a_user_sees_and_changes_their_own_only(house: House):
    user, other, admin = [await house.key(role) for role in ("user", "user", "admin")]
    own = (await house.ask(user, "POST", "/conversations", {})).json()["id"]
    foreign = (await house.ask(admin, "POST", "/conversations", {})).json()["id"]
    run = (await house.ask(user, "POST", f"/conversations/{own}/messages", {"text": "2+2?"})).json()
    hidden = (
        await house.ask(admin, "POST", f"/conversations/{foreign}/messages", {"text": "2+2?"})
    ).json()

    def listed(answer: httpx2.Response) -> list[str]:
        return [item["id"] for item in answer.json()["items"]]

    for key in (user, other):  # another key of the same person owns the same
        assert listed(await house.ask(key, "GET", "/conversations")) == [own]
        for path in (
            f"/conversations/{own}/messages",
            f"/conversations/{own}/files",
            f"/runs/{run['id']}/events",
            f"/runs?session_id={own}",
        ):
            assert (await house.ask(key, "GET", path)).status_code == 200, path
    for method, path in (
        ("GET", f"/conversations/{foreign}"),
        ("GET", f"/conversations/{foreign}/messages"),
        ("GET", f"/conversations/{foreign}/files"),
        ("GET", f"/conversations/{foreign}/stream"),
        ("POST", f"/conversations/{foreign}/messages"),
        ("PATCH", f"/conversations/{foreign}"),
        ("DELETE", f"/conversations/{foreign}"),
        ("GET", f"/runs/{hidden['id']}"),
        ("GET", f"/runs/{hidden['id']}/stream"),
        ("POST", f"/runs/{hidden['id']}/cancel"),
        ("GET", f"/runs?session_id={foreign}"),
    ):
        assert is_refused(await house.ask(user, method, path, {"text": "x"})), path
    assert listed(await house.ask(user, "GET", "/runs")) == [run["id"]]
    inside = await house.ask(user, "POST", "/runs", {"text": "Hi", "session_id": foreign})
    assert is_refused(inside)
    assert set(listed(await house.ask(admin, "GET", "/conversations"))) == {own, foreign}


async def test_what_a_role_gives_in_one_project_counts_there_only(house: House):
    guest, project = house.people["guest"], {"slug": "side", "name": "Side"}
    owner, key = await house.key("owner"), await house.key("guest")
    made = (await house.ask(owner, "POST", "/org/projects", project)).json()
    given = {"subject": {"kind": "user", "id": guest}, "role": "builder", "project": made["id"]}
    assert (await house.ask(owner, "POST", "/role-bindings", given)).status_code == 201

    answers = [
        await house.client.get(
            "/api/v1/usage/summary", headers={"Authorization": f"Bearer {key}", **where}
        )
        for where in ({}, {"X-Cadre-Project": "side"})
    ]

    assert is_refused(answers[0])
    assert answers[1].status_code == 200, answers[1].text


async def test_a_key_cannot_make_a_wider_one(house: House):
    key = await house.key("owner", grants=[{"permission": "keys:use"}, {"permission": "runs:read"}])

    wider = await house.ask(key, "POST", "/keys", {"name": "wider"})
    other = [{"permission": "agents:write"}]
    beside = await house.ask(key, "POST", "/keys", {"name": "beside", "grants": other})
    within = await house.ask(
        key, "POST", "/keys", {"name": "within", "grants": [{"permission": "runs:read"}]}
    )

    assert [answer.status_code for answer in (wider, beside, within)] == [403, 403, 201]
    assert wider.json()["code"] == beside.json()["code"] == "escalation"


async def test_own_keys_are_ones_own_and_others_need_a_permission(house: House):
    user, admin = await house.key("user"), await house.key("admin")

    listed_by_user = (await house.ask(user, "GET", "/keys")).json()["items"]
    listed_by_admin = (await house.ask(admin, "GET", "/keys")).json()["items"]
    of_admin = next(k["id"] for k in listed_by_admin if k["owner"]["id"] == house.people["admin"])
    revoked = await house.ask(user, "DELETE", f"/keys/{of_admin}")
    rotated = await house.ask(user, "POST", f"/keys/{of_admin}/rotate")
    by_admin = await house.ask(admin, "DELETE", f"/keys/{listed_by_user[0]['id']}")

    assert [key["owner"]["id"] for key in listed_by_user] == [house.people["user"]]
    assert len(listed_by_admin) == 2
    assert is_refused(revoked)
    assert is_refused(rotated)
    assert by_admin.status_code == 204
    assert (await house.ask(user, "GET", "/keys")).status_code == 401


async def test_a_key_that_asks_too_often_is_told_when_to_come_back(house: House):
    key = await house.key("user", rate_per_minute=2)

    answers = [await house.ask(key, "GET", "/agents") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].json()["code"] == "key_rate_reached"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60


async def test_who_can_and_why_are_asked_over_http(house: House):
    admin, user = await house.key("admin"), house.people["user"]

    who = await house.ask(admin, "GET", "/access/who-can?permission=org:delete")
    why = await house.ask(admin, "GET", f"/access/why?subject={user}&permission=agents:write")
    unknown = await house.ask(admin, "GET", "/access/who-can?permission=agents:fly")

    assert [holder["subject"]["id"] for holder in who.json()["holders"]] == [house.people["owner"]]
    assert (why.json()["allowed"], why.json()["roles_with_it"]) == (
        False,
        ["owner", "admin", "builder"],
    )
    assert (unknown.status_code, unknown.json()["field"]) == (422, "permission")


async def test_what_a_route_requires_is_in_its_description(house: House):
    key = await house.key("owner")
    described = (
        await house.client.get("/openapi.json", headers={"Authorization": f"Bearer {key}"})
    ).json()["paths"]

    operation = described["/api/v1/agents/{name}"]["put"]
    assert (operation["x-permission"], operation["x-resource"]) == ("agents:write", "agent:{name}")


async def test_keys_and_access_by_command(server: Server):
    made = await command(
        server,
        "keys create --name ci --scope runs:read --scope agents:run@agent:analyst "
        "--project side --environment dev --expires 30d --rate 100 --json",
    )
    rotated = await command(server, f"keys rotate {made['id']} --grace 10m --json")
    listed = await command(server, "keys list --json")
    who = await command(server, "access who-can org:delete --json")
    owner = who["holders"][0]["subject"]["id"]
    why = await command(server, f"access why {owner} runs:read --on run:run_1 --json")
    code, out, _ = await server.cadre("access", "why", "usr_of_nobody", "runs:read")
    wrong = await server.cadre("keys", "create", "--name", "x", "--scope", "runs:fly")
    nowhere = await server.cadre("keys", "list", "--org", "nowhere")
    home = await command(server, "keys list --org home --json")
    await command(server, f"keys revoke {made['id']} --json")

    assert made["grants"] == [
        {"permission": "agents:run", "resource": "agent:analyst"},
        {"permission": "runs:read", "resource": "*"},
    ]
    assert (made["project"], made["environment"], made["rate_per_minute"]) == ("side", "dev", 100)
    assert rotated["key"] != made["key"]
    assert [key["id"] for key in listed] == [key["id"] for key in home] == [made["id"]]
    assert why["allowed"]
    assert (code, out.splitlines()[0]) == (1, "No: nothing gives runs:read.")
    assert wrong[0] != 0
    assert "runs:fly" in wrong[2]
    assert nowhere[0] != 0
    assert "nowhere" in nowhere[2]
    assert await command(server, "keys list --json") == []


async def command(server: Server, line: str) -> Any:
    code, out, error = await server.cadre(*line.split())
    assert code == 0, error
    return json.loads(out)


async def test_a_socket_tells_each_stream_apart(server: Server):
    narrow = await command(server, "keys create --name ws --scope runs:read@run:run_1 --json")
    headers = {"Authorization": f"Bearer {narrow['key']}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.ws_connect(f"{server.url}/api/v1/ws") as socket,
    ):
        said = dict[str, str]()
        for stream, name in (("run", "run_1"), ("run", "run_2"), ("conversation", "cnv_1")):
            await socket.send_json({"type": "subscribe", "stream": stream, "id": name})
            said[name] = (await socket.receive_json(timeout=30))["code"]

    # It may look for run_1, which is not there, and for nothing else.
    assert said == {
        "run_1": "run_not_found",
        "run_2": "permission_missing",
        "cnv_1": "permission_missing",
    }
