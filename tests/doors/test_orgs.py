"""Two orgs on two hosts of one server: side by side, never inside of each other, and movable."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.doors.server import Server, is_over, until

# The job, what home's audit log says of it, and the number and hash at which the org's own ended.
_STAYING = {"org_jobs", "audit_events", "audit_checkpoints", "audit_heads"}


@asynccontextmanager
async def _member(server: Server, slug: str, link: str = "") -> AsyncGenerator[httpx2.AsyncClient]:
    """A page of the org `slug`, signed in by `link`."""
    async with server.anybody() as client:
        client.headers["Host"] = f"{slug}.localhost:{server.port}"
        if link:
            token = link.rpartition("=")[2]
            answer = await client.post("/api/v1/session", json={"token": token})
            assert answer.status_code == 200, answer.text
            cookie = client.cookies["cadre_session"]
            client.cookies = httpx2.Cookies()
            client.headers["Cookie"] = f"cadre_session={cookie}"
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        yield client


async def _provision(home: httpx2.AsyncClient, slug: str) -> dict[str, Any]:
    wanted = {"slug": slug, "name": slug.title(), "email": f"owner@{slug}.example"}
    answer = await home.post("/api/v1/orgs", json=wanted)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def _ended(home: httpx2.AsyncClient, job: dict[str, Any]) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            now = (await home.get(f"/api/v1/orgs/jobs/{job['id']}")).json()
            if now["state"] in {"done", "failed"}:
                return now
            await asyncio.sleep(0.1)


async def _talk(client: httpx2.AsyncClient, text: str) -> tuple[str, str]:
    """A conversation with a file and one run that is over: their ids."""
    made = await client.post("/api/v1/conversations", json={})
    assert made.status_code == 201, made.text
    conversation = made.json()["id"]
    path = f"/api/v1/conversations/{conversation}"
    sent = await client.post(f"{path}/files", files={"file": ("notes.txt", text.encode())})
    assert sent.status_code == 201, sent.text
    asked = await client.post(f"{path}/messages", json={"text": text, "files": ["notes.txt"]})
    assert asked.status_code < 300, asked.text
    run = asked.json()["id"]
    await until(client, run, is_over)
    return conversation, run


async def test_two_orgs_work_side_by_side(server: Server):
    async with server.signed_in() as home:
        acme, beta = await _provision(home, "acme"), await _provision(home, "beta")
        listed = (await home.get("/api/v1/orgs")).json()["items"]
    async with (
        _member(server, "acme", acme["sign_in"]) as ann,
        _member(server, "beta", beta["sign_in"]) as bob,
    ):
        conversation, run = await _talk(ann, "the plan of acme")
        own = await ann.get(f"/api/v1/conversations/{conversation}")
        others = await bob.get(f"/api/v1/conversations/{conversation}")
        run_of_others = await bob.get(f"/api/v1/runs/{run}")
        theirs = (await bob.get("/api/v1/conversations")).json()["items"]
        names = [(await each.get("/api/v1/org")).json()["name"] for each in (ann, bob)]
        refused = await ann.get("/api/v1/orgs")

    assert [org["slug"] for org in listed] == ["home", "acme", "beta"]
    assert acme["sign_in"].startswith(f"http://acme.localhost:{server.port}/")
    assert own.status_code == 200
    assert (others.status_code, run_of_others.status_code, theirs) == (404, 404, [])
    assert names == ["Acme", "Beta"]
    assert (refused.status_code, refused.json()["code"]) == (403, "home_only")


async def test_a_session_is_worth_nothing_on_the_host_of_another_org(server: Server):
    async with server.signed_in() as home:
        acme, _beta = await _provision(home, "acme"), await _provision(home, "beta")
        home.headers["Host"] = f"acme.localhost:{server.port}"
        as_home_on_acme = await home.get("/api/v1/me")
    async with _member(server, "acme", acme["sign_in"]) as ann:
        on_own = await ann.get("/api/v1/org")
        ann.headers["Host"] = f"beta.localhost:{server.port}"
        on_other = await ann.get("/api/v1/org")
        ann.headers["Host"] = f"127.0.0.1:{server.port}"
        on_home = await ann.get("/api/v1/org")

    assert on_own.status_code == 200
    assert [each.status_code for each in (as_home_on_acme, on_other, on_home)] == [401, 401, 401]


async def test_a_key_counts_on_the_host_of_its_org_and_at_home(server: Server):
    async with server.signed_in() as home:
        acme, _beta = await _provision(home, "acme"), await _provision(home, "beta")
    async with _member(server, "acme", acme["sign_in"]) as ann:
        made = await ann.post("/api/v1/keys", json={"name": "program"})
        assert made.status_code == 201, made.text
    statuses: dict[str, int] = {}
    async with server.anybody() as program:
        program.headers["Authorization"] = f"Bearer {made.json()['key']}"
        for host in ("acme.localhost", "127.0.0.1", "beta.localhost"):
            program.headers["Host"] = f"{host}:{server.port}"
            answer = await program.get("/api/v1/org")
            statuses[host] = answer.status_code
            if answer.status_code == 200:
                assert answer.json()["slug"] == "acme"

    assert statuses == {"acme.localhost": 200, "127.0.0.1": 200, "beta.localhost": 401}


async def test_a_host_of_no_org_is_nobodys_page(server: Server):
    async with _member(server, "nobody") as client:
        api, page = await client.get("/api/v1/health"), await client.get("/")
        client.headers["Host"] = "elsewhere.example"
        foreign = await client.get("/api/v1/health")

    assert (api.status_code, page.status_code) == (404, 404)
    assert api.json()["code"] == "host_not_served"
    assert foreign.status_code == 421


async def test_a_suspended_org_is_at_rest_until_it_is_reactivated(server: Server):
    async with server.signed_in() as home:
        acme = await _provision(home, "acme")
        async with _member(server, "acme", acme["sign_in"]) as ann:
            made = (await ann.post("/api/v1/keys", json={"name": "program"})).json()
            suspended = await home.post("/api/v1/orgs/acme/suspend", json={"reason": "unpaid"})
            refused = await ann.get("/api/v1/conversations")
            page = await ann.get("/")
            health = await ann.get("/api/v1/health")
            async with server.anybody() as program:
                program.headers["Authorization"] = f"Bearer {made['key']}"
                by_key = await program.get("/api/v1/conversations")
            await home.post("/api/v1/orgs/acme/reactivate")
            after = await ann.get("/api/v1/conversations")
        itself = await home.post("/api/v1/orgs/home/suspend", json={})

    assert suspended.json()["status"] == "suspended"
    assert (refused.status_code, refused.json()["code"]) == (403, "org_suspended")
    assert (page.status_code, health.status_code) == (403, 200)
    assert by_key.status_code in {401, 403}
    assert after.status_code == 200
    assert (itself.status_code, itself.json()["code"]) == (409, "home_stays")


async def test_an_org_keeps_to_what_it_may_have(server: Server):
    async with server.signed_in() as home:
        made = await _provision(home, "frugal")
        limits = {"keys": 1, "requests_per_minute": 12}
        changed = await home.patch(f"/api/v1/orgs/{made['org']['id']}", json={"limits": limits})
        async with _member(server, "frugal", made["sign_in"]) as member:
            keys = [await member.post("/api/v1/keys", json={"name": n}) for n in "ab"]
            async with asyncio.timeout(30):  # what is known of limits may be a moment old
                while (answer := await member.get("/api/v1/runs")).status_code == 200:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)

    assert changed.status_code == 200, changed.text
    assert [key.status_code for key in keys] == [201, 429]
    assert keys[1].json()["code"] == "keys_reached"
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert "At most 12 such requests" in answer.json()["detail"]


async def test_an_org_looks_as_it_wants_to_at_once(server: Server):
    async with server.signed_in() as home:
        acme = await _provision(home, "acme")
    async with _member(server, "acme", acme["sign_in"]) as ann:
        wanted = {"branding": {"product_name": "Anvil", "accent": "#0b57d0"}, "mfa_required": False}
        changed = await ann.patch("/api/v1/org", json=wanted)
        pale = await ann.patch("/api/v1/org", json={"branding": {"accent": "#ffee00"}})
        limits = await ann.patch("/api/v1/org", json={"limits": {"members": 1000}})
        seen = (await ann.get("/api/v1/org")).json()

        async with _member(server, "acme") as stranger:
            before_signing_in = await stranger.get("/api/v1/org/branding")

    assert changed.status_code == 200, changed.text
    assert before_signing_in.json()["product_name"] == "Anvil"
    assert seen["branding"]["product_name"] == "Anvil"
    assert (pale.status_code, pale.json()["field"]) == (422, "branding.accent")
    assert (limits.status_code, limits.json()["code"]) == (403, "denied")


async def test_work_is_put_into_the_project_that_a_request_names(server: Server):
    async with server.signed_in() as client:
        made = await client.post("/api/v1/org/projects", json={"slug": "apollo", "name": "Apollo"})
        wrong = await client.get("/api/v1/me", headers={"X-Cadre-Project": "gemini"})
        odd = await client.get("/api/v1/me", headers={"X-Cadre-Environment": "moon"})
        client.headers |= {"X-Cadre-Project": "apollo", "X-Cadre-Environment": "dev"}
        _conversation, run = await _talk(client, "countdown")
    with sqlite3.connect(server.home / "cadre.db") as database:
        row = database.execute("select project_id, environment from runs where id = ?", (run,))
        placed = row.fetchone()

    assert made.status_code == 201, made.text
    assert placed == (made.json()["id"], "dev")
    assert (wrong.status_code, wrong.json()["code"]) == (404, "project_not_found")
    assert (odd.status_code, odd.json()["code"]) == (422, "environment_unknown")


@pytest.fixture
async def elsewhere(tmp_path: Path) -> AsyncGenerator[Server]:
    """Another installation."""
    server = Server(tmp_path / "elsewhere" / "home")
    server.home.parent.mkdir()
    await server.start()
    yield server
    if server.is_running:
        await server.stop()


async def test_an_org_moves_to_another_installation(
    server: Server, elsewhere: Server, tmp_path: Path
):
    archive = tmp_path / "acme.zip"
    async with server.signed_in() as home:
        acme = await _provision(home, "acme")
        async with _member(server, "acme", acme["sign_in"]) as ann:
            conversation, run = await _talk(ann, "the plan of acme")
            key = (await ann.post("/api/v1/keys", json={"name": "program"})).json()["key"]
            before = (await ann.get(f"/api/v1/runs/{run}")).json()
    code, _out, error = await server.cadre("orgs", "export", "acme", "--to", str(archive))
    assert code == 0, error
    code, out, error = await elsewhere.cadre("orgs", "import", str(archive), "--json")
    assert code == 0, error
    again, _, refusal = await elsewhere.cadre("orgs", "import", str(archive))

    async with elsewhere.anybody() as program:
        program.headers["Authorization"] = f"Bearer {key}"
        org = (await program.get("/api/v1/org")).json()
        after = (await program.get(f"/api/v1/runs/{run}")).json()
        path = f"/api/v1/conversations/{conversation}"
        file = await program.get(f"{path}/files/notes.txt")
        listed = (await program.get(f"{path}/files")).json()

    assert json.loads(out)["state"] == "done"
    assert (org["id"], org["slug"], org["status"]) == (acme["org"]["id"], "acme", "active")
    assert after == before
    assert file.status_code == 200, listed
    assert file.text == "the plan of acme"
    assert again == 1
    assert "is here already" in refusal


async def test_the_command_line_sees_an_org_through_its_life(server: Server):
    code, out, error = await server.cadre(
        "orgs", "create", "acme", "--name", "Acme", "--email", "ann@acme.example", "--json"
    )
    assert code == 0, error
    made = json.loads(out)
    async with _member(server, "acme", made["sign_in"]) as ann:
        signed_in = await ann.get("/api/v1/org")
    said: list[str] = []
    for arguments in (
        ("suspend", "acme", "--reason", "unpaid"),
        ("reactivate", "acme"),
        ("delete", "acme", "--confirm", "acme"),
    ):
        code, out, error = await server.cadre("orgs", *arguments)
        assert code == 0, error
        said.append(out.strip())
    code, out, _ = await server.cadre("orgs", "list", "--json")

    assert signed_in.json()["id"] == made["org"]["id"]
    assert said == ["acme is suspended.", "acme is active.", "Deleted acme."]
    assert (code, [org["slug"] for org in json.loads(out)]) == (0, ["home"])


async def test_deletion_leaves_nothing_of_the_org_and_everything_of_others(server: Server):
    async with server.signed_in() as home:
        acme, beta = await _provision(home, "acme"), await _provision(home, "beta")
        async with (
            _member(server, "acme", acme["sign_in"]) as ann,
            _member(server, "beta", beta["sign_in"]) as bob,
        ):
            await _talk(ann, "the secret plan of acme")
            await _talk(ann, "what both know")
            _, kept_run = await _talk(bob, "what both know")
            unconfirmed = await home.post("/api/v1/orgs/acme/delete", json={"confirm": "beta"})
            begun = await home.post("/api/v1/orgs/acme/delete", json={"confirm": "acme"})
            at_once = await ann.get("/api/v1/org")
            job = await _ended(home, begun.json())
            kept = await bob.get(f"/api/v1/runs/{kept_run}")
            conversations = (await bob.get("/api/v1/conversations")).json()["items"]
            file = await bob.get(f"/api/v1/conversations/{conversations[0]['id']}/files/notes.txt")
            gone = await ann.get("/api/v1/org")
    await server.stop()  # writes down what was counted in memory, for the org too
    await server.restart()
    await _swept(server.home, acme["org"]["id"])
    await server.stop()

    assert (unconfirmed.status_code, unconfirmed.json()["field"]) == (422, "confirm")
    assert at_once.status_code in {401, 403, 404}
    assert (job["state"], job["error"]) == ("done", None), server.log[-3000:]
    assert gone.status_code == 404
    assert (kept.status_code, file.text) == (200, "what both know")
    assert _mentions(server.home, acme["org"]["id"]) <= _STAYING
    assert _audited(server.home, acme["org"]["id"]) == 0
    assert _files_with(server.home, b"the secret plan of acme") == []


async def _swept(home: Path, org: str) -> None:
    """What was counted in memory until the last stop is gone after the next start."""
    async with asyncio.timeout(60):
        while True:
            if _mentions(home, org) <= _STAYING:
                return
            await asyncio.sleep(0.2)


def _mentions(home: Path, text: str) -> set[str]:
    """The tables that have `text` in any column of any row."""
    found = set[str]()
    with sqlite3.connect(home / "cadre.db") as database:
        tables = database.execute("select name from sqlite_master where type = 'table'").fetchall()
        for (table,) in tables:
            rows = database.execute(f"select * from {table}").fetchall()
            if any(text in str(value) for row in rows for value in row):
                found.add(table)
    return found


def _audited(home: Path, org: str) -> int:
    """Events in the org's own audit log. Home's says that it was deleted."""
    with sqlite3.connect(home / "cadre.db") as database:
        query = "select count(*) from audit_events where org_id = ?"
        return database.execute(query, (org,)).fetchone()[0]


def _files_with(home: Path, content: bytes) -> list[Path]:
    """The files below `home`, but for the database's own, that hold `content`."""
    found = (path for path in home.rglob("*") if path.is_file() and "cadre.db" not in path.name)
    return [path for path in found if content in path.read_bytes()]


