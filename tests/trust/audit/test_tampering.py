"""Whatever is done to the log past its triggers is found, and the triggers refuse the rest."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.audit import Audit, AuditLog, Seal, Verification
from cadre.trust.audit.chain import hash_of
from tests.trust.audit.writing import entry

EVENTS = 12


@pytest.fixture
async def written(log: AuditLog) -> None:
    for number in range(EVENTS):
        await log.write(entry(number))


async def tamper(database: Database, *statements: str) -> None:
    """Do what somebody can who owns the database: the triggers are out of the way first."""
    async with database.engine.begin() as connection:
        if database.dialect == "postgresql":
            await connection.execute(text("set local session_replication_role = replica"))
        else:
            query = text("select name from sqlite_master where type = 'trigger'")
            for (name,) in (await connection.execute(query)).all():
                await connection.execute(text(f"drop trigger {name}"))
        for statement in statements:
            await connection.execute(text(statement))


async def verified(audit: Audit, database: Database, scope: Scope) -> Verification:
    async with database.read(scope) as work:
        return await audit.verify(work)


@pytest.mark.parametrize(
    ("statements", "broken", "fault"),
    [
        (["update audit_events set actor_name = 'Eve' where seq = 5"], 5, "changed"),
        (["update audit_events set at = at + 1 where seq = 5"], 5, "changed"),
        (["update audit_events set details = '{}' where seq = 5"], 5, "changed"),
        (["update audit_events set result = 'ok', hash = 'aa' where seq = 5"], 5, "changed"),
        (["update audit_events set previous_hash = 'aa' where seq = 5"], 5, "unlinked"),
        (["delete from audit_events where seq = 5"], 5, "missing"),
        (["delete from audit_events where seq <= 5"], 1, "missing"),
        (["delete from audit_events where seq > 5"], 6, "behind_head"),
        (["delete from audit_events"], 1, "behind_head"),
        (["delete from audit_heads"], 1, "head_missing"),
        (
            [
                "delete from audit_events where seq > 5",
                "update audit_heads set seq = 5, "
                "hash = (select hash from audit_events where seq = 5)",
            ],
            5,
            "seal",
        ),
        (
            [
                "update audit_events set seq = 100 where seq = 5",
                "update audit_events set seq = 5 where seq = 6",
                "update audit_events set seq = 6 where seq = 100",
            ],
            5,
            "unlinked",
        ),
        (
            [
                "insert into audit_events select org_id, seq + 1, at, actor_kind, actor_id, "
                "actor_name, action, resource, result, ip, user_agent, request_id, details, "
                f"previous_hash, hash from audit_events where seq = {EVENTS}"
            ],
            EVENTS + 1,
            "beyond_head",
        ),
        (
            [
                "insert into audit_checkpoints select org_id, seq, hash, 'aa', at "
                "from audit_events where seq = 5",
                "delete from audit_events where seq <= 5",
            ],
            5,
            "seal",
        ),
    ],
)
@pytest.mark.usefixtures("written")
async def test_the_first_event_that_is_wrong_is_named(
    audit: Audit,
    database: Database,
    scope: Scope,
    statements: Sequence[str],
    broken: int,
    fault: str,
):
    assert (await verified(audit, database, scope)).ok

    await tamper(database, *statements)
    proof = await verified(audit, database, scope)

    assert (proof.ok, proof.broken_seq, proof.fault) == (False, broken, fault)
    assert str(broken) in (proof.reason or "")


@pytest.mark.usefixtures("written")
async def test_a_chain_that_was_computed_anew_lacks_the_seal(
    audit: Audit, database: Database, scope: Scope
):
    """Every hash fits, only whoever did it did not have the key."""
    async with database.read(scope) as work:
        query = text("select * from audit_events order by seq")
        rows = [{**row} for row in (await work.connection.execute(query)).mappings()]
    statements: list[str] = []
    previous = "0" * 64
    for row in rows:
        row.update(actor_name="Eve", previous_hash=previous)
        previous = row["hash"] = hash_of(row)
        statements.append(
            f"update audit_events set actor_name = 'Eve', hash = '{row['hash']}', "
            f"previous_hash = '{row['previous_hash']}' where seq = {row['seq']}"
        )
    statements.append(f"update audit_heads set hash = '{previous}'")
    await tamper(database, *statements)

    proof = await verified(audit, database, scope)
    by_whoever_did_it = Audit(Seal(b"e" * 32))

    assert (proof.ok, proof.fault, proof.broken_seq) == (False, "seal", EVENTS)
    assert (await verified(by_whoever_did_it, database, scope)).fault == "seal"


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_events set actor_name = 'Eve' where seq = 5",
        "update audit_events set seq = 99 where seq = 5",
        "delete from audit_events where seq = 5",
        "delete from audit_events",
        "update audit_heads set seq = 3",
        "delete from audit_heads",
        "insert into audit_checkpoints values ('org_acme', 5, 'aa', '', 0)",
        "insert into audit_checkpoints values ('org_globex', 5, 'aa', '', 0)",
    ],
)
@pytest.mark.usefixtures("written")
async def test_the_database_itself_refuses_to_change_the_past(
    audit: Audit, database: Database, scope: Scope, statement: str
):
    with pytest.raises(DBAPIError, match=r"audit|checkpoint"):
        async with database.begin(scope) as work:
            await work.connection.execute(text(statement))

    assert (await verified(audit, database, scope)).ok


@pytest.mark.usefixtures("written")
async def test_what_a_checkpoint_covers_is_all_that_can_be_deleted(
    audit: Audit, database: Database, scope: Scope
):
    async with database.begin(scope) as work:
        await work.connection.execute(
            text(
                "insert into audit_checkpoints select org_id, seq, hash, '', 0 from audit_events "
                "where seq = 5"
            )
        )
    for statement in (
        "delete from audit_events where seq = 6",
        "update audit_checkpoints set hash = 'aa'",
        "delete from audit_checkpoints",
    ):
        with pytest.raises(DBAPIError, match=r"audit|checkpoint"):
            async with database.begin(scope) as work:
                await work.connection.execute(text(statement))


async def test_nothing_is_replaced_on_sqlite(sqlite_database: Database, scope: Scope):
    async with sqlite_database.begin(scope) as work:
        row = "('org_acme', 1, 0, '', '', '', '', '', 'ok', '', '', '', '{}', '', 'aa')"
        await work.connection.execute(text(f"insert into audit_events values {row}"))
    with pytest.raises(DBAPIError, match="never replaced"):
        async with sqlite_database.begin(scope) as work:
            await work.connection.execute(text(f"insert or replace into audit_events values {row}"))


@pytest.mark.parametrize("table", ["audit_events", "audit_heads", "audit_checkpoints"])
async def test_nothing_is_truncated_on_postgresql(postgres_database: Database, table: str):
    with pytest.raises(DBAPIError, match="never changed"):
        async with postgres_database.engine.begin() as connection:
            await connection.execute(text(f"truncate {table}"))
