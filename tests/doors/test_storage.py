"""What an organisation may store, on a real server: home sets it, uploads and tools keep to it."""

import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from tests.doors.server import Server, free_port, is_over, until
from tests.engine.models.scripted_server import Reply, ScriptedServer, call

WRITER = "name: writer\ninstructions: Write.\nmodel: default\ntools: [write_file]\n"


@pytest.fixture(params=["sqlite", "postgresql"])
def cluster(request: pytest.FixtureRequest) -> str:
    """Of PostgreSQL, with a template in it; empty: SQLite in the home."""
    if request.param == "sqlite":
        return ""
    assert request.getfixturevalue("postgres_template") == "cadre_template"
    return request.getfixturevalue("postgres_cluster")


@pytest.fixture
async def database(cluster: str) -> AsyncIterator[str]:
    if not cluster:
        yield ""
        return
    connection = await asyncpg.connect(cluster)
    name = f"storage_{uuid4().hex}"
    await connection.execute(f"create database {name} template cadre_template")
    yield cluster.replace("/postgres?", f"/{name}?")
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


@pytest.fixture
async def installation(
    tmp_path: Path, database: str, model: ScriptedServer
) -> AsyncIterator[Server]:
    environment = {
        "CADRE_DATABASE_URL": database,
        "CADRE_DOMAIN": "localhost",
        "OPENAI_API_KEY": "sk-test-0123456789",
        "OPENAI_BASE_URL": model.base_url,
    }
    server = Server(tmp_path / "home", environment, free_port())
    await server.start()
    yield server
    await server.stop()


@asynccontextmanager
async def acme(server: Server, home: httpx2.AsyncClient) -> AsyncGenerator[httpx2.AsyncClient]:
    """The owner of a new organisation."""
    wanted = {"slug": "acme", "name": "Acme", "email": "ann@acme.example"}
    made = await done(home.post("/api/v1/orgs", json=wanted))
    async with server.anybody() as client:
        client.headers["Host"] = f"acme.localhost:{server.port}"
        token = made["sign_in"].rpartition("=")[2]
        session = await done(client.post("/api/v1/session", json={"token": token}))
        client.headers["Cookie"] = f"cadre_session={client.cookies['cadre_session']}"
        client.headers["X-CSRF-Token"] = session["csrf"]
        client.cookies.clear()
        yield client


async def done(asking: Any) -> Any:
    answer = await asking
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


async def conversation(client: httpx2.AsyncClient) -> str:
    return (await done(client.post("/api/v1/conversations", json={"agent": "writer"})))["id"]


async def upload(client: httpx2.AsyncClient, place: str, size: int) -> httpx2.Response:
    files = {"file": (f"{size}.bin", os.urandom(size))}
    return await client.post(f"/api/v1/conversations/{place}/files", files=files)


async def test_an_organisation_stores_what_home_says_and_no_more(
    installation: Server, model: ScriptedServer
):
    async with installation.signed_in() as home, acme(installation, home) as client:
        await done(client.put("/api/v1/agents/writer", json={"yaml": WRITER}))
        limits = {"limits": {"storage_megabytes": 1}}
        assert (await client.patch("/api/v1/org", json=limits)).status_code == 403
        await done(home.patch("/api/v1/orgs/acme", json=limits))
        first, second = await conversation(client), await conversation(client)
        assert (await upload(client, first, 960_000)).status_code == 201

        refused = await upload(client, second, 400_000)

        problem = refused.json()
        assert (refused.status_code, problem["code"]) == (429, "storage_full")
        assert "may store 1 MB and stores 1.0 MB" in problem["detail"]
        assert (await done(client.get(f"/api/v1/conversations/{second}/files")))["items"] == []
        usage = await done(client.get("/api/v1/org/usage"))
        assert 960_000 <= usage["storage_bytes"]["used"] < 1_000_000
        assert usage["storage_bytes"]["most"] == 1_000_000
        assert usage["members"] == {"used": 1, "most": None}
        assert usage["projects"] == {"used": 1, "most": None}
        assert usage["keys"] == {"used": 0, "most": None}
        assert usage["concurrent_runs"]["used"] == 0

        # A tool finds as little room as an upload.
        model.say(
            Reply(calls=[call("write_file", {"path": "big.txt", "content": "x" * 60_000})]),
            Reply(text="It did not fit."),
        )
        asked = f"/api/v1/conversations/{second}/messages"
        run = await done(client.post(asked, json={"text": "Write it."}))
        over = await until(client, run["id"], is_over)
        assert over["status"] == "done", over["error"]
        said = [m["content"] for m in model.requests[-1]["messages"] if m["role"] == "tool"]
        assert "may store 1 MB" in said[0]

        await done(client.delete(f"/api/v1/conversations/{first}"))

        usage = await done(client.get("/api/v1/org/usage"))
        assert usage["storage_bytes"]["used"] == 0
        assert (await upload(client, second, 400_000)).status_code == 201
        # Home has no limit, and what acme stores is not its own.
        own = await done(home.get("/api/v1/org/usage"))
        assert own["storage_bytes"] == {"used": 0, "most": None}
