"""The command line works with a server and without one, and its exit codes tell."""

import json
from pathlib import Path

import pytest

from tests.doors.server import EXAMPLES, Server
from tests.engine.models.scripted_server import Reply, ScriptedServer, call

ORDERS = EXAMPLES / "sales" / "orders.csv"
QUESTION = "total revenue by region in orders.csv as a bar chart"


@pytest.fixture
def alone(tmp_path: Path) -> Server:
    """A home where no server runs."""
    return Server(tmp_path / "home")


async def _asks_for_a_chart(server: Server, folder: Path) -> None:
    code, out, error = await server.cadre(
        "run", QUESTION, "--file", str(ORDERS), "--out", str(folder), "--json"
    )

    assert code == 0, error
    answer = json.loads(out)
    assert answer["status"] == "done"
    assert "EMEA" in answer["text"]
    pictures = [Path(file["saved_to"]) for file in answer["files"]]
    assert any(p.read_bytes().startswith(b"\x89PNG") for p in pictures if p.suffix == ".png")


async def test_run_without_a_server_brings_its_own(alone: Server, tmp_path: Path):
    await _asks_for_a_chart(alone, tmp_path / "out")

    assert not (alone.home / "server.json").exists()


async def test_run_uses_the_server_that_runs(server: Server, tmp_path: Path):
    await _asks_for_a_chart(server, tmp_path / "out")

    code, out, _ = await server.cadre("runs", "list", "--json")
    assert code == 0
    assert [run["status"] for run in json.loads(out)] == ["done"]
    code, out, _ = await server.cadre("keys", "list", "--json")
    assert json.loads(out) == []


async def test_keys_create_prints_the_key_once(server: Server):
    code, out, _ = await server.cadre("keys", "create", "--name", "ci", "--json")
    made = json.loads(out)

    async with server.anybody() as client:
        client.headers["Authorization"] = f"Bearer {made['key']}"
        me = await client.get("/api/v1/me")
    _, listed, _ = await server.cadre("keys", "list", "--json")

    assert (code, me.status_code) == (0, 200)
    assert made["key"] not in listed


async def test_a_run_that_needs_a_person_says_so_by_its_exit_code(
    scripted: Server, model: ScriptedServer
):
    model.say(Reply(calls=[call("shell", {"command": "echo hi"})]), Reply(text="Done."))

    code, out, _ = await scripted.cadre("run", "Say hi by shell.", "--json")
    waiting = json.loads(out)
    _, listed, _ = await scripted.cadre("approvals", "list", "--json")
    approval = json.loads(listed)[0]
    decided, _, _ = await scripted.cadre("approvals", "decide", approval["id"], "deny")

    assert (code, waiting["status"]) == (3, "waiting")
    assert approval["arguments"] == {"command": "echo hi"}
    assert decided == 0


async def test_a_run_that_fails_says_so_by_its_exit_code(scripted: Server, model: ScriptedServer):
    model.say(Reply(status=401, error="no such key", times=0))

    code, out, _ = await scripted.cadre("run", "Hello.", "--json")

    assert (code, json.loads(out)["status"]) == (1, "failed")


async def test_wrong_usage_is_told_apart(alone: Server):
    for arguments in (
        ("run",),
        ("run", " "),
        ("run", "hi", "--file", "gone.csv"),
        ("nonsense",),
        ("approvals", "decide", "apr_x", "edit"),
    ):
        code, _, error = await alone.cadre(*arguments)
        assert (code, bool(error)) == (2, True), arguments


async def test_a_bad_setting_is_named(alone: Server):
    alone.environment["CADRE_PORT"] = "many"

    code, _, error = await alone.cadre("runs", "list")

    assert code == 2
    assert "CADRE_PORT" in error
    assert "Traceback" not in error


async def test_an_unknown_run_is_one_sentence(server: Server):
    code, _, error = await server.cadre("runs", "show", "run_none")

    assert code == 1
    assert error.startswith("cadre: ")
    assert "Traceback" not in error


async def test_a_busy_port_says_which_and_what_to_do(server: Server, tmp_path: Path):
    other = Server(tmp_path / "other")

    code, _, error = await other.cadre("up", "--port", str(server.port))

    assert code == 1
    assert f"Port {server.port} is in use" in error


async def test_up_where_one_runs_already_prints_a_new_link(server: Server):
    code, out, error = await server.cadre("up")

    assert code == 0
    assert "running already" in error
    assert "/signin?token=" in out


async def test_runs_can_be_shown_replayed_forked_and_cancelled(server: Server):
    _, out, _ = await server.cadre("run", "help", "--json")
    run_id = json.loads(out)["run_id"]

    shown, text, _ = await server.cadre("runs", "show", run_id)
    replayed, copy, _ = await server.cadre("runs", "replay", run_id, "--json")
    forked, fork, _ = await server.cadre("runs", "fork", run_id, "--at", "0", "--json")
    cancelled, _, _ = await server.cadre("runs", "cancel", run_id)

    assert (shown, replayed, forked) == (0, 0, 0)
    assert "run.finished" in text
    assert json.loads(copy)["text"] == json.loads(out)["text"] == json.loads(fork)["text"]
    assert cancelled in {0, 1}  # it has ended already


async def test_agents_travel_as_yaml_byte_for_byte(server: Server, tmp_path: Path):
    definition = tmp_path / "agent.yaml"
    definition.write_text(
        "# mine\nname: clerk\ndescription: Files things.\ninstructions: |\n  Be brief.\n"
    )

    applied, _, error = await server.cadre("agents", "apply", str(definition))
    exported, out, _ = await server.cadre("agents", "export", "clerk")

    assert (applied, exported) == (0, 0), error
    assert out == definition.read_text()


async def test_doctor_says_what_is_missing_and_what_would_fix_it(alone: Server):
    alone.environment["CADRE_PROT"] = "1"

    code, out, _ = await alone.cadre("doctor", "--json")
    findings = {finding["about"]: finding for finding in json.loads(out)}

    assert code == 0
    assert "CADRE_PROT" in findings["settings"]["says"]
    assert "OPENAI_API_KEY" in findings["model"]["remedy"]


async def test_openapi_prints_the_description(alone: Server):
    code, out, _ = await alone.cadre("openapi")

    assert code == 0
    assert "/api/v1/runs/{run_id}/stream" in json.loads(out)["paths"]
