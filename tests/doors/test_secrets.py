"""The vault through the doors, and a long life after which no planted secret is found anywhere."""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pyotp.totp import TOTP

from cadre.infra.database import Database
from tests.doors.scripted import ask
from tests.doors.server import CADRE, Server, is_over, until
from tests.engine.models.scripted_server import Reply, ScriptedServer, call
from tests.planted import Planted

SECRETS = "/api/v1/secrets"


async def with_input(server: Server, given: str, *arguments: str) -> tuple[int, str, str]:
    """A command that is given something on stdin."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        CADRE,
        *arguments,
        env=server.variables(),
        cwd=server.home.parent,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
    )
    out, error = await process.communicate(given.encode())
    assert process.returncode is not None
    return process.returncode, out.decode(), error.decode()


async def put(client: httpx2.AsyncClient, name: str, value: str) -> dict[str, Any]:
    answer = await client.put(f"{SECRETS}/{name}", json={"value": value})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def rotated(client: httpx2.AsyncClient) -> dict[str, Any]:
    """Rotate the data key, and wait until it is over."""
    begun = await client.post(f"{SECRETS}/rotation")
    assert begun.status_code == 202, begun.text
    async with asyncio.timeout(60):
        while True:
            state = (await client.get(f"{SECRETS}/rotation")).json()
            if state["finished_at"] is not None:
                return state
            await asyncio.sleep(0.05)


async def test_a_secret_is_entered_replaced_rotated_and_deleted_and_never_shown(server: Server):
    async with server.signed_in() as client:
        answers = [
            await client.put(f"{SECRETS}/token", json={"value": "first-vault-value"}),
            await client.post(f"{SECRETS}/token/rotate", json={"value": "second-vault-value"}),
            await client.get(SECRETS),
            await client.get(f"{SECRETS}/token/versions"),
            await client.get(f"{SECRETS}/leases"),
            await client.get(f"{SECRETS}/rotation"),
        ]
        state = await rotated(client)
        assert [answer.status_code for answer in answers] == [200] * 6
        assert answers[2].json()["items"][0]["version"] == 2
        assert [v["version"] for v in answers[3].json()["items"]] == [2, 1]
        assert (state["generation"], state["total"], state["left"]) == (2, 2, 0)
        gone = await client.delete(f"{SECRETS}/token")
        assert gone.status_code == 204
        assert (await client.get(SECRETS)).json()["items"] == []

    assert "vault-value" not in "".join(answer.text for answer in answers) + server.log


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("PUT", "/9lives", {"value": "bad-planted"}, 422, "name"),
        ("PUT", "/leases", {"value": "bad-planted"}, 422, "name"),
        ("PUT", "/models%2Fopenai", {"value": "bad-planted"}, 404, None),
        ("PUT", "/token", {"value": ""}, 422, "value"),
        ("PUT", "/token", {"value": ["bad-planted"]}, 422, "value"),
        ("PUT", "/token", {"value": "bad-planted\0"}, 400, None),
        ("PUT", "/token", {"value": "ok", "unknown": "bad-planted"}, 422, None),
        ("POST", "/nothing/rotate", {"value": "bad-planted"}, 404, None),
        ("GET", "/nothing/versions", None, 404, None),
        ("DELETE", "/nothing", None, 404, None),
        ("DELETE", "/leases/lea_nothing", None, 404, None),
    ],
)
async def test_what_is_refused_names_the_field_and_not_the_value(
    shared: Server, method: str, path: str, body: Any, status: int, field: str | None
):
    async with shared.signed_in() as client:
        answer = await client.request(method, f"{SECRETS}{path}", json=body)

    assert answer.status_code == status, answer.text
    assert "bad-planted\0" not in answer.text
    assert path.startswith("/token") or "bad-planted" not in answer.text
    if field is not None:
        problem = answer.json()
        assert field in {problem.get("field"), *(e["field"] for e in problem.get("errors", []))}


async def test_whoever_may_only_read_sees_names_and_changes_nothing(shared: Server):
    async with shared.signed_in() as owner:
        await put(owner, "seen", "a-value-to-see")
        grants = [{"permission": "secrets:read", "resource": "*"}]
        made = await owner.post("/api/v1/keys", json={"name": "reader", "grants": grants})
        none = [{"permission": "runs:read", "resource": "*"}]
        other = await owner.post("/api/v1/keys", json={"name": "other", "grants": none})
    async with shared.anybody() as reader:
        reader.headers["Authorization"] = f"Bearer {made.json()['key']}"
        listed = await reader.get(SECRETS)
        refused = [
            await reader.put(f"{SECRETS}/seen", json={"value": "another-value"}),
            await reader.post(f"{SECRETS}/seen/rotate", json={"value": "another-value"}),
            await reader.delete(f"{SECRETS}/seen"),
            await reader.post(f"{SECRETS}/rotation"),
            await reader.delete(f"{SECRETS}/leases/lea_x"),
        ]
        reader.headers["Authorization"] = f"Bearer {other.json()['key']}"
        refused.append(await reader.get(SECRETS))

    assert "seen" in [each["name"] for each in listed.json()["items"]]
    assert [answer.status_code for answer in refused] == [403] * 6


async def test_commands_take_the_value_from_stdin(shared: Server, tmp_path: Path):
    value = "value-from-stdin"
    hosts = ("--host", "api.example.com", "--host", "http://127.0.0.1:9")
    code, out, error = await with_input(
        shared, f"{value}\n", "secrets", "set", "cli", *hosts, "--json"
    )
    assert (code, json.loads(out)["version"]) == (0, 1), error
    assert json.loads(out)["hosts"] == ["https://api.example.com:443", "http://127.0.0.1:9"]
    code, out, error = await with_input(shared, "next-of-stdin", "secrets", "rotate", "cli")
    assert (code, out) == (0, "cli, version 2\n"), error
    code, out, error = await with_input(shared, "", "secrets", "set", "cli")
    assert (code, "stdin" in error) == (2, True)
    code, _, error = await with_input(shared, value, "secrets", "rotate", "not-there")
    assert (code, "not-there" in error) == (1, True)
    _, out, _ = await shared.cadre("secrets", "list", "--json")
    assert "cli" in [each["name"] for each in json.loads(out)]
    code, out, error = await shared.cadre("secrets", "rotate-keys", "--json")
    assert (code, json.loads(out)["left"]) == (0, 0), error
    code, out, error = await shared.cadre("secrets", "delete", "cli", "--json")
    assert (code, json.loads(out)["deleted"]) == (0, True), error


async def test_the_master_key_is_replaced_under_a_server_that_runs(
    server: Server, model: ScriptedServer, tmp_path: Path
):
    new_key = os.urandom(32)
    (tmp_path / "new.key").write_text(base64.b64encode(new_key).decode())
    weak = tmp_path / "weak.key"
    weak.write_text("a" * 43 + "=")
    async with server.signed_in() as client:
        body = {"base_url": model.base_url, "key": "sk-stored-0123456789", "models": ["m"]}
        assert (await client.put("/api/v1/providers/own", json=body)).status_code == 200
        await put(client, "token", "a-vault-value")

        code, _, error = await server.cadre("secrets", "rotate-master", "--new-key-file", str(weak))
        assert (code, "openssl rand" in error) == (2, True)
        file = str(tmp_path / "new.key")
        code, out, error = await server.cadre(
            "secrets", "rotate-master", "--new-key-file", file, "--json"
        )
        assert code == 0, error
        assert json.loads(out)["is_in_use"]

        state = (await client.get(f"{SECRETS}/rotation")).json()
        assert state["master_key"] == json.loads(out)["master_key"]
        listed = (await client.get("/api/v1/providers")).json()["items"]
        assert [p["has_key"] for p in listed if p["name"] == "own"] == [True]
        await put(client, "token", "another-vault-value")
        await server.kill()
        await server.restart()
        await put(client, "token", "a-third-vault-value")
        assert (await rotated(client))["left"] == 0
    assert (server.home / "secrets" / "master.key").read_bytes() == new_key


async def test_a_master_key_in_the_environment_leaves_no_file_and_a_weak_one_stops_the_start(
    tmp_path: Path,
):
    server = Server(tmp_path / "home", {"CADRE_MASTER_KEY": "a" * 43 + "="})
    with pytest.raises(RuntimeError, match="openssl rand"):
        await server.start()
    server.environment["CADRE_MASTER_KEY"] = base64.b64encode(os.urandom(32)).decode()
    await server.start()
    try:
        async with server.signed_in() as client:
            await put(client, "token", "a-vault-value")
            listed = (await client.get(SECRETS)).json()["items"]
        doctor = await server.cadre("doctor")
    finally:
        await server.stop()

    assert [each["name"] for each in listed] == ["token"]
    assert "master.key" not in os.listdir(server.home / "secrets")
    assert server.environment["CADRE_MASTER_KEY"] not in server.log + doctor[1] + doctor[2]


async def test_after_a_long_life_no_planted_secret_is_found_anywhere(
    tmp_path: Path, model: ScriptedServer, database: Database
):
    planted = Planted()
    url = database.url if database.dialect == "postgresql" else ""
    environment = {
        "CADRE_DATABASE_URL": url,
        "OPENAI_API_KEY": planted.new("provider key of the environment", "sk-"),
        "OPENAI_BASE_URL": model.base_url,
    }
    server = Server(tmp_path / "home", environment)
    await server.start()
    try:
        async with server.signed_in() as owner:
            planted.add("session token", owner.cookies["cadre_session"])
            await _keys_and_providers(owner, planted, model)
            await _vault(server, owner, planted)
            await _runs(owner, planted, model)
        await _person(server, planted)
        await server.kill()
        await server.restart()
        async with server.signed_in() as owner:
            await rotated(owner)
            decoy = Planted()
            await until(owner, (await ask(owner, decoy.new("decoy")))["id"], is_over)
        found = [await left_behind(server, each, url) for each in (planted, decoy)]
    finally:
        await server.stop()

    assert len(planted.values) >= 11
    assert found[0] == []
    assert found[1], "What was said in a conversation is not found where it lies."
    assert await left_behind(server, planted, url) == []


async def left_behind(server: Server, planted: Planted, url: str) -> list[str]:
    """Everywhere: the folder, the log, and the tables of PostgreSQL."""
    in_tables = await planted.leaks_in_postgres(url) if url else []
    return planted.leaks(server.home, server.log) + in_tables


async def _keys_and_providers(
    owner: httpx2.AsyncClient, planted: Planted, model: ScriptedServer
) -> None:
    made = (await owner.post("/api/v1/keys", json={"name": "ci"})).json()
    planted.add("API key", made["key"])
    headers = {"Authorization": f"Bearer {made['key']}"}
    await owner.get("/api/v1/me", headers=headers)
    await owner.get("/v1/models", headers=headers)
    key = planted.new("provider key", "sk-")
    body = {"base_url": model.base_url, "key": key, "models": ["m"]}
    assert (await owner.put("/api/v1/providers/own", json=body)).status_code == 200
    await owner.put("/api/v1/providers/own", json={**body, "unknown": key})
    await owner.post("/api/v1/providers/own/test")
    wanted = {
        "name": "Okta",
        "issuer": "https://issuer.example",
        "client_id": "cadre",
        "client_secret": planted.new("client secret"),
    }
    answer = await owner.post("/api/v1/identity-providers", json=wanted)
    assert answer.status_code == 201, answer.text


async def _vault(server: Server, owner: httpx2.AsyncClient, planted: Planted) -> None:
    await put(owner, "token", planted.new("former vault value"))
    await put(owner, "token", planted.new("vault value"))
    await owner.put(f"{SECRETS}/Bad Name", json={"value": planted.new("refused vault value")})
    code, _, error = await with_input(
        server, planted.new("vault value of a command"), "secrets", "set", "other"
    )
    assert code == 0, error
    await rotated(owner)


async def _runs(owner: httpx2.AsyncClient, planted: Planted, model: ScriptedServer) -> None:
    """One that works, and one whose provider says the key in its error."""
    key = planted.values["provider key of the environment"]
    model.say(
        Reply(calls=[call("list_files", {})]),
        Reply(text="That is all."),
        Reply(status=401, error={"message": f"Incorrect API key provided: {key}."}),
    )
    ended: list[str] = []
    for text in ("What is there?", "And now?"):
        run = await ask(owner, text)
        ended.append((await until(owner, run["id"], is_over))["status"])
    assert ended == ["done", "failed"]


async def _person(server: Server, planted: Planted) -> None:
    email, password = "anna@acme.example", planted.new("password")
    code, out, error = await server.cadre("users", "invite", email, "--json")
    assert code == 0, error
    token = json.loads(out)["link"].partition("=")[2]
    async with server.anybody() as client:
        body = {"token": token, "name": "Anna", "password": password}
        accepted = await client.post("/api/v1/registration/invitation", json=body)
        assert accepted.status_code == 204, accepted.text
        signed_in = {"email": email, "password": password}
        entered = await client.post("/api/v1/session/password", json=signed_in)
        await client.post("/api/v1/session/password", json={**signed_in, "email": password})
        client.headers["X-CSRF-Token"] = entered.json()["me"]["csrf"]
        started = (await client.post("/api/v1/account/mfa/totp")).json()
        planted.add("TOTP secret", started["secret"])
        code_now = TOTP(started["secret"]).now()
        confirmed = await client.put("/api/v1/account/mfa/totp", json={"code": code_now})
        planted.add("recovery code", confirmed.json()["recovery_codes"][0])


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """One server for what leaves nothing behind."""
    server = Server(tmp_path_factory.mktemp("shared") / "home")
    await server.start()
    yield server
    await server.stop()
