"""Two people on a real server: one is exported and erased, and the other one notices nothing."""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import text

from cadre.infra.database import Database
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import ALL_ORGS, DEFAULT_PROJECT, Principal, Scope
from tests.doors.server import Server, is_over, until

PASSWORD = "ocelot-lantern-grape"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63f8cfc0f01f0005000201e22ff4f80000000049454e44ae426082"
)
EVERYBODY = Scope(OrgId(ALL_ORGS), DEFAULT_PROJECT, "*", Principal("system", "test", "Test"))


@asynccontextmanager
async def member(
    server: Server, owner: httpx2.AsyncClient, email: str, name: str, role: str = "user"
) -> AsyncGenerator[tuple[httpx2.AsyncClient, str]]:
    """Somebody who was invited, accepted and signed in; and their id."""
    invited = await owner.post("/api/v1/members", json={"email": email, "name": name, "role": role})
    assert invited.status_code == 201, invited.text
    token = invited.json()["link"].rpartition("=")[2]
    async with server.anybody() as client:
        accepted = await client.post(
            "/api/v1/registration/invitation",
            json={"token": token, "name": name, "password": PASSWORD},
        )
        assert accepted.status_code == 204, accepted.text
        signed = await client.post(
            "/api/v1/session/password", json={"email": email, "password": PASSWORD}
        )
        assert signed.status_code == 200, signed.text
        client.headers["X-CSRF-Token"] = (await client.get("/api/v1/me")).json()["csrf"]
        yield client, invited.json()["member"]["id"]


async def live(client: httpx2.AsyncClient, mark: str) -> str:
    """A conversation with a file, and what else people leave; returns the conversation's id."""
    made = await client.post("/api/v1/conversations", json={"title": f"About {mark}"})
    conversation = made.json()["id"]
    sent = await client.post(
        f"/api/v1/conversations/{conversation}/files",
        files={"file": ("notes.csv", f"who,what\n{mark},file\n".encode())},
    )
    assert sent.status_code == 201, sent.text
    message = {"text": f"How many rows are in notes.csv? {mark}", "files": ["notes.csv"]}
    run = await client.post(f"/api/v1/conversations/{conversation}/messages", json=message)
    assert run.status_code < 300, run.text
    await until(client, run.json()["id"], is_over)
    await client.put("/api/v1/account/avatar", files={"file": ("me.png", PNG + mark.encode())})
    key = await client.post("/api/v1/keys", json={"name": f"key of {mark}"})
    assert key.status_code == 201, key.text
    return conversation


async def done(client: httpx2.AsyncClient, begun: httpx2.Response, path: str) -> dict[str, Any]:
    assert begun.status_code == 202, begun.text
    async with asyncio.timeout(120):
        while True:
            job = (await client.get(f"{path}/{begun.json()['id']}")).json()
            if job["state"] not in {"waiting", "running"}:
                assert job["state"] == "done", job
                return job
            await asyncio.sleep(0.05)


async def found_in(server: Server, *marks: str) -> list[str]:
    """The tables that have a row with one of `marks`, and the files that do."""
    database, found = Database(f"sqlite:///{server.home / 'cadre.db'}"), list[str]()
    async with database.engine.connect() as connection:
        tables = await connection.execute(
            text("select name from sqlite_master where type = 'table'")
        )
        for (table,) in tables.all():
            rows = await connection.execute(text(f'select * from "{table}"'))
            if any(mark in str(row) for row in rows for mark in marks):
                found.append(table)
    await database.close()
    return found + files_with(server.home, marks)


def files_with(home: Path, marks: tuple[str, ...]) -> list[str]:
    return [
        str(path.relative_to(home))
        for part in ("blobs", "payloads", "workspaces", "exports")
        for path in (home / part).rglob("*")
        if path.is_file() and any(mark.encode() in path.read_bytes() for mark in marks)
    ]


def opened(archive: bytes) -> tuple[dict[str, list[dict[str, Any]]], list[str], str]:
    """The lines of each room, the names of files, and everything as text."""
    with zipfile.ZipFile(io.BytesIO(archive)) as content:
        names = content.namelist()
        texts = {name: content.read(name).decode(errors="replace") for name in names}
    lines = {
        name.removesuffix(".jsonl"): [json.loads(line) for line in texts[name].splitlines()]
        for name in names
        if name.endswith(".jsonl")
    }
    return lines, [name for name in names if name.startswith("files/")], "".join(texts.values())


