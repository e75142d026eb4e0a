"""The door writes down what happened before it answers, and does nothing that it can't write down."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, Request
from sqlalchemy import text
from starlette.responses import StreamingResponse

from cadre.edge.http import Auditing
from cadre.edge.http.limits import BodyLimits, LimitBodies, is_too_deep
from cadre.edge.http.repeats import Repeats
from cadre.infra.database import Database
from cadre.infra.web import install_problems, set_scope
from cadre.kernel.errors import NotFound
from cadre.kernel.scope import Scope
from cadre.trust.audit import Audit, AuditEntry, AuditEvent, AuditFilter, AuditLog, Seal

SEAL = Seal(b"k" * 32)
router = APIRouter(prefix="/api/v1/things", tags=["things"])
done: list[str] = []


@router.post("")
async def create_thing(request: Request, body: dict[str, Any]) -> dict[str, str]:
    done.append("created")
    request.state.audit = {"resource": "thing:new", "size": len(body)}
    return {"id": "new"}


@router.get("/{thing_id}")
async def get_thing(thing_id: str) -> dict[str, str]:
    raise NotFound("There is no such thing.")


@router.post("/{thing_id}/stream")
async def stream_thing(thing_id: str) -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"part "

    return StreamingResponse(parts())


@router.delete("/{thing_id}")
async def delete_thing(thing_id: str) -> None:
    raise RuntimeError("a fault")


@dataclass
class Door:
    client: httpx2.AsyncClient
    database: Database
    log: AuditLog
    scope: Scope
    folder: Path

    async def events(self) -> list[AuditEvent]:
        """The oldest first."""
        async with self.database.read(self.scope) as work:
            page = await Audit(SEAL).search(work, AuditFilter(), None, 100)
        return page.items[::-1]

    async def hide_heads(self) -> None:
        async with self.database.engine.begin() as connection:
            await connection.execute(text("alter table audit_heads rename to away"))

    async def show_heads(self) -> None:
        async with self.database.engine.begin() as connection:
            await connection.execute(text("alter table away rename to audit_heads"))


@pytest.fixture
async def door(sqlite_database: Database, scope: Scope, tmp_path: Path) -> AsyncIterator[Door]:
    done.clear()
    app = FastAPI()
    log = AuditLog(sqlite_database, SEAL, tmp_path / "audit")
    app.state.services = {AuditLog: log}
    app.include_router(router)
    install_problems(app)
    app.add_middleware(Auditing)
    app.add_middleware(LimitBodies, limits=BodyLimits())

    async def signed_in(asgi_scope: Any, receive: Any, send: Any) -> None:
        set_scope(asgi_scope, scope)
        await app(asgi_scope, receive, send)

    transport = httpx2.ASGITransport(signed_in, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield Door(client, sqlite_database, log, scope, tmp_path / "audit")
    await log.close()


async def test_names_of_fields_are_kept_and_what_the_route_says(door: Door):
    await door.client.post("/api/v1/things", json={"b": "secret", "a": {"deep": "secret"}})

    event = (await door.events())[0]

    assert (event.action, event.resource, event.result) == ("things.create", "thing:new", "ok")
    assert event.details == {"fields": ["a", "b"], "size": 2, "status": 200}
    assert event.actor_id == door.scope.principal.id


async def test_what_was_not_found_is_a_refusal_and_a_fault_is_a_failure(door: Door):
    await door.client.get("/api/v1/things/one")
    await door.client.delete("/api/v1/things/two")
    await door.client.get("/api/v1/nothing")
    streamed = await door.client.post("/api/v1/things/three/stream")

    events = await door.events()

    assert [(e.action, e.resource, e.result) for e in events] == [
        ("things.get", "thing:one", "refused"),
        ("things.delete", "thing:two", "failed"),
        ("things.stream", "thing:three", "ok"),
    ]
    assert streamed.text == "part part part "


async def test_without_the_database_the_answer_comes_and_the_event_waits(door: Door):
    await door.hide_heads()
    answer = await door.client.post("/api/v1/things", json={"a": 1})
    await door.show_heads()
    before = await door.events()
    await door.log.flush()

    assert (answer.status_code, done) == (200, ["created"])
    assert before == []
    assert [event.action for event in await door.events()] == ["things.create"]


async def test_where_nothing_takes_an_event_the_answer_says_so_and_nothing_more_is_done(door: Door):
    await door.hide_heads()
    door.folder.write_text("a file where the folder should be")
    first = await door.client.post("/api/v1/things", json={"a": 1})
    second = await door.client.post("/api/v1/things", json={"a": 1})
    read = await door.client.get("/api/v1/nothing")
    door.folder.unlink()
    await door.show_heads()
    await door.log.flush()
    third = await door.client.post("/api/v1/things", json={"a": 1})

    assert [answer.status_code for answer in (first, second, read, third)] == [503, 503, 404, 200]
    assert first.json()["code"] == second.json()["code"] == "audit_unwritable"
    assert "may have been done" in first.json()["detail"]
    assert "Nothing was done" in second.json()["detail"]
    assert done == ["created", "created"]


@dataclass
class Written:
    """Keeps entries."""

    entries: list[AuditEntry] = field(default_factory=list[AuditEntry])

    async def write(self, entry: AuditEntry) -> None:
        self.entries.append(entry)


async def test_what_comes_in_numbers_is_summed_up_for_each_source(scope: Scope):
    written = Written()
    repeats = Repeats(written.write, each_seconds=0.2)

    def refusal(ip: str) -> AuditEntry:
        return AuditEntry(scope.org, "access.ask", "anonymous", result="refused", ip=ip)

    for _ in range(50):
        await repeats.write(refusal("192.0.2.1"))
    await repeats.write(refusal("192.0.2.2"))
    async with asyncio.timeout(30):
        while len(written.entries) < 22:  # noqa: ASYNC110  # nothing tells
            await asyncio.sleep(0.02)
    await repeats.write(refusal("192.0.2.1"))

    assert [entry.ip for entry in written.entries].count("192.0.2.1") == 22
    assert written.entries[21].details == {"repeated": 30}
    assert written.entries[22].details == {}


@pytest.mark.parametrize(
    ("body", "is_deep"),
    [
        (b"[" * 100 + b"]" * 100, False),
        (b"[" * 101 + b"]" * 101, True),
        (b'{"a":' * 101 + b"1" + b"}" * 101, True),
        (b"[" + b"[]," * 500 + b"[]]", False),
        (b'["' + b"[" * 500 + b'"]', False),
        (b'["\\"' + b"[" * 500 + b'"]', False),
        (b'["\\\\",' + b"[" * 100 + b"]" * 101, True),
        (b"]" * 50 + b"[" * 500, True),
        (b"", False),
    ],
)
def test_only_what_is_nested_counts_as_deep(body: bytes, is_deep: bool):
    assert is_too_deep(body) == is_deep


async def test_what_is_too_deep_is_refused_however_it_arrives(door: Door):
    async def parts() -> AsyncIterator[bytes]:
        yield b'{"a": ' + b"[" * 60
        yield b"[" * 60 + b"]" * 120 + b"}"

    headers = {"Content-Type": "application/json"}
    answer = await door.client.post("/api/v1/things", content=parts(), headers=headers)

    assert answer.status_code == 400
    assert "100 deep" in answer.json()["detail"]
    assert done == []
