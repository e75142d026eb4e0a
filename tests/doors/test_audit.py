"""On a real server: what is done and what is refused is in the log before the answer is out."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import httpx2

from tests.doors.server import Server

SECRET = "sk-planted-0123456789abcdef"


async def events(client: httpx2.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get("/api/v1/audit", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_what_somebody_does_is_in_the_log_when_they_have_the_answer(server: Server):
    async with server.signed_in() as client:
        made = (await client.post("/api/v1/keys", json={"name": "ci"})).json()
        created = await events(client, action="keys.create")
        await client.delete(f"/api/v1/keys/{made['id']}")
        revoked = await events(client, action="keys.revoke")
        signed_in = await events(client, action="session.")
        me = (await client.get("/api/v1/me")).json()
        reads = await events(client, action="audit.")

    event = created[0]
    assert (event["actor_kind"], event["actor_id"]) == ("user", me["user"]["id"])
    assert (event["result"], event["ip"]) == ("ok", "127.0.0.1")
    assert event["details"] == {"fields": ["name"], "status": 201}
    assert len(event["request_id"]) == 16
    assert revoked[0]["resource"] == f"key:{made['id']}"
    assert signed_in[0]["action"] == "session.sign_in"
    assert reads == []  # looking is not written down


async def test_refusals_of_every_kind_are_in_the_log(server: Server):
    async with server.anybody() as stranger:
        await stranger.get("/api/v1/runs")
        await stranger.post("/api/v1/session", json={"token": "wrong"})
        await stranger.get("/api/v1/me", headers={"Authorization": "Bearer ck_aaaaaaaaaaaa_wrong"})
    async with server.signed_in() as client:
        await client.get("/api/v1/runs/run_of_somebody_else")
        await client.post("/api/v1/keys", json={"name": 7})
        await client.post("/api/v1/keys", json={}, headers={"X-CSRF-Token": "wrong"})
        refused = await events(client, result="refused")
        failed = await events(client, result="failed")

    assert [(e["action"], e["resource"], e["details"]["code"]) for e in refused] == [
        ("access.ask", "/api/v1/keys", "csrf"),
        ("runs.get", "run:run_of_somebody_else", "run_not_found"),
        ("access.ask", "/api/v1/me", "unauthenticated"),
        ("session.sign_in", "", "sign_in_link_used"),
        ("access.ask", "/api/v1/runs", "unauthenticated"),
    ]
    assert refused[0]["actor_kind"] == "user"
    assert refused[2]["actor_kind"] == "anonymous"
    assert [(e["action"], e["details"]) for e in failed] == [
        ("keys.create", {"code": "invalid", "status": 422})
    ]


async def test_no_value_of_a_body_gets_into_the_log(server: Server):
    async with server.signed_in() as client:
        body = {"kind": "openai", "key": SECRET, "base_url": "http://127.0.0.1:9/v1"}
        await client.put("/api/v1/providers/planted", json=body)
        await client.put("/api/v1/providers/planted", json={SECRET: SECRET})
        await client.post("/api/v1/session", json={"token": SECRET})
        exported = (await client.get("/api/v1/audit/export")).text

    lines = [json.loads(line) for line in exported.splitlines()]
    assert SECRET not in exported
    assert "models.put_provider" in {line["action"] for line in lines}
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))


async def test_a_flood_of_refusals_is_summed_up(server: Server):
    async with server.anybody() as stranger:
        for _ in range(60):
            await stranger.get("/api/v1/runs")
    async with server.signed_in() as client:
        refused = await events(client, action="access.ask", limit=200)

    assert len(refused) == 20


async def test_the_command_line_searches_exports_and_verifies(server: Server, tmp_path: Path):
    async with server.signed_in() as client:
        for number in range(3):
            await client.post("/api/v1/keys", json={"name": f"key {number}"})
    file = tmp_path / "audit.jsonl"

    code, found, _ = await server.cadre("audit", "search", "--action", "keys.create", "--json")
    _, none, _ = await server.cadre(
        "audit", "search", "--action", "keys.create", "--until", "2020-01-01", "--json"
    )
    shown = await server.cadre("audit", "search", "--since", "1d")
    exported = await server.cadre("audit", "export", str(file), "--json")
    verified = await server.cadre("audit", "verify", "--json")

    assert code == 0
    assert len(json.loads(found)) == 3
    assert json.loads(none) == []
    assert "keys.create" in shown[1]
    assert json.loads(exported[1])["events"] == len(file.read_text().splitlines())
    assert (verified[0], json.loads(verified[1])["ok"]) == (0, True)


async def test_a_log_that_was_changed_on_the_disk_is_found_out(server: Server):
    async with server.signed_in() as client:
        for number in range(5):
            await client.post("/api/v1/keys", json={"name": f"key {number}"})
    await server.stop()
    with sqlite3.connect(server.home / "cadre.db") as database:
        database.execute("drop trigger audit_events_change")
        database.execute("update audit_events set actor_name = 'Eve' where seq = 3")
    await server.restart()

    code, _, said = await server.cadre("audit", "verify")

    assert code == 1
    assert "BROKEN at event 3" in said


async def test_what_was_answered_is_in_the_log_after_kill_9(server: Server):
    async with server.signed_in() as client:
        names = [f"key {number}" for number in range(10)]
        for name in names:
            assert (await client.post("/api/v1/keys", json={"name": name})).status_code == 201
        await server.kill()
    await server.restart()
    async with server.signed_in() as client:
        created = await events(client, action="keys.create")
        proof = (await client.get("/api/v1/audit/verify")).json()

    assert len(created) == len(names)
    assert proof["ok"]
