"""Appending on SQLite: an immediate transaction reads the heads, adds the links and moves the heads."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection as SyncConnection

from cadre.infra.database import Database
from cadre.kernel.scope import ALL_ORGS, DEFAULT_PROJECT, Principal, Scope
from cadre.trust.audit.chain import GENESIS, linked
from cadre.trust.audit.entry import Record
from cadre.trust.audit.seal import Seal
from cadre.trust.audit.tables import audit_events

_SYSTEM = Scope(ALL_ORGS, DEFAULT_PROJECT, "*", Principal("system", "audit", "Audit"))
_COLUMNS = [column.name for column in audit_events.columns]
_HEAD = "select seq, hash from audit_heads where org_id = ?"
_INSERT = str(insert(audit_events).compile(dialect=sqlite.dialect(paramstyle="qmark")))
_MOVE = "update audit_heads set seq = ?2, hash = ?3, seal = ?4 where org_id = ?1"
_BEGIN = "insert into audit_heads(org_id, seq, hash, seal) values (?, ?, ?, ?)"


class SqliteChains:
    """The chains of all orgs in a database file that other processes may use too."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    async def append(self, records: Sequence[Record]) -> None:
        """Add `records`, in their order, to the chains of their orgs."""
        by_org: dict[str, list[Record]] = {}
        for record in records:
            by_org.setdefault(record.org_id, []).append(record)
        async with self._database.begin(_SYSTEM) as work:
            await work.connection.run_sync(lambda sync: _append(sync, by_org, self._seal))

    async def close(self) -> None:
        """Nothing is kept open."""


def _append(sync: SyncConnection, by_org: Mapping[str, Sequence[Record]], seal: Seal) -> None:
    plain = cast("Any", sync.connection.driver_connection)
    for org, records in by_org.items():
        found: tuple[int, str] | None = plain.execute(_HEAD, (org,)).fetchone()
        seq, previous = found or (0, GENESIS)
        rows = linked(records, seq, previous)
        for row in rows:
            plain.execute(_INSERT, [row[name] for name in _COLUMNS])
        last = rows[-1]
        head = (org, last["seq"], last["hash"], seal.of(org, last["seq"], last["hash"]))
        plain.execute(_MOVE if found else _BEGIN, head)
