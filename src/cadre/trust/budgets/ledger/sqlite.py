"""The ledger on SQLite: an immediate transaction makes check and reservation one act."""

import sqlite3
import time

from cadre.infra.database import Database
from cadre.trust.budgets.ledger.ports import Verdict
from cadre.trust.budgets.ledger.sqlite_groups import GroupedWrites
from cadre.trust.budgets.reservation import Claim, Line, Refused, by_window

_REVISION = "select revision from budget_revisions where org_id = ?"
_WINDOW = """
select settled_nano, reserved_nano from budget_windows
where budget_id = ? and subject = ? and window_id = ?
"""
_HOLD = """
insert into budget_windows(budget_id, subject, window_id, settled_nano, reserved_nano, updated_at)
values (?1, ?2, ?3, 0, ?4, ?5)
on conflict do update set reserved_nano = reserved_nano + ?4, updated_at = ?5
"""
_RESERVE = """
insert into budget_reservations(id, budget_id, subject, window_id, nano, owner)
values (?, ?, ?, ?, ?, ?)
"""
_RELEASE = """
delete from budget_reservations where id = ? returning budget_id, subject, window_id, nano
"""
_LOWER = """
update budget_reservations set nano = nano - ?1 where id = ?2 and nano >= ?1
returning budget_id, subject, window_id, ?1
"""
_RELEASE_OWNER = """
delete from budget_reservations where owner = ? returning budget_id, subject, window_id, nano
"""
_GIVE_BACK = """
update budget_windows set reserved_nano = reserved_nano - ?
where budget_id = ? and subject = ? and window_id = ?
"""
_BEAT = """
insert into budget_owners(id, beat) values (?, 1) on conflict do update set beat = beat + 1
"""
_FORGET = "delete from budget_owners where id = ?"
_BEATS = """
select id, beat from budget_owners union all
select distinct owner, null from budget_reservations
where owner not in (select id from budget_owners)
"""
_REFUSE = """
insert into budget_alerts(org_id, budget_id, subject, window_id, level, at, settled_nano, limit_nano)
values (?, ?, ?, ?, 'refused', ?, ?, ?) on conflict do nothing
"""


class SqliteLedger:
    """`Ledger` over a database file that other processes may use too."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writes = GroupedWrites(database)

    async def open(self) -> None:
        self._writes.open()
        self._reader = self._database.sqlite_connection()

    async def close(self) -> None:
        await self._writes.close()
        self._reader.close()

    async def revision(self, org: str) -> int:
        return _revision(self._reader, org)

    async def hold(self, owner: str, claim: Claim) -> Verdict:
        return await self._writes.do(lambda connection: _hold(connection, owner, claim))

    async def release(self, reservation_id: str) -> None:
        await self._writes.do(lambda connection: _release(connection, _RELEASE, reservation_id))

    async def lower(self, reservation_id: str, nano: int) -> None:
        await self._writes.do(lambda connection: _release(connection, _LOWER, nano, reservation_id))

    async def release_owner(self, owner: str) -> int:
        def release(connection: sqlite3.Connection) -> int:
            connection.execute(_FORGET, (owner,))
            return _release(connection, _RELEASE_OWNER, owner)

        return await self._writes.do(release)

    async def beat(self, owner: str) -> None:
        await self._writes.do(lambda connection: connection.execute(_BEAT, (owner,)))

    async def beats(self) -> dict[str, int | None]:
        return dict(self._reader.execute(_BEATS).fetchall())

    async def refuse(self, org: str, line: Line, settled_nano: int, limit_nano: int) -> None:
        values = (org, *_key(line), time.time(), settled_nano, limit_nano)
        await self._writes.do(lambda connection: connection.execute(_REFUSE, values))


def _hold(connection: sqlite3.Connection, owner: str, claim: Claim) -> Verdict:
    if _revision(connection, claim.org) != claim.revision:
        return "stale"
    for number, (line, limit) in enumerate(zip(claim.lines, claim.limits, strict=True)):
        row = connection.execute(_WINDOW, _key(line)).fetchone()
        settled, reserved = row or (0, 0)
        if settled + reserved + claim.nano > limit:
            return Refused(number, settled, reserved)
    now = time.time()
    for line in claim.lines:
        connection.execute(_HOLD, (*_key(line), claim.nano, now))
        connection.execute(_RESERVE, (claim.id, *_key(line), claim.nano, owner))
    return "held"


def _release(connection: sqlite3.Connection, statement: str, *values: str | int) -> int:
    rows = connection.execute(statement, values).fetchall()
    connection.executemany(_GIVE_BACK, by_window(rows))
    return len(rows)


def _revision(connection: sqlite3.Connection, org: str) -> int:
    row = connection.execute(_REVISION, (org,)).fetchone()
    return row[0] if row else 0


def _key(line: Line) -> tuple[str, str, str]:
    return line.budget_id, line.subject, line.window_id