async def test_one_is_exported_and_erased_and_the_other_notices_nothing(server: Server):
    async with (
        server.signed_in() as owner,
        member(server, owner, "ann.privat@acme.example", "Ann Privat", "builder") as (ann, ann_id),
        member(server, owner, "bea.bleibt@acme.example", "Bea Bleibt", "builder") as (bea, _bea_id),
    ):
        hers, other = await live(ann, "ann-mark"), await live(bea, "bea-mark")
        agent = "name: helper\ndescription: d\ninstructions: Help.\ntools: [list_files]\n"
        assert (await ann.put("/api/v1/agents/helper", json={"yaml": agent})).status_code < 300
        await done(ann, await ann.post("/api/v1/account/exports"), "/api/v1/account/exports")

        begun = await owner.post(f"/api/v1/data/people/{ann_id}/export")
        job = await done(owner, begun, "/api/v1/data/jobs")
        archive = await owner.get(f"/api/v1/data/jobs/{job['id']}/archive")

        lines, files, everything = opened(archive.content)
        assert {row["table"] for row in lines["account"]} >= {"users", "sessions"}
        assert lines["account"][0]["values"]["email"] == "ann.privat@acme.example"
        (conversation,) = lines["conversations"]
        assert conversation["values"]["messages"][0]["text"].startswith("How many rows")
        assert len(conversation["values"]["messages"]) == 2
        assert len(lines["runs"]) == 1
        assert sorted(files) == [
            "files/account/avatar.png",
            f"files/conversations/{hers}/notes.csv",
        ]
        assert not re.search(
            r"argon2|ck_[a-z0-9]{8,}|bea|Bea|(password|token|secret)_hash|csrf\"", everything
        )
        assert await found_in(server, "ann.privat@acme.example") != []

        before = await untouched(bea, other)
        refused = await owner.post(
            f"/api/v1/data/people/{ann_id}/erase", json={"confirm": "bea.bleibt@acme.example"}
        )
        assert (refused.status_code, refused.json()["field"]) == (422, "confirm")
        begun = await owner.post(
            f"/api/v1/data/people/{ann_id}/erase", json={"confirm": "Ann.Privat@acme.example"}
        )
        assert (await ann.get("/api/v1/me")).status_code == 401
        job = await done(owner, begun, "/api/v1/data/jobs")

        assert await found_in(server, "ann.privat@acme.example", "ann-mark") == []
        assert await found_in(server, "Ann Privat") == ["audit_events"]
        versions = (await owner.get("/api/v1/agents/helper/versions")).json()
        assert f"Erased person ({ann_id})" in json.dumps(versions)
        assert (await owner.get("/api/v1/audit/verify")).json()["ok"] is True
        assert (await owner.get(f"/api/v1/members/{ann_id}")).status_code == 404
        assert any("audit log" in room["stays"] for room in job["result"])
        assert await untouched(bea, other) == before


async def untouched(client: httpx2.AsyncClient, conversation: str) -> list[Any]:
    """Everything that somebody sees of their own."""
    paths = (
        "/account",
        f"/conversations/{conversation}/messages",
        f"/conversations/{conversation}/files",
        f"/conversations/{conversation}/files/notes.csv",
        "/account/avatar",
        "/keys",
    )
    answers = [await client.get(f"/api/v1{path}") for path in paths]
    assert {answer.status_code for answer in answers} == {200}, [a.text[:200] for a in answers]
    return [answer.content for answer in answers]


async def test_the_command_line_does_all_of_it(server: Server, tmp_path: Path):
    async with server.signed_in() as owner:
        async with member(server, owner, "cleo@acme.example", "Cleo") as (cleo, cleo_id):
            await live(cleo, "cleo-mark")
        archive = tmp_path / "cleo.zip"

        tried = await server.cadre(
            "data", "retention", "--set", "runs=30", "--set", "audit=forever", "--dry-run", "--json"
        )
        made = await server.cadre("data", "retention", "--set", "runs=30", "--apply")
        wrong = await server.cadre("data", "retention", "--set", "runs=soon")
        held = await server.cadre("data", "hold", "--reason", "Acme against Globex.")
        refused = await server.cadre("data", "erase", "cleo@acme.example", "--confirm", cleo_id)
        lifted = await server.cadre("data", "hold", "--lift")
        exported = await server.cadre("data", "export", "cleo@acme.example", "-o", str(archive))
        again = await server.cadre("data", "export", cleo_id, "-o", str(archive))
        unsaid = await server.cadre("data", "erase", "cleo@acme.example", "--confirm", "no")
        erased = await server.cadre(
            "data", "erase", "cleo@acme.example", "--confirm", "cleo@acme.example"
        )
        gone = await server.cadre("data", "export", "cleo@acme.example", "-o", f"{archive}.2")

        assert tried[0] == 0, tried
        state = json.loads(tried[1])
        assert {each["key"]: each["would_delete"] for each in state["items"]}["runs"] == 0
        assert (made[0], "30 days" in made[1], "Nothing was too old" in made[2]) == (0, True, True)
        assert (wrong[0], "runs=soon" in wrong[2]) == (2, True)
        assert (held[0], "Acme against Globex" in held[1]) == (0, True)
        assert (refused[0], "legal hold" in refused[2]) == (1, True)
        assert (lifted[0], lifted[1]) == (0, "There is no hold.\n")
        assert exported[0] == 0, exported
        assert zipfile.is_zipfile(archive)
        assert (again[0], "exists already" in again[2]) == (2, True)
        assert (unsaid[0], "Repeat" in unsaid[2]) == (1, True)
        assert erased[0] == 0, erased
        assert "audit log" in erased[2]
        assert (gone[0], "Nobody here" in gone[2]) == (1, True)
        assert await found_in(server, "cleo@acme.example", "cleo-mark") == []


async def test_an_erasure_goes_on_after_the_plug_was_pulled(server: Server):
    async with server.signed_in() as owner:
        async with member(server, owner, "dora@acme.example", "Dora") as (dora, dora_id):
            for _ in range(3):
                await live(dora, "dora-mark")
        begun = await owner.post(f"/api/v1/data/people/{dora_id}/erase", json={"confirm": dora_id})
        assert begun.status_code == 202
    await server.kill()
    assert await found_in(server, "dora-mark") != []

    await server.restart()

    async with server.signed_in() as owner:
        job = await done(owner, begun, "/api/v1/data/jobs")
        assert (await owner.get("/api/v1/audit/verify")).json()["ok"] is True
    assert job["error"] is None
    assert await found_in(server, "dora@acme.example", "dora-mark") == []
