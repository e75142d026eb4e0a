"""What rooms say of data that ages: only what is old enough goes, oldest first, in its own org."""

from typing import Any

import pytest
from sqlalchemy import Table, insert, select

from cadre.engine.approvals import RETAINED as APPROVALS
from cadre.engine.approvals.tables import approvals
from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.accounts import SignInsRetained
from cadre.trust.accounts.tables import (
    account_tokens,
    session_tokens,
    sessions,
    sign_in_failures,
    sign_in_links,
)
from cadre.trust.policy import RETAINED as DECISIONS
from cadre.trust.policy.tables import policy_decisions
from cadre.trust.privacy import Aged
from cadre.trust.usage import RETAINED as CALLS
from cadre.trust.usage.tables import usage_calls

SIGN_INS = SignInsRetained()


def row(table: Table, scope: Scope, name: str, **given: Any) -> dict[str, Any]:
    """A row of `scope`'s org; its keys say which one it is."""
    values: dict[str, Any] = {}
    for column in table.columns:
        kind = column.type.python_type
        values[column.name] = kind(name) if kind is str else kind(0)
    return values | {"org_id": scope.org} | given


async def put(database: Database, table: Table, *rows: dict[str, Any]) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(insert(table), list(rows))


async def ids(database: Database, table: Table) -> list[str]:
    column = next(c for c in table.primary_key.columns if c.name != "org_id")
    async with database.engine.connect() as connection:
        return sorted((await connection.execute(select(column))).scalars())


@pytest.mark.parametrize(
    ("retained", "table", "at", "status"),
    [
        (APPROVALS, approvals, "requested_at", {"status": "denied"}),
        (DECISIONS, policy_decisions, "at", {}),
        (CALLS, usage_calls, "at", {}),
    ],
)
async def test_only_what_is_old_goes_the_oldest_first(
    database: Database,
    scope: Scope,
    other_scope: Scope,
    retained: Aged,
    table: Table,
    at: str,
    status: dict[str, Any],
):
    rows = [row(table, scope, f"r{age}", **{at: 1000.0 - age}, **status) for age in (1, 30, 20, 40)]
    other = row(table, other_scope, "theirs", **{at: 1.0}, **status)
    await put(database, table, *rows, other)

    async with database.begin(scope) as work:
        held = await retained.held(work)
        due = await retained.due(work, 990.0)
        first = await retained.expire(work, 990.0, 2)
    assert (held.rows, held.oldest, due, first.rows) == (4, 960.0, 3, 2)
    assert await ids(database, table) == ["r1", "r20", "theirs"]

    async with database.begin(scope) as work:
        rest = [(await retained.expire(work, 990.0, 2)).rows for _ in range(2)]
    assert rest == [1, 0]
    assert await ids(database, table) == ["r1", "theirs"]


async def test_a_question_that_waits_is_kept_however_old(database: Database, scope: Scope):
    await put(database, approvals, row(approvals, scope, "r", status="pending", requested_at=1.0))

    async with database.begin(scope) as work:
        assert (await APPROVALS.held(work)).rows == 0
        assert (await APPROVALS.expire(work, 1000.0, 10)).rows == 0


async def test_devices_that_nobody_uses_are_signed_out_and_failures_forgotten(
    database: Database, scope: Scope, other_scope: Scope
):
    for at, name in ((scope, "old"), (other_scope, "theirs")):
        await put(database, sessions, row(sessions, at, name, seen_at=10.0, expires_at=9e9))
        await put(database, session_tokens, row(session_tokens, at, name, session_id=name))
        await put(database, sign_in_failures, row(sign_in_failures, at, name, last_at=10.0))
    await put(database, sessions, row(sessions, scope, "young", seen_at=900.0, expires_at=9e9))
    await put(database, session_tokens, row(session_tokens, scope, "young", session_id="young"))
    await put(database, sign_in_links, row(sign_in_links, scope, "open", expires_at=9e9))
    await put(database, account_tokens, row(account_tokens, scope, "used", expires_at=20.0))

    async with database.begin(scope) as work:
        held, due = await SIGN_INS.held(work), await SIGN_INS.due(work, 500.0)
        gone = await SIGN_INS.expire(work, 500.0, 100)
        assert (await SIGN_INS.expire(work, 500.0, 100)).rows == 0

    assert (held.rows, held.oldest, due, gone.rows) == (5, 10.0, 3, 3)
    assert await ids(database, sessions) == await ids(database, session_tokens)
    assert await ids(database, sessions) == ["theirs", "young"]
    assert await ids(database, sign_in_failures) == ["theirs"]
    assert (await ids(database, sign_in_links), await ids(database, account_tokens)) == (
        ["open"],
        [],
    )
