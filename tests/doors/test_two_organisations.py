"""The whole life of an organisation beside another one, on one installation and then on a second.

globex signs in by a real OpenID provider and a second factor; acme is provisioned, gets keys, a policy and
new secrets, goes elsewhere and is deleted. Nothing of globex moves all along.
"""

import asyncio
import base64
import json
import os
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from tests.doors.providing import Browser, Issuer, provided, refusal
from tests.doors.server import Server, free_port, is_over, until
from tests.engine.models.scripted_server import Reply, ScriptedServer, call

CALLBACK = "/api/v1/session/sso/callback"
ACCOUNTS: dict[str, dict[str, Any]] = {
    "gina": {"email": "gina@globex.example", "email_verified": True, "name": "Gina"}
}
PASSPHRASE = "a passphrase for the journey"
PLAN = "the secret plan of acme"
AGENT = "name: writer\ninstructions: Write.\nmodel: default\ntools: [write_file, http_get]\n"
NO_WRITING = """package cadre.org.writing

import rego.v1

deny contains "Nothing is written here." if input.tool.name == "write_file"
"""
QUESTION = {"model": "own:m", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
OUTSIDE = "http://127.0.0.1:9/"
# The job, what home's audit log says of it, and the number and hash at which the org's own ended.
STAYING = {"org_jobs", "audit_events", "audit_checkpoints", "audit_heads"}


@pytest.fixture
async def two_in_postgres(
    postgres_cluster: str, postgres_template: str
) -> AsyncIterator[tuple[str, str]]:
    connection = await asyncpg.connect(postgres_cluster)
    names = [f"story_{uuid4().hex}" for _ in range(2)]
    for name in names:
        await connection.execute(f"create database {name} template {postgres_template}")
    here, there = (postgres_cluster.replace("/postgres?", f"/{name}?") for name in names)
    yield here, there
    for name in names:
        await connection.execute(f"drop database {name} with (force)")
    await connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The settings of two databases; empty: SQLite in the home."""
    is_lite = request.param == "sqlite"
    return ("", "") if is_lite else request.getfixturevalue("two_in_postgres")


@dataclass
class Story:
    """Two installations, the provider of globex, and the model that all ask."""

    here: Server
    there: Server
    database: str
    issuer: Issuer
    model: ScriptedServer
    home: httpx2.AsyncClient

    async def provision(self, slug: str) -> dict[str, Any]:
        wanted = {"slug": slug, "name": slug.title(), "email": f"owner@{slug}.example"}
        answer = await self.home.post("/api/v1/orgs", json=wanted)
        assert answer.status_code == 201, answer.text
        return answer.json()


@pytest.fixture
async def story(
    tmp_path: Path, databases: tuple[str, str], model: ScriptedServer
) -> AsyncIterator[Story]:
    issuer = Issuer(ACCOUNTS)
    servers: list[Server] = []
    for name, url in zip(("here", "there"), databases, strict=True):
        environment = {
            "CADRE_DATABASE_URL": url,
            "CADRE_DOMAIN": "localhost",
            "CADRE_PRIVATE_HOSTS": issuer.host,
            "OPENAI_API_KEY": "sk-test-0123456789",
            "OPENAI_BASE_URL": model.base_url,
        }
        (tmp_path / name).mkdir()
        servers.append(Server(tmp_path / name / "home", environment, free_port()))
    issuer.redirect_uris = [f"http://globex.localhost:{servers[0].port}{CALLBACK}"]
    async with provided(tmp_path, issuer):
        for server in servers:
            await server.start()
        try:
            here, there = servers
            async with here.signed_in() as home:
                yield Story(here, there, databases[0], issuer, model, home)
        finally:
            for server in servers:
                await server.stop()


@asynccontextmanager
async def entered(server: Server, slug: str, link: str) -> AsyncGenerator[httpx2.AsyncClient]:
    """The page of whoever opens the link of a new organisation."""
    async with server.anybody() as client:
        client.headers["Host"] = f"{slug}.localhost:{server.port}"
        token = link.rpartition("=")[2]
        answer = await client.post("/api/v1/session", json={"token": token})
        assert answer.status_code == 200, answer.text
        client.headers["Cookie"] = f"cadre_session={client.cookies['cadre_session']}"
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        client.cookies.clear()
        yield client


@asynccontextmanager
async def program(server: Server, key: str) -> AsyncGenerator[httpx2.AsyncClient]:
    async with server.anybody() as client:
        client.headers["Authorization"] = f"Bearer {key}"
        yield client


async def got(client: httpx2.AsyncClient, path: str) -> Any:
    answer = await client.get(f"/api/v1{path}")
    assert answer.status_code == 200, f"{path}: {answer.text}"
    return answer.json()


async def done(
    client: httpx2.AsyncClient, method: str, path: str, body: Any = None, **more: Any
) -> Any:
    answer = await client.request(method, f"/api/v1{path}", json=body, **more)
    assert answer.status_code < 300, f"{method} {path}: {answer.text}"
    return answer.json() if answer.content else None


async def status(server: Server, key: str, path: str = "/api/v1/me") -> int:
    async with program(server, key) as client:
        return (await client.get(path)).status_code


async def talk(client: httpx2.AsyncClient, text: str, agent: str = "assistant") -> dict[str, Any]:
    """A run in a new conversation that has a file; it may still be at work."""
    conversation = (await done(client, "POST", "/conversations", {"agent": agent}))["id"]
    path = f"/api/v1/conversations/{conversation}/files"
    sent = await client.post(path, files={"file": ("notes.txt", text.encode())})
    assert sent.status_code == 201, sent.text
    body = {"text": text, "files": ["notes.txt"]}
    return await done(client, "POST", f"/conversations/{conversation}/messages", body)


async def job_ended(home: httpx2.AsyncClient, job: dict[str, Any]) -> dict[str, Any]:
    async with asyncio.timeout(120):
        while True:
            now = await got(home, f"/orgs/jobs/{job['id']}")
            if now["state"] in {"done", "failed"}:
                return now
            await asyncio.sleep(0.1)


async def eventually(look: Callable[[], Awaitable[Any]]) -> Any:
    """What `look` gives, once it gives something."""
    async with asyncio.timeout(60):
        while True:
            if found := await look():
                return found
            await asyncio.sleep(0.1)


async def everything_of(client: httpx2.AsyncClient) -> dict[str, Any]:
    """All that an organisation shows of itself which nobody but itself changes."""
    runs = (await got(client, "/runs"))["items"]
    conversations = (await got(client, "/conversations"))["items"]
    return {
        "org": await got(client, "/org"),
        "runs": runs,
        "journals": [(await got(client, f"/runs/{run['id']}/events"))["items"] for run in runs],
        "conversations": conversations,
        "files": [
            (await client.get(f"/api/v1/conversations/{each['id']}/files/notes.txt")).text
            for each in conversations
        ],
        "members": [
            {name: value for name, value in each.items() if name != "last_seen_at"}
            for each in (await got(client, "/members"))["items"]
        ],
        "policies": (await got(client, "/policies"))["items"],
        "secrets": [each["name"] for each in (await got(client, "/secrets"))["items"]],
        "roles": (await got(client, "/roles"))["items"],
        "agents": (await got(client, "/agents"))["items"],
    }


async def test_two_organisations_side_by_side_and_one_of_them_to_its_end(
    story: Story, tmp_path: Path
):
    acme, globex = await story.provision("acme"), await story.provision("globex")
    async with (
        entered(story.here, "acme", acme["sign_in"]) as ann,
        entered(story.here, "globex", globex["sign_in"]) as gus,
        httpx2.AsyncClient(timeout=60) as browsing,
    ):
        gina = Browser(browsing, story.here, f"globex.localhost:{story.here.port}")
        await _globex_signs_in_by_its_provider(story, gus, gina)
        runs = await _both_work_and_neither_sees_the_other(story, ann, gus)
        kept = await _keys(story, ann)
        await _a_policy_counts_with_the_next_call(story, ann, gus)
        await _secrets_and_keys_are_rotated_under_load(story, ann, gus, kept, tmp_path)
        of_globex, of_acme = await everything_of(gus), await everything_of(ann)
        assert (await got(ann, "/audit/verify"))["ok"]
        archive = await _exported(story)
        await _the_same_elsewhere(story, archive, kept, of_acme, runs["acme"])
        await _deleted_without_a_trace(story, acme["org"]["id"], kept)

        assert await everything_of(gus) == of_globex
        assert (await got(gus, "/audit/verify"))["ok"]
        assert (await gina.me()).json()["user"]["email"] == "gina@globex.example"
        story.model.say(Reply(text="Still here."))
        run = await talk(gus, "the plan of globex, again")
        assert (await until(gus, run["id"], is_over))["status"] == "done"


async def _globex_signs_in_by_its_provider(
    story: Story, gus: httpx2.AsyncClient, gina: Browser
) -> None:
    wanted = story.issuer.wanted(creates_users=True, default_role="builder", trusts_mfa=True)
    provider = (await done(gus, "POST", "/identity-providers", wanted))["id"]
    await done(gus, "PATCH", "/org", {"mfa_required": True})
    async with httpx2.AsyncClient(timeout=60) as client:
        once = Browser(client, story.here, gina.host)
        single = refusal(await once.sign_in(provider, "gina"))
        nobody_yet = await once.me()
    double = refusal(await gina.sign_in(provider, "gina", otp="123456"))
    me = (await gina.me()).json()

    assert (single, nobody_yet.status_code) == ("/signin?mfa=set_up", 401)
    assert (double, me["session"]["method"], me["role"]) == ("/", "sso:Okta", "builder")
    async with story.here.anybody() as elsewhere:
        elsewhere.headers["Host"] = f"acme.localhost:{story.here.port}"
        assert (await elsewhere.get("/api/v1/session/options")).json()["providers"] == []


async def _both_work_and_neither_sees_the_other(
    story: Story, ann: httpx2.AsyncClient, gus: httpx2.AsyncClient
) -> dict[str, dict[str, Any]]:
    story.model.say(Reply(text="Noted.", when="acme"), Reply(text="Noted.", when="globex"))
    began = [talk(ann, PLAN), talk(gus, "the plan of globex")]
    mine, theirs = await asyncio.gather(*began)
    ended = await asyncio.gather(until(ann, mine["id"], is_over), until(gus, theirs["id"], is_over))
    assert [run["status"] for run in ended] == ["done", "done"]
    for client, foreign in ((ann, theirs), (gus, mine)):
        for path in (
            f"/runs/{foreign['id']}",
            f"/runs/{foreign['id']}/events",
            f"/conversations/{foreign['session_id']}",
            f"/conversations/{foreign['session_id']}/files/notes.txt",
        ):
            assert (await client.get(f"/api/v1{path}")).status_code == 404, path
        assert foreign["id"] not in (await client.get("/api/v1/runs")).text
    return {"acme": mine, "globex": theirs}


async def _keys(story: Story, ann: httpx2.AsyncClient) -> str:
    """Made, narrowed, rotated with grace and without, revoked; returns the one that stays."""
    key = await done(ann, "POST", "/keys", {"name": "program"})
    grants = [{"permission": "runs:read"}]
    narrow = await done(ann, "POST", "/keys", {"name": "reader", "grants": grants})
    async with program(story.here, narrow["key"]) as reader:
        assert (await reader.get("/api/v1/runs")).status_code == 200
        assert (await reader.post("/api/v1/conversations", json={})).status_code == 403
    path = f"/keys/{key['id']}/rotate"
    graceful = await done(ann, "POST", path, {"grace_seconds": 3600})
    both = [await status(story.here, each["key"]) for each in (key, graceful)]
    at_once = await done(ann, "POST", path, {"grace_seconds": 0})
    after = [await status(story.here, each["key"]) for each in (key, graceful, at_once)]
    await done(ann, "DELETE", f"/keys/{narrow['id']}")

    assert both == [200, 200]
    assert after == [401, 401, 200]
    assert await status(story.here, narrow["key"]) == 401
    return at_once["key"]


async def _a_policy_counts_with_the_next_call(
    story: Story, ann: httpx2.AsyncClient, gus: httpx2.AsyncClient
) -> None:
    for client in (ann, gus):
        await done(client, "PUT", "/agents/writer", {"yaml": AGENT})
    story.model.say(
        Reply(calls=[call("write_file", {"path": "one.txt", "content": "1"})]),
        Reply(calls=[call("http_get", {"url": OUTSIDE})]),
        Reply(calls=[call("write_file", {"path": "two.txt", "content": "2"})]),
        Reply(text="As far as I could."),
    )
    run = await talk(ann, "write twice", "writer")
    await until(ann, run["id"], lambda now: now["status"] == "waiting")

    async def tried() -> Any:
        body = {"draft": {"name": "writing", "text": NO_WRITING}}
        return (await done(ann, "POST", "/policies/dry-run", body))["changes"]

    [change] = await eventually(tried)  # decisions are written in batches, a moment later
    await done(ann, "PUT", "/policies/writing", {"text": NO_WRITING})
    await done(ann, "POST", "/policies/writing/activate", {})
    [approval] = (await got(ann, f"/approvals?status=pending&run_id={run['id']}"))["items"]
    told = {"decision": "deny", "call_hash": approval["call_hash"]}
    await done(ann, "POST", f"/approvals/{approval['id']}/decision", told)
    ended = await until(ann, run["id"], is_over)
    written = [each["path"] for each in (await got(ann, f"/runs/{run['id']}/files"))["items"]]

    assert (change["tool"], change["before"], change["after"]) == ("write_file", "allow", "deny")
    assert ended["status"] == "done", ended["error"]
    assert sorted(written) == ["notes.txt", "one.txt"]
    story.model.say(
        Reply(calls=[call("write_file", {"path": "two.txt", "content": "2"})]), Reply(text="Done.")
    )
    of_globex = await talk(gus, "write once", "writer")
    await until(gus, of_globex["id"], is_over)
    files = (await got(gus, f"/runs/{of_globex['id']}/files"))["items"]
    assert "two.txt" in [each["path"] for each in files]


async def _secrets_and_keys_are_rotated_under_load(
    story: Story, ann: httpx2.AsyncClient, gus: httpx2.AsyncClient, key: str, tmp_path: Path
) -> None:
    """A secret, the key of its organisation, and the one above all, while calls need them."""
    provider = {"base_url": story.model.base_url, "key": "sk-of-acme-0123456789", "models": ["m"]}
    for client in (ann, gus):
        await done(client, "PUT", "/providers/own", provider)
        await done(client, "PUT", "/secrets/token", {"value": "the first value of it"})
    over = asyncio.Event()
    asking = asyncio.create_task(_ask_until(story, key, over))
    rotated = await done(ann, "POST", "/secrets/token/rotate", {"value": "the second value"})
    begun = await done(ann, "POST", "/secrets/rotation")

    async def is_finished() -> Any:
        state = await got(ann, "/secrets/rotation")
        return state if state["finished_at"] is not None else None

    state = await eventually(is_finished)
    new_key = tmp_path / "new.key"
    new_key.write_text(base64.b64encode(os.urandom(32)).decode())
    code, out, error = await story.here.cadre(
        "secrets", "rotate-master", "--new-key-file", str(new_key), "--json"
    )
    assert code == 0, error
    over.set()
    asked = await asking

    assert rotated["version"] == 2
    assert begun["generation"] == state["generation"] == 2
    assert state["left"] == 0
    assert json.loads(out)["is_in_use"]
    assert asked
    assert set(asked) == {200}
    assert {"sk-of-acme-0123456789"} == {
        headers["Authorization"].removeprefix("Bearer ") for headers in story.model.headers[-1:]
    }


async def _ask_until(story: Story, key: str, over: asyncio.Event) -> list[int]:
    """Ask the organisation's own model again and again; what each answer was."""
    statuses: list[int] = []
    body = QUESTION
    async with program(story.here, key) as client:
        while not over.is_set() or not statuses:
            story.model.say(Reply(text="Hello."))
            statuses.append((await client.post("/v1/chat/completions", json=body)).status_code)
    return statuses


async def _exported(story: Story) -> bytes:
    begun = await done(story.home, "POST", "/orgs/acme/export", {"passphrase": PASSPHRASE})
    job = await job_ended(story.home, begun)
    assert (job["state"], job["error"]) == ("done", None)
    answer = await story.home.get(f"/api/v1/orgs/jobs/{job['id']}/archive")
    assert answer.headers["content-type"] == "application/zip"
    for secret in (b"the second value", b"sk-of-acme-0123456789"):
        assert secret not in answer.content
    return answer.content


async def _the_same_elsewhere(
    story: Story, archive: bytes, key: str, before: dict[str, Any], run: dict[str, Any]
) -> None:
    async with story.there.signed_in() as home:
        sent = await home.post("/api/v1/orgs/archives/files", files={"file": ("acme.zip", archive)})
        assert sent.status_code == 201, sent.text
        wanted = {"archive": sent.json()["archive"], "passphrase": PASSPHRASE}
        job = await job_ended(home, await done(home, "POST", "/orgs/import", wanted))
        assert (job["state"], job["error"]) == ("done", None)
    async with program(story.there, key) as client:
        client.headers["Host"] = f"acme.localhost:{story.there.port}"
        assert await everything_of(client) == before
        assert run["id"] in [each["id"] for each in before["runs"]]
        assert PLAN in before["files"]
        assert (await got(client, "/audit/verify"))["ok"]
        active = {
            each["name"]: each["active"] for each in (await got(client, "/policies"))["items"]
        }
        assert active["writing"] == 1

        story.model.say(
            Reply(calls=[call("write_file", {"path": "b.txt", "content": "2"})]), Reply(text="No.")
        )
        denied = await talk(client, "write here, too", "writer")
        await until(client, denied["id"], is_over)
        files = (await got(client, f"/runs/{denied['id']}/files"))["items"]
        assert [each["path"] for each in files] == ["notes.txt"]

        story.model.say(Reply(text="Hello."))
        body = QUESTION
        assert (await client.post("/v1/chat/completions", json=body)).status_code == 200


async def _deleted_without_a_trace(story: Story, org: str, key: str) -> None:
    unconfirmed = await story.home.post("/api/v1/orgs/acme/delete", json={"confirm": "globex"})
    begun = await done(story.home, "POST", "/orgs/acme/delete", {"confirm": "acme"})
    job = await job_ended(story.home, begun)
    gone = await status(story.here, key)
    async with story.here.anybody() as client:
        client.headers["Host"] = f"acme.localhost:{story.here.port}"
        page = await client.get("/")
    await story.here.stop()  # writes down what was counted in memory, for the org too
    await story.here.restart()

    assert unconfirmed.status_code == 422
    assert (job["state"], job["error"]) == ("done", None), story.here.log[-3000:]
    assert (gone, page.status_code) == (401, 404)

    async def is_swept() -> bool:
        return await _mentions(story, org) <= STAYING

    await eventually(is_swept)
    home = story.here.home
    for folder in ("workspaces", "blobs", "payloads"):
        left = [path for path in (home / folder).rglob("*") if path.is_file()]
        assert [path for path in left if PLAN.encode() in path.read_bytes()] == [], folder


async def _mentions(story: Story, text: str) -> set[str]:
    """The tables that have `text` anywhere in any row."""
    if not story.database:
        with sqlite3.connect(story.here.home / "cadre.db") as database:
            tables = database.execute("select name from sqlite_master where type = 'table'")
            return {
                table
                for (table,) in tables.fetchall()
                if any(text in str(row) for row in database.execute(f"select * from {table}"))
            }
    connection = await asyncpg.connect(story.database)
    try:
        tables = await connection.fetch(
            "select table_name from information_schema.tables "
            "where table_schema = 'public' and table_type = 'BASE TABLE'"
        )
        found = set[str]()
        for (table,) in tables:
            query = f"select count(*) from {table} t where t::text like $1"
            if await connection.fetchval(query, f"%{text}%"):
                found.add(table)
        return found
    finally:
        await connection.close()
