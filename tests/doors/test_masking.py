"""What leaves a server says no secret: frames, journals, problems, errors in all dialects."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from aiohttp import web

from tests.doors.server import Server, free_port, is_over, until
from tests.engine.models.scripted_server import Reply, ScriptedServer, call
from tests.planted import Planted

AGENT = """name: reader
instructions: Read what you are asked to.
tools: [http_get, read_file, write_file]
secrets: [github]
rules:
  - {tool: http_get, effect: allow}
"""
MASK = "[secret github]"


@dataclass
class Site:
    """A server that repeats what it is told, also in base64."""

    port: int = field(default_factory=free_port)
    tokens: list[str] = field(default_factory=list[str])

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def repeat(self, request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "")
        self.tokens.append(token)
        basic = base64.b64encode(f"me:{token.removeprefix('Bearer ')}".encode()).decode()
        return web.json_response({"token": token, "basic": basic})


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site, app = Site(), web.Application()
    app.router.add_get("/{path:.*}", site.repeat)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", site.port).start()
    yield site
    await runner.cleanup()


@pytest.fixture
async def house(tmp_path: Path, model: ScriptedServer, site: Site) -> AsyncIterator[Server]:
    """A server with a provider's key in its environment, which may reach `site`."""
    server = Server(tmp_path / "home")
    server.environment = {
        "OPENAI_API_KEY": server.planted.new("provider key", "sk-"),
        "OPENAI_BASE_URL": model.base_url,
        "CADRE_PRIVATE_HOSTS": f"127.0.0.1:{site.port}",
        "CADRE_LOG_LEVEL": "DEBUG",
    }
    await server.start()
    yield server
    if server.is_running:
        await server.stop()
    assert server.leaked == set()


async def stream_of(client: httpx2.AsyncClient, run: str) -> str:
    """Every byte of the stream until the run has ended."""
    async with client.stream("GET", f"/api/v1/runs/{run}/stream") as answer:
        assert answer.status_code == 200
        return "".join([text async for text in answer.aiter_text()])


async def started(client: httpx2.AsyncClient, text: str) -> dict[str, Any]:
    saved = await client.put("/api/v1/agents/reader", json={"yaml": AGENT})
    assert saved.status_code == 200, saved.text
    made = await client.post("/api/v1/conversations", json={"agent": "reader"})
    place = f"/api/v1/conversations/{made.json()['id']}/messages"
    answer = await client.post(place, json={"text": text})
    assert answer.status_code == 202, answer.text
    return answer.json()


async def test_a_leased_secret_is_sent_where_it_may_and_shown_nowhere(
    house: Server, model: ScriptedServer, site: Site
):
    value = house.planted.new("secret of the vault", "ghp_")
    request = {"url": site.origin, "headers": {"Authorization": "Bearer {{secret:github}}"}}
    model.say(
        Reply(calls=[call("http_get", request)]),
        Reply(calls=[call("write_file", {"path": "note.txt", "content": value})]),
        Reply(text=f"It is {value}, I am sure.", reasoning=f"So {value}", chunk_characters=3),
    )
    async with house.signed_in() as client:
        body = {"value": value, "hosts": [site.origin]}
        entered = await client.put("/api/v1/secrets/github", json=body)
        run = await started(client, "What does it say?")
        shown = await stream_of(client, run["id"])
        done = await until(client, run["id"], is_over)
        journal = await client.get(f"/api/v1/runs/{run['id']}/events?limit=1000")
        leases = (await client.get("/api/v1/secrets/leases?only_open=false")).json()["items"]
        files = await client.get(f"/api/v1/conversations/{run['session_id']}/files/note.txt")

    assert entered.json()["hosts"] == [site.origin]
    assert site.tokens == [f"Bearer {value}"]
    assert (done["status"], done["output"]["text"]) == ("done", f"It is {MASK}, I am sure.")
    told = json.dumps(model.requests)
    assert value not in shown + journal.text + json.dumps(done) + told
    assert base64.b64encode(f"me:{value}".encode()).decode() not in shown + journal.text + told
    assert MASK in shown
    assert "{{secret:github}}" in journal.text
    [lease] = leases
    assert (lease["holder"], lease["state"]) == (f"run:{run['id']} tool:http_get", "released")
    assert files.status_code != 200 or value not in files.text


