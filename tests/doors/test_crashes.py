"""Whenever the plug is pulled, the answer comes once."""

import asyncio
from typing import Any

import httpx2

from tests.doors.scripted import ask
from tests.doors.server import Server, events, is_over, until
from tests.engine.models.scripted_server import Reply, ScriptedServer, call

ANSWER = " ".join(f"word{number}" for number in range(60))


async def _journal(client: httpx2.AsyncClient, run_id: str) -> list[dict[str, Any]]:
    return (await client.get(f"/api/v1/runs/{run_id}/events?limit=1000")).json()["items"]


async def test_a_server_killed_in_mid_answer_gives_it_once(scripted: Server, model: ScriptedServer):
    model.say(Reply(text=ANSWER, chunk_delay_seconds=0.03, times=2))
    async with scripted.signed_in() as client:
        run = await ask(client, "Say many words.")
        async for event in events(client, f"/api/v1/runs/{run['id']}/stream"):
            if event.event == "live" and event.data["type"] == "text.delta":
                break
        await scripted.kill()
        await scripted.restart()

        done = await until(client, run["id"], is_over)
        messages = (await client.get(f"/api/v1/conversations/{run['session_id']}/messages")).json()[
            "items"
        ]
        journal = await _journal(client, run["id"])

    assert (done["status"], done["output"]["text"]) == ("done", ANSWER)
    assert [message["assistant"]["text"] for message in messages] == [ANSWER]
    finished = [e["key"] for e in journal if e["type"] == "step.finished"]
    assert len(finished) == len(set(finished))
    assert [e["seq"] for e in journal] == list(range(len(journal)))


async def test_a_finished_step_is_not_done_again_after_a_kill(
    scripted: Server, model: ScriptedServer
):
    write = call("write_file", {"path": "once.txt", "content": "once"})
    model.say(Reply(calls=[write]), Reply(text=ANSWER, chunk_delay_seconds=0.03, times=2))
    async with scripted.signed_in() as client:
        run = await ask(client, "Write a file, then talk.")
        async for event in events(client, f"/api/v1/runs/{run['id']}/stream"):
            if event.event == "live" and event.data["type"] == "text.delta":
                break
        await scripted.kill()
        await scripted.restart()

        done = await until(client, run["id"], is_over)
        journal = await _journal(client, run["id"])

    assert done["status"] == "done"
    acted = [e for e in journal if e["type"] == "step.finished" and e["data"]["kind"] == "tool"]
    assert [e["data"]["name"] for e in acted] == ["write_file"]
    assert len(model.requests) == 3  # the call, the answer cut off, the answer again


async def test_a_message_sent_twice_is_one_message(server: Server):
    async with server.signed_in() as client:
        conversation = (await client.post("/api/v1/conversations", json={})).json()["id"]
        path = f"/api/v1/conversations/{conversation}/messages"

        async def post() -> httpx2.Response:
            headers = {"Idempotency-Key": "one"}
            return await client.post(path, json={"text": "help"}, headers=headers)

        answers = await asyncio.gather(*(post() for _ in range(5)))
        await until(client, answers[0].json()["id"], is_over)
        messages = (await client.get(path)).json()["items"]

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(messages) == 1


async def test_an_approval_survives_a_kill_and_is_used_once(
    scripted: Server, model: ScriptedServer
):
    model.say(
        Reply(calls=[call("shell", {"command": "echo hello > said.txt"})]), Reply(text="Done.")
    )
    async with scripted.signed_in() as client:
        run = await ask(client, "Say hello by shell.")
        await until(client, run["id"], lambda r: r["status"] == "waiting")
        await scripted.kill()
        await scripted.restart()
        pending = (await client.get("/api/v1/approvals?status=pending")).json()["items"]
        assert [a["run_id"] for a in pending] == [run["id"]]
        path = f"/api/v1/approvals/{pending[0]['id']}/decision"

        forged = await client.post(path, json={"decision": "approve", "call_hash": "0" * 64})
        body = {"decision": "approve", "call_hash": pending[0]["call_hash"]}
        first = await client.post(path, json=body)
        done = await until(client, run["id"], is_over)

    assert forged.status_code in {409, 422}
    assert first.json()["status"] == "approved"
    assert (done["status"], done["output"]["text"]) == ("done", "Done.")