async def test_the_server_prints_a_link_for_the_owner_of_any_organisation(server: Server):
    async with server.signed_in() as home:
        await _provision(home, "acme")
    code, said, _ = await server.cadre("sign-in", "--org", "acme", "--json")
    unknown, _, why = await server.cadre("sign-in", "--org", "nobody")
    link = json.loads(said)["url"]
    async with _member(server, "acme", link) as owner:
        me = (await owner.get("/api/v1/me")).json()

    assert (code, unknown != 0, "cadre orgs list" in why) == (0, True, True)
    assert link.startswith(f"http://acme.localhost:{server.port}/signin?token=")
    assert (me["org"]["name"], me["role"]) == ("Acme", "owner")


async def test_an_org_is_copied_beside_itself_and_both_go_on(server: Server, tmp_path: Path):
    archive = tmp_path / "acme.zip"
    async with server.signed_in() as home:
        acme = await _provision(home, "acme")
    async with _member(server, "acme", acme["sign_in"]) as ann:
        conversation, run = await _talk(ann, "the plan of acme")
        before = (await ann.get(f"/api/v1/runs/{run}")).json()
    code, _, error = await server.cadre("orgs", "export", "acme", "--to", str(archive))
    assert code == 0, error
    bare, _, remedy = await server.cadre("orgs", "import", str(archive))
    code, _, error = await server.cadre(
        "orgs", "import", str(archive), "--new-id", "--slug", "anvil"
    )
    assert code == 0, error
    _, said, _ = await server.cadre("sign-in", "--org", "anvil", "--json")

    async with _member(server, "anvil", json.loads(said)["url"]) as copied:
        org = (await copied.get("/api/v1/org")).json()
        [talk] = (await copied.get("/api/v1/conversations")).json()["items"]
        [ran] = (await copied.get("/api/v1/runs")).json()["items"]
        whole = (await copied.get(f"/api/v1/runs/{ran['id']}")).json()
        path = f"/api/v1/conversations/{talk['id']}"
        file = await copied.get(f"{path}/files/notes.txt")
        sent = await copied.post(f"{path}/messages", json={"text": "and now?"})
        after = await until(copied, sent.json()["id"], is_over)
        foreign = await copied.get(f"/api/v1/runs/{run}")
        members = (await copied.get("/api/v1/members")).json()["items"]
    held = _rows_of(server.home, org["id"])

    assert (bare, "--new-id --slug" in remedy) == (1, True)
    assert talk["id"] != conversation
    assert ran["id"] != run
    assert (whole["status"], whole["title"]) == (before["status"], before["title"])
    assert file.text == "the plan of acme"
    assert after["status"] == "done"
    assert foreign.status_code == 404
    assert [each["role"] for each in members] == ["owner"]
    assert len(held["runs"]) == 2
    old = (acme["org"]["id"], conversation, run)
    held.pop("audit_events")  # which says that somebody asked for a run of the other one
    assert _naming(held, *old) == []


def _naming(held: dict[str, list[Any]], *texts: str) -> list[str]:
    """Where in the rows one of `texts` stands."""
    return [
        f"{name}: ...{said[max(0, at - 60) : at + 40]}..."
        for name, rows in held.items()
        for said in map(str, rows)
        for text in texts
        if (at := said.find(text)) >= 0
    ]


def _rows_of(home: Path, org: str) -> dict[str, list[Any]]:
    """What the database holds of the org, by table, with the journals of its runs."""
    found: dict[str, list[Any]] = {}
    with sqlite3.connect(home / "cadre.db") as database:
        tables = database.execute(
            "select m.name from sqlite_master m join pragma_table_info(m.name) c "
            "where m.type = 'table' and c.name = 'org_id'"
        ).fetchall()
        for (name,) in tables:
            query = f"select * from {name} where org_id = ?"  # of the schema
            found[name] = database.execute(query, (org,)).fetchall()
        found["run_events"] = database.execute(
            "select * from run_events where run_id in (select id from runs where org_id = ?)",
            (org,),
        ).fetchall()
    return found
