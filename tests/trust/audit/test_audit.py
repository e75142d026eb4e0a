"""The audit log keeps what is written, gives it back to its org alone, and cuts only what it may."""

import asyncio
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from cadre.infra.database import Database
from cadre.kernel.errors import Invalid
from cadre.kernel.scope import Scope
from cadre.trust.audit import (
    Audit,
    AuditEvent,
    AuditFilter,
    AuditLog,
    AuditUnwritable,
    Seal,
    Verification,
    load_seal,
)
from cadre.trust.audit.entry import record_of
from cadre.trust.audit.spool import Spool
from cadre.trust.secrets import Redactor
from tests.planted import Planted
from tests.trust.audit.writing import entry

EVERYTHING = AuditFilter()


async def verified(audit: Audit, database: Database, scope: Scope) -> Verification:
    async with database.read(scope) as work:
        return await audit.verify(work)


async def found(
    audit: Audit, database: Database, scope: Scope, only: AuditFilter = EVERYTHING
) -> list[AuditEvent]:
    async with database.read(scope) as work:
        return (await audit.search(work, only, None, 200)).items


async def test_what_is_written_is_there_in_order_and_whole(
    log: AuditLog, audit: Audit, database: Database, scope: Scope
):
    for number in range(3):
        await log.write(entry(number))

    events = await found(audit, database, scope)
    proof = await verified(audit, database, scope)

    assert [event.resource for event in events] == ["key:2", "key:1", "key:0"]
    assert [event.seq for event in events] == [3, 2, 1]
    assert (events[0].actor_name, events[0].details) == ("Ann", {"fields": ["name"]})
    assert events[0].previous_hash == events[1].hash
    assert (proof.ok, proof.events, proof.seq, proof.hash) == (True, 3, 3, events[0].hash)


async def test_an_empty_log_is_whole(audit: Audit, database: Database, scope: Scope):
    proof = await verified(audit, database, scope)

    assert (proof.ok, proof.events, proof.seq) == (True, 0, 0)


async def test_another_org_sees_nothing_and_has_a_chain_of_its_own(
    log: AuditLog, audit: Audit, database: Database, scope: Scope, other_scope: Scope
):
    await asyncio.gather(
        *(log.write(entry(n, org=s.org)) for n in range(20) for s in (scope, other_scope))
    )
    await log.write(entry(99))

    own = await found(audit, database, scope)
    others = await found(audit, database, other_scope)
    async with database.read(other_scope) as work:
        lines = [part async for part in audit.export(database, other_scope)]
        actions = await audit.actions(work)

    assert sorted(event.seq for event in own) == list(range(1, 22))
    assert sorted(event.seq for event in others) == list(range(1, 21))
    assert b"org_acme" not in b"".join(lines)
    assert actions == ["keys.create"]
    assert (await verified(audit, database, scope)).ok
    assert (await verified(audit, database, other_scope)).ok


async def test_many_at_once_share_transactions(
    log: AuditLog, audit: Audit, database: Database, scope: Scope
):
    await asyncio.gather(*(log.write(entry(number)) for number in range(500)))

    proof = await verified(audit, database, scope)

    assert (proof.ok, proof.events) == (True, 500)


async def test_several_processes_keep_one_chain(
    database: Database, seal: Seal, audit: Audit, tmp_path: Path, scope: Scope, other_scope: Scope
):
    others = [Database(database.url) for _ in range(4)]
    logs = [AuditLog(other, seal, tmp_path / "audit") for other in others]
    orgs = (scope.org, other_scope.org)

    async def write(log: AuditLog, lane: int) -> None:
        for number in range(25):
            pair = orgs if lane % 2 else orgs[::-1]
            await asyncio.gather(*(log.write(entry(number, org=org)) for org in pair))

    await asyncio.gather(*(write(log, lane) for lane, log in enumerate(logs)))
    for log in logs:
        await log.close()
    for other in others:
        await other.close()

    for each in (scope, other_scope):
        proof = await verified(audit, database, each)
        assert (proof.ok, proof.events, proof.seq) == (True, 100, 100)
    assert not (tmp_path / "audit").exists()  # nothing was spooled


async def test_a_connection_that_broke_is_made_anew(
    postgres_database: Database, seal: Seal, audit: Audit, tmp_path: Path, scope: Scope
):
    log = AuditLog(postgres_database, seal, tmp_path / "audit")
    await log.write(entry(1))
    end = text(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()"
    )
    async with postgres_database.engine.connect() as connection:
        await connection.execute(end)
    await asyncio.gather(*(log.write(entry(number)) for number in range(2, 12)))
    await log.close()

    events = await found(audit, postgres_database, scope)
    assert sorted(event.resource for event in events) == sorted(f"key:{n}" for n in range(1, 12))
    assert (await verified(audit, postgres_database, scope)).ok
    assert not (tmp_path / "audit").exists()


