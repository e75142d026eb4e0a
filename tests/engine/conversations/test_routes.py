"""Conversations over HTTP: messages become runs once, files go in and out safely."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from fastapi import FastAPI, Request

from cadre.engine.agents import Agents
from cadre.engine.agents.routes import router as agents_router
from cadre.engine.approvals import Approvals
from cadre.engine.approvals.routes import router as approvals_router
from cadre.engine.conversations import Conversations, Files
from cadre.engine.conversations.routes import router as conversations_router
from cadre.engine.gate import Gate
from cadre.engine.gate.routes import router as gate_router
from cadre.engine.models import Connections, Listing
from cadre.engine.models.routes import router as models_router
from cadre.engine.runs import Runs
from cadre.engine.runs.routes import router as runs_router
from cadre.engine.sandbox import SandboxReport
from cadre.engine.tools import Toolbox
from cadre.infra.database import Database
from cadre.infra.web import current_scope, install_problems
from cadre.kernel.ids import RunId
from cadre.kernel.scope import Scope
from tests.engine.harness import House
from tests.engine.models.scripted_server import Reply, call
from tests.granted import granted

ROUTERS = (
    conversations_router,
    runs_router,
    agents_router,
    approvals_router,
    gate_router,
    models_router,
)


@pytest.fixture
async def client(house: House, other_scope: Scope) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    app.state.services = {
        Database: house.database,
        Runs: house.runs,
        Agents: house.agents,
        Approvals: house.approvals,
        Conversations: house.conversations,
        Files: house.files,
        Gate: house.gate,
        Connections: house.made.connections,
        Listing: house.made.listing,
        Toolbox: house.toolbox,
        SandboxReport: SandboxReport(available=False, kind="none"),
    }
    install_problems(app)

    def scope_of(request: Request) -> Scope:
        return other_scope if request.headers.get("x-org") == "other" else house.scope

    app.dependency_overrides[current_scope] = scope_of
    for router in ROUTERS:
        app.include_router(router)
    transport = httpx2.ASGITransport(granted(app))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


OTHER = {"x-org": "other"}


async def converse(client: httpx2.AsyncClient, **given: Any) -> str:
    answer = await client.post("/conversations", json=given)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def upload(client: httpx2.AsyncClient, conversation: str, name: str, content: bytes) -> Any:
    answer = await client.post(
        f"/conversations/{conversation}/files", files={"file": (name, content)}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def finish(house: House, run: dict[str, Any]) -> dict[str, Any]:
    return (await house.ended(await house.runs.get(house.scope, RunId(run["id"])))).model_dump()


async def test_from_first_message_to_answer_with_files(house: House, client: httpx2.AsyncClient):
    house.server.say(
        Reply(calls=[call("read_file", {"path": "orders.csv"})]),
        Reply(calls=[call("write_file", {"path": "answer.md", "content": "# 2"})]),
        Reply(text="It is **2**."),
    )
    conversation = await converse(client)
    async with house.database.begin(house.scope) as work:
        await house.made.listing.set_default(work, "test:scripted")

    kept = await upload(client, conversation, "C:\\data\\orders.csv", b"a,b\n1,2\n")
    message = {"text": "\n  What is b?  \nplease", "files": ["orders.csv"]}
    answer = await client.post(f"/conversations/{conversation}/messages", json=message)
    assert answer.status_code == 202, answer.text
    run = await finish(house, answer.json())
    said = (await client.get(f"/conversations/{conversation}/messages")).json()["items"]
    shown = (await client.get(f"/conversations/{conversation}")).json()

    assert (kept["path"], kept["size"], kept["media_type"]) == ("orders.csv", 8, "text/csv")
    assert run["status"] == "done", run["error"]
    assert "1,2" in house.told(1)[0]
    assert said[0]["user"]["text"] == message["text"]
    assert said[0]["user"]["files"][0]["size"] == 8
    assert said[0]["assistant"]["text"] == "It is **2**."
    assert said[0]["assistant"]["files"][0]["path"] == "answer.md"
    assert (shown["title"], shown["last_status"]) == ("What is b?", "done")
    file = await client.get(f"/runs/{run['id']}/files/answer.md", params={"inline": "1"})
    assert file.text == "# 2"
    assert "sandbox" in file.headers["content-security-policy"]


async def test_a_message_sent_twice_is_one_run(house: House, client: httpx2.AsyncClient):
    house.server.say(Reply(text="hi", times=0))
    conversation = await converse(client)
    url = f"/conversations/{conversation}/messages"
    key = {"Idempotency-Key": "k-1"}

    one = await client.post(url, json={"text": "hello"}, headers=key)
    two = await client.post(url, json={"text": "hello"}, headers=key)
    other_text = await client.post(url, json={"text": "bye"}, headers=key)
    other_key = await client.post(url, json={"text": "hello"}, headers={"Idempotency-Key": "k-2"})

    assert one.json()["id"] == two.json()["id"] != other_key.json()["id"]
    assert (other_text.status_code, other_text.json()["code"]) == (409, "idempotency_key_reused")
    assert len((await client.get(url)).json()["items"]) == 2


async def test_a_message_sent_twice_at_once_is_one_run(house: House, client: httpx2.AsyncClient):
    house.server.say(Reply(text="hi", times=0))
    url = f"/conversations/{await converse(client)}/messages"
    key = {"Idempotency-Key": "k-1"}

    answers = await asyncio.gather(
        *[client.post(url, json={"text": "hello"}, headers=key) for _ in range(5)]
    )

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await client.get(url)).json()["items"]) == 1


async def test_another_org_finds_no_conversation_file_or_run(
    house: House, client: httpx2.AsyncClient
):
    house.server.say(Reply(text="hi", times=0))
    conversation = await converse(client, title="Secret plans")
    await upload(client, conversation, "plan.txt", b"secret")
    started = await client.post(
        "/runs", json={"agent": "assistant", "text": "hi", "session_id": conversation}
    )
    run = started.json()["id"]

    assert (await client.get("/conversations", headers=OTHER)).json()["items"] == []
    for method, url, body in [
        ("GET", f"/conversations/{conversation}", None),
        ("PATCH", f"/conversations/{conversation}", {"title": "x"}),
        ("DELETE", f"/conversations/{conversation}", None),
        ("GET", f"/conversations/{conversation}/messages", None),
        ("POST", f"/conversations/{conversation}/messages", {"text": "x", "files": ["plan.txt"]}),
        ("GET", f"/conversations/{conversation}/files", None),
        ("GET", f"/conversations/{conversation}/files/plan.txt", None),
        ("POST", "/runs", {"text": "x", "session_id": conversation}),
        ("POST", f"/runs/{run}/messages", {"text": "x"}),
        ("GET", f"/runs/{run}/files", None),
        ("GET", f"/runs/{run}/files/plan.txt", None),
    ]:
        answer = await client.request(method, url, json=body, headers=OTHER)
        assert answer.status_code == 404, f"{method} {url}: {answer.text}"


async def test_files_that_could_act_are_never_shown_in_the_page(client: httpx2.AsyncClient):
    conversation = await converse(client)
    await upload(client, conversation, "page.html", b"<script>alert(1)</script>")
    await upload(client, conversation, "picture.svg", b"<svg/>")

    page = await client.get(f"/conversations/{conversation}/files/page.html?inline=1")
    picture = await client.get(f"/conversations/{conversation}/files/picture.svg?inline=1")
    plain = await client.get(f"/conversations/{conversation}/files/picture.svg")

    assert page.headers["content-disposition"].startswith("attachment")
    assert picture.headers["content-disposition"].startswith("inline")
    assert plain.headers["content-disposition"].startswith("attachment")
    for answer in (page, picture, plain):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["../../../etc/passwd", "..%2f..%2fx", "a/b/c.txt", "ü ö.txt"])
async def test_an_uploaded_name_stays_inside_the_workspace(
    house: House, client: httpx2.AsyncClient, name: str
):
    conversation = await converse(client)

    kept = await upload(client, conversation, name, b"x")

    assert "/" not in kept["path"]
    listed = (await client.get(f"/conversations/{conversation}/files")).json()["items"]
    assert [file["path"] for file in listed] == [kept["path"]]
    file = await client.get(f"/conversations/{conversation}/files/{quote(kept['path'])}")
    assert file.content == b"x"


async def test_a_path_that_leads_out_is_refused(client: httpx2.AsyncClient):
    conversation = await converse(client)

    answer = await client.get(f"/conversations/{conversation}/files/%2e%2e/%2e%2e/index.json")

    assert answer.status_code in {404, 422}


async def test_a_message_with_an_unknown_file_or_agent_says_what_to_do(client: httpx2.AsyncClient):
    conversation = await converse(client)
    url = f"/conversations/{conversation}/messages"

    file = await client.post(url, json={"text": "hi", "files": ["nothing.csv"]})
    agent = await client.post(url, json={"text": "hi", "agent": "nobody"})
    alone = await client.post("/runs", json={"text": "hi", "files": ["nothing.csv"]})

    assert (file.status_code, file.json()["field"]) == (422, "files")
    assert "Upload it first" in file.json()["detail"]
    assert (agent.status_code, agent.json()["code"]) == (404, "agent_not_found")
    assert alone.status_code == 422


async def test_conversations_are_searched_paged_renamed_and_deleted(
    house: House, client: httpx2.AsyncClient
):
    ids = [await converse(client, title=f"Talk {number}") for number in range(5)]

    first = (await client.get("/conversations", params={"limit": 3})).json()
    rest = (await client.get("/conversations", params={"cursor": first["next"]})).json()
    found = (await client.get("/conversations", params={"q": "talk 3"})).json()["items"]
    odd = (await client.get("/conversations", params={"q": "100%"})).json()["items"]
    renamed = await client.patch(f"/conversations/{ids[0]}", json={"title": "New"})
    deleted = await client.delete(f"/conversations/{ids[1]}")

    listed = [item["id"] for item in [*first["items"], *rest["items"]]]
    assert listed == list(reversed(ids))
    assert [item["id"] for item in found] == [ids[3]]
    assert odd == []
    assert renamed.json()["title"] == "New"
    assert deleted.status_code == 204
    assert (await client.get(f"/conversations/{ids[1]}")).status_code == 404


async def test_deleting_a_conversation_ends_its_runs(house: House, client: httpx2.AsyncClient):
    conversation = await converse(client)
    house.server.say(Reply(text="word " * 1000, chunk_delay_seconds=0.05))
    async with house.database.begin(house.scope) as work:
        await house.made.listing.set_default(work, "test:scripted")
    run = (
        await client.post(f"/conversations/{conversation}/messages", json={"text": "talk"})
    ).json()
    await house.server.answering.wait()

    await client.delete(f"/conversations/{conversation}")

    assert (await finish(house, run))["status"] == "cancelled"


async def test_an_approval_over_http(house: House, client: httpx2.AsyncClient):
    house.server.say(Reply(calls=[call("send", {"to": "ann"})]), Reply(text="Sent."))
    run = await house.start("send")
    await house.waiting(run)

    inbox = (await client.get("/approvals", params={"status": "pending"})).json()["items"]
    asked = inbox[0]
    wrong = await client.post(
        f"/approvals/{asked['id']}/decision", json={"decision": "approve", "call_hash": "sha256:0"}
    )
    right = await client.post(
        f"/approvals/{asked['id']}/decision",
        json={"decision": "approve", "call_hash": asked["call_hash"]},
    )

    assert (wrong.status_code, wrong.json()["code"]) == (409, "approval_mismatch")
    assert (right.status_code, right.json()["status"]) == (200, "approved")
    assert (await house.ended(run)).status == "done"


async def test_agents_rules_and_tools_over_http(house: House, client: httpx2.AsyncClient):
    yaml = "name: pirate\ninstructions: Arr.   # as it was written\ntools: [read_file]\n"

    put = await client.put("/agents/pirate", json={"yaml": yaml})
    bad = await client.put("/agents/pirate", json={"yaml": "name: pirate\nlimits: {steps: 0}\n"})
    got = await client.get("/agents/pirate")
    listed = (await client.get("/agents")).json()["items"]
    rules = await client.put(
        "/gate/rules", json={"rules": [{"tool": "read_file", "effect": "deny", "reason": "No."}]}
    )
    explained = await client.post(
        "/gate/explain", json={"tool": "read_file", "arguments": {"path": "x"}, "agent": "pirate"}
    )
    tools = (await client.get("/tools")).json()["items"]

    assert put.status_code == 200
    assert got.json()["yaml"] == yaml
    assert bad.status_code == 422
    assert "instructions" in bad.json()["detail"]
    assert {"assistant", "analyst", "coder", "pirate"} <= {agent["name"] for agent in listed}
    assert rules.status_code == 200
    assert (explained.json()["effect"], explained.json()["reason"]) == ("deny", "No.")
    shell = next(tool for tool in tools if tool["name"] == "shell")
    assert (shell["available"], shell["dangerous"]) == (False, True)
    assert shell["why_not"]


async def test_providers_over_http_never_show_a_key(house: House, client: httpx2.AsyncClient):
    body = {"base_url": house.server.base_url, "key": "sk-very-secret", "models": ["scripted"]}

    put = await client.put("/providers/mine", json=body)
    listed = await client.get("/providers")
    tested = await client.post("/providers/mine/test")
    default = await client.put("/models/default", json={"name": "mine:scripted"})
    from_outside = await client.put("/providers/test", json=body)

    assert put.status_code == 200
    assert "sk-very-secret" not in put.text + listed.text + tested.text
    assert [provider["has_key"] for provider in listed.json()["items"]] == [False, True]
    assert tested.json()["ok"] is True
    assert house.server.headers[-1]["Authorization"] == "Bearer sk-very-secret"
    assert default.json()["default"] == "mine:scripted"
    assert (from_outside.status_code, from_outside.json()["code"]) == (
        409,
        "provider_from_environment",
    )