async def test_an_agent_uses_no_secret_that_it_does_not_name_and_none_goes_elsewhere(
    house: Server, model: ScriptedServer, site: Site
):
    value = house.planted.new("secret of the vault", "ghp_")
    asked = [
        {"url": site.origin, "headers": {"X": "{{secret:other}}"}},
        {"url": site.origin, "headers": {"X": "{{secret:github}}"}},
    ]
    model.say(Reply(calls=[call("http_get", each) for each in asked]), Reply(text="No."))
    async with house.signed_in() as client:
        for name in ("github", "other"):
            await client.put(f"/api/v1/secrets/{name}", json={"value": value})
        run = await started(client, "Send it")
        await until(client, run["id"], is_over)
        explained = await client.post(
            "/api/v1/gate/explain",
            json={"tool": "http_get", "arguments": asked[0], "agent": "reader"},
        )
        hosts = await client.put("/api/v1/secrets/github/hosts", json={"hosts": ["a/b"]})

    told = [m["content"] for m in model.requests[1]["messages"] if m["role"] == "tool"]
    assert "This agent may not use the secret `other`. Its `secrets` are: `github`" in told[0]
    assert "may not be sent there" in told[1]
    assert site.tokens == []
    assert "may not use the secret" in explained.json()["reason"]
    assert (hosts.status_code, "hosts" in hosts.text) == (422, True)


async def test_a_problem_that_would_quote_a_secret_says_its_name(house: Server):
    value = house.planted.new("secret of the vault", "word_")
    async with house.signed_in() as client:
        await client.put("/api/v1/secrets/github", json={"value": value})
        answers = [
            await client.put("/api/v1/agents/x", json={"yaml": f"name: x\n{value}: 1"}),
            await client.put(
                "/api/v1/agents/x", json={"yaml": f"name: x\ninstructions: y\ntools: [{value}]"}
            ),
            await client.post("/api/v1/conversations", json={"agent": value}),
            await client.get(f"/api/v1/secrets/{value}/versions"),
            await client.post("/api/v1/conversations", json={value: "x"}),
        ]

    assert all(answer.status_code >= 400 for answer in answers)
    assert all(answer.headers["content-type"] == "application/problem+json" for answer in answers)
    assert all(value not in answer.text for answer in answers)
    assert all(MASK in answer.text for answer in answers), [a.text for a in answers]


QUESTION = [{"role": "user", "content": "Hello"}]
GATEWAY: dict[str, tuple[str, dict[str, Any]]] = {
    "openai": ("/v1/chat/completions", {"messages": QUESTION}),
    "openai, as it comes": ("/v1/chat/completions", {"messages": QUESTION, "stream": True}),
    "responses": ("/v1/responses", {"input": "Hello"}),
    "anthropic": ("/v1/messages", {"messages": QUESTION, "max_tokens": 5}),
    "gemini": (
        "/v1beta/models/openai:scripted:generateContent",
        {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]},
    ),
}


@pytest.mark.parametrize("dialect", GATEWAY)
async def test_a_provider_that_repeats_its_key_does_not_tell_it_to_clients_of_the_gateway(
    house: Server, model: ScriptedServer, dialect: str
):
    key, value = house.planted.values["provider key"], house.planted.new("of the vault", "ghp_")
    said = {"message": f"Incorrect API key provided: {key}. You sent {value} too."}
    model.say(Reply(status=401, error=said, times=0))
    path, body = GATEWAY[dialect]
    async with house.signed_in() as owner:
        made = (await owner.post("/api/v1/keys", json={"name": "ci"})).json()
        await owner.put("/api/v1/secrets/github", json={"value": value})
    async with house.anybody() as client:
        headers = {"Authorization": f"Bearer {made['key']}"}
        if dialect == "anthropic":
            headers["anthropic-version"] = "2023-06-01"
        body = body if "gemini" in dialect else {**body, "model": "openai:scripted"}
        answer = await client.post(path, json=body, headers=headers)

    assert answer.status_code >= 400
    assert key not in answer.text
    assert value not in answer.text
    assert f"You sent {MASK} too" in answer.text, answer.text


async def test_a_value_stays_masked_after_the_server_was_killed(
    house: Server, model: ScriptedServer
):
    """It lies in a file of a conversation, which the next process has not seen being written."""
    value = Planted().new("secret in a file", "ghp_")
    model.say(Reply(calls=[call("read_file", {"path": "config.txt"})]), Reply(text="I read it."))
    async with house.signed_in() as client:
        await client.put("/api/v1/agents/reader", json={"yaml": AGENT})
        made = (await client.post("/api/v1/conversations", json={"agent": "reader"})).json()
        place = f"/api/v1/conversations/{made['id']}"
        given = {"file": ("config.txt", f"token={value}")}
        uploaded = await client.post(f"{place}/files", files=given)
        assert uploaded.status_code < 300, uploaded.text
        await client.put("/api/v1/secrets/github", json={"value": value})
        house.planted.values = {k: v for k, v in house.planted.values.items() if v != value}
        await house.kill()
        await house.restart()
        run = (await client.post(f"{place}/messages", json={"text": "Read it"})).json()
        done = await until(client, run["id"], is_over)
        journal = await client.get(f"/api/v1/runs/{run['id']}/events?limit=1000")

    assert done["status"] == "done", done
    assert value not in journal.text + json.dumps(model.requests) + house.log
    assert f"token={MASK}" in journal.text