async def test_what_no_database_takes_is_written_in_a_way_that_it_does(
    log: AuditLog, audit: Audit, database: Database, scope: Scope
):
    await log.write(
        entry(
            resource="a\x00b\ud800c",
            user_agent="x" * 100_000,
            details={"a": "\x00", "big": 2**70, "set": {1}},
        )
    )
    await log.write(entry(details={"long": "x" * 100_000}))

    events = await found(audit, database, scope)

    assert len(events[1].user_agent) == 500
    assert events[1].resource == "a\ufffdb\ufffdc"
    assert events[0].details == {"too_large": ["long"]}
    assert (await verified(audit, database, scope)).ok


@pytest.mark.parametrize(
    ("only", "resources"),
    [
        (AuditFilter(actor="usr_bob"), ["run:1"]),
        (AuditFilter(actor="Bob"), ["run:1"]),
        (AuditFilter(action="runs."), ["run:1"]),
        (AuditFilter(action="run"), ["run:1"]),
        (AuditFilter(action="r%"), []),
        (AuditFilter(resource="key:"), ["key:9", "key:7"]),
        (AuditFilter(result="refused"), ["key:9"]),
        (AuditFilter(since=150), ["run:1", "key:9"]),
        (AuditFilter(until=200), ["key:9", "key:7"]),
        (AuditFilter(text="MODEL"), ["run:1"]),
        (AuditFilter(text="%"), []),
        (AuditFilter(resource="key:", since=150), ["key:9"]),
    ],
)
async def test_search_finds_what_fits_everything_that_was_asked(
    log: AuditLog,
    audit: Audit,
    database: Database,
    scope: Scope,
    only: AuditFilter,
    resources: list[str],
):
    await log.write(entry(7, at=100))
    await log.write(entry(9, at=150, result="refused"))
    await log.write(
        entry(
            action="runs.start",
            resource="run:1",
            actor_id="usr_bob",
            actor_name="Bob",
            at=200,
            details={"fields": ["model"]},
        )
    )

    events = await found(audit, database, scope, only)

    assert [event.resource for event in events] == resources


async def test_pages_follow_each_other_without_a_gap(
    log: AuditLog, audit: Audit, database: Database, scope: Scope
):
    await asyncio.gather(*(log.write(entry(number)) for number in range(25)))
    seqs: list[int] = []
    cursor: str | None = None
    async with database.read(scope) as work:
        while True:
            page = await audit.search(work, EVERYTHING, cursor, 10)
            seqs += [event.seq for event in page.items]
            cursor = page.next
            if cursor is None:
                break
        with pytest.raises(Invalid, match="cursor"):
            await audit.search(work, EVERYTHING, "1; drop table", 10)

    assert seqs == list(range(25, 0, -1))


async def test_distinct_actions_are_listed(
    log: AuditLog, audit: Audit, database: Database, scope: Scope
):
    for action in ("runs.start", "keys.create", "keys.create", "agents.put"):
        await log.write(entry(action=action))

    async with database.read(scope) as work:
        assert await audit.actions(work) == ["agents.put", "keys.create", "runs.start"]


async def test_an_export_can_be_verified_by_anybody(
    log: AuditLog, audit: Audit, database: Database, scope: Scope
):
    """With nothing but what the guide says about hashes."""
    await log.write(entry(1, actor_name="Zoë 🦊", details={"b": 1.5, "a": "é"}))
    await log.write(entry(2))

    lines = b"".join([part async for part in audit.export(database, scope)]).splitlines()

    previous = "0" * 64
    for line in lines:
        event = json.loads(line)
        hash_ = event.pop("hash")
        event["at"] = round(event["at"] * 1_000_000)
        said = json.dumps(event, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert hashlib.sha256(f"cadre-audit-1\n{said}".encode()).hexdigest() == hash_
        assert event["previous_hash"] == previous
        previous = hash_
    assert len(lines) == 2


async def test_an_export_holds_what_a_search_finds(
    log: AuditLog, audit: Audit, database: Database, scope: Scope, other_scope: Scope
):
    for number in range(4):
        await log.write(entry(number, at=100 + number, actor_name="Ben" if number % 2 else "Ann"))
    await log.write(entry(9, org=other_scope.org, actor_name="Ben"))
    wanted = AuditFilter(actor="Ben", since=101, until=103, text="key:")

    lines = b"".join([part async for part in audit.export(database, scope, wanted)]).splitlines()

    searched = await found(audit, database, scope, wanted)
    assert [json.loads(line)["resource"] for line in lines] == ["key:1"]
    assert [event.seq for event in searched] == [json.loads(line)["seq"] for line in lines]


async def test_what_was_forgotten_leaves_a_chain_that_is_whole(
    log: AuditLog, audit: Audit, database: Database, scope: Scope, other_scope: Scope
):
    await log.write(entry(0, org=other_scope.org, at=100))
    for number in range(10):
        await log.write(entry(number, at=100 + number))

    async with database.begin(scope) as work:
        first = await audit.forget(work, 104)
    async with database.begin(scope) as work:
        nothing = await audit.forget(work, 104)
    await log.write(entry(10))
    proof = await verified(audit, database, scope)

    assert (first, nothing) == (4, 0)
    assert (proof.ok, proof.first_seq, proof.events, proof.seq) == (True, 5, 7, 11)
    assert len(await found(audit, database, other_scope)) == 1


async def test_a_log_that_was_forgotten_whole_goes_on(
    log: AuditLog, audit: Audit, database: Database, scope: Scope
):
    await log.write(entry(0))
    await log.write(entry(1))

    async with database.begin(scope) as work:
        forgotten = await audit.forget(work, float("inf"))
    empty = await verified(audit, database, scope)
    await log.write(entry(2))
    after = await verified(audit, database, scope)

    assert forgotten == 2
    assert (empty.ok, empty.seq, empty.events) == (True, 2, 0)
    assert (after.ok, after.seq, after.events) == (True, 3, 1)


async def test_without_the_database_events_wait_on_the_disk(
    sqlite_database: Database, seal: Seal, audit: Audit, tmp_path: Path, scope: Scope
):
    log = AuditLog(sqlite_database, seal, tmp_path / "audit")
    async with sqlite_database.engine.begin() as connection:
        await connection.execute(text("alter table audit_heads rename to away"))

    await log.write(entry(1))
    await log.write(entry(2))
    log.check()
    async with sqlite_database.engine.begin() as connection:
        await connection.execute(text("alter table away rename to audit_heads"))
    await log.flush()

    assert [e.resource for e in await found(audit, sqlite_database, scope)] == ["key:2", "key:1"]
    assert (await verified(audit, sqlite_database, scope)).ok
    await log.close()
    assert list((tmp_path / "audit").iterdir()) == []


async def test_where_nothing_takes_an_event_nothing_more_is_done(
    sqlite_database: Database, seal: Seal, audit: Audit, tmp_path: Path, scope: Scope
):
    folder = tmp_path / "audit"
    folder.write_text("a file where the folder should be")
    log = AuditLog(sqlite_database, seal, folder)
    async with sqlite_database.engine.begin() as connection:
        await connection.execute(text("alter table audit_heads rename to away"))

    with pytest.raises(AuditUnwritable, match="may have been done"):
        await log.write(entry(1))
    with pytest.raises(AuditUnwritable, match="Nothing was done"):
        log.check()
    with pytest.raises(OSError, match="exists"):
        await log.flush()
    folder.unlink()
    await log.flush()
    log.check()
    await log.write(entry(2))
    async with sqlite_database.engine.begin() as connection:
        await connection.execute(text("alter table away rename to audit_heads"))
    await log.flush()

    assert [e.resource for e in await found(audit, sqlite_database, scope)] == ["key:2"]
    await log.close()


async def test_what_a_dead_process_left_on_the_disk_is_written_by_the_next(
    database: Database, seal: Seal, audit: Audit, tmp_path: Path, scope: Scope
):
    folder = tmp_path / "audit"
    dead = Spool(folder)
    dead.append(record_of(entry(1)))
    living = Spool(folder)
    living.append(record_of(entry(2)))
    file = next(path for path in folder.iterdir() if b"key:1" in path.read_bytes())
    left = file.read_bytes() + b'{"org_id": "org_acme", "at'  # the end of a line never came
    dead.close()
    file.write_bytes(left)

    log = AuditLog(database, seal, folder)
    await log.open()

    assert [e.resource for e in await found(audit, database, scope)] == ["key:1"]
    assert not file.exists()
    assert len(list(folder.iterdir())) == 1
    living.close()
    await log.close()


async def test_a_seal_is_made_once_and_kept_private(tmp_path: Path):
    path = tmp_path / "secrets" / "audit.key"

    seal, again = load_seal(path), load_seal(path)

    assert seal.is_under(again.of("org", 1, "aa"), "org", 1, "aa")
    assert not seal.is_under(again.of("org", 1, "aa"), "org", 2, "aa")
    path.chmod(0o644)
    with pytest.raises(Invalid, match="chmod 600"):
        load_seal(path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(Invalid, match="32 bytes"):
        load_seal(path)


async def test_an_entry_names_the_principal_of_a_scope(
    log: AuditLog, audit: Audit, database: Database, scope: Scope
):
    made = type(entry()).by(scope, "gate.deny", "tool:shell", result="refused")
    await log.write(replace(made, request_id="r1"))

    event = (await found(audit, database, scope))[0]

    assert (event.actor_kind, event.actor_id, event.actor_name) == ("user", "usr_acme", "acme")
    assert (event.action, event.resource, event.result) == ("gate.deny", "tool:shell", "refused")


async def test_a_known_secret_is_kept_nowhere_not_even_cut(
    audit: Audit, database: Database, seal: Seal, scope: Scope, tmp_path: Path
):
    value = Planted().new("secret", "ghp_")
    redactor = Redactor()
    redactor.know("github", value, scope.org)
    log = AuditLog(database, seal, tmp_path / "audit", redactor)
    await log.open()
    said = {"reason": f"It was {value}", value: [1, {"deep": value}]}
    long = "x" * 490 + value  # names end at 500 characters

    await log.write(replace(entry(1), details=said, actor_name=long, user_agent=value))
    await log.close()

    [event] = await found(audit, database, scope)
    assert value[:8] not in event.model_dump_json()
    assert event.details["reason"] == "It was [secret github]"
    assert event.user_agent == "[secret github]"
    assert (await verified(audit, database, scope)).ok
