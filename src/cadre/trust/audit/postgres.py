"""Appending on PostgreSQL: one statement, by the heads that this process remembers.

The statement locks the heads, in the order of their orgs, and adds the links only if the heads are as
remembered. Where another process was quicker it answers with the heads that there are, and the links are
made anew. A statement whose answer was lost is known by the head that it left.
"""

from __future__ import annotations  # asyncpg's classes take parameters only in its stubs

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from cadre.infra.database import Database
from cadre.kernel.scope import ALL_ORGS
from cadre.trust.audit.chain import GENESIS, linked
from cadre.trust.audit.entry import Record
from cadre.trust.audit.seal import Seal

if TYPE_CHECKING:
    import asyncpg

_ATTEMPTS = 50

_APPEND = """
with made as (
 select * from json_to_recordset($2::json) as t(org_id text, seq bigint, hash text, seal text,
  old_seq bigint, old_hash text)),
locked as materialized (
 select h.org_id, h.seq, h.hash from audit_heads h where h.org_id = any($3::text[])
 order by h.org_id for update),
fit as materialized (
 select (select count(*) from made) = (select count(*) from made join locked l
  on l.org_id = made.org_id and l.seq = made.old_seq and l.hash = made.old_hash) as fits),
added as (
 insert into audit_events
 select r.* from json_populate_recordset(null::audit_events, $1::json) r, fit where fit.fits),
moved as (
 update audit_heads h set seq = made.seq, hash = made.hash, seal = made.seal
 from made, fit where fit.fits and h.org_id = made.org_id)
select org_id, seq, hash, (select fits from fit) from locked
"""

_BEGIN = """
insert into audit_heads(org_id, seq, hash, seal)
select org, 0, repeat('0', 64), '' from unnest($1::text[]) as org order by org
on conflict do nothing
"""


class _Head(NamedTuple):
    seq: int
    hash: str


_NO_HEAD = _Head(0, GENESIS)


class PostgresChains:
    """The chains of all orgs in a PostgreSQL that other processes write to as well."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._heads: dict[str, _Head] = {}
        self._turn = asyncio.Lock()

    async def append(self, records: Sequence[Record]) -> None:
        """Add `records`, in their order, to the chains of their orgs."""
        by_org: dict[str, list[Record]] = {}
        for record in records:
            by_org.setdefault(record.org_id, []).append(record)
        async with self._turn:
            await self._append(by_org)

    async def _append(self, by_org: Mapping[str, Sequence[Record]]) -> None:
        for attempt in range(_ATTEMPTS):
            made = self._linked(by_org)
            found, fits = await self._try(made, may_dial_again=attempt == 0)
            if found is None:
                continue
            if fits or _are_there(made, found):
                self._heads |= {org: _end(rows) for org, rows in made.items()}
                return
            if missing := sorted(by_org.keys() - found.keys()):
                await (await self._dial()).execute(_BEGIN, missing)
            self._heads |= {org: found.get(org, _NO_HEAD) for org in by_org}
        raise RuntimeError("other processes append to the audit log all the time")

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            await connection.close()

    def _linked(self, by_org: Mapping[str, Sequence[Record]]) -> dict[str, list[dict[str, Any]]]:
        return {
            org: linked(records, *self._heads.get(org, _NO_HEAD)) for org, records in by_org.items()
        }

    async def _try(
        self, made: Mapping[str, list[dict[str, Any]]], *, may_dial_again: bool
    ) -> tuple[dict[str, _Head] | None, bool]:
        """The heads that there are, and whether the links were added; None: the line was dead."""
        rows = orjson.dumps([row for each in made.values() for row in each]).decode()
        ends = orjson.dumps([self._move(org, each) for org, each in made.items()]).decode()
        try:
            answer = await (await self._dial()).fetch(_APPEND, rows, ends, sorted(made))
        except Exception:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.terminate()
            if not may_dial_again:
                raise
            return None, False  # it may have been dead for long: once more on a new one
        return {row[0]: _Head(row[1], row[2]) for row in answer}, bool(answer and answer[0][3])

    def _move(self, org: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        seq, hash_ = _end(rows)
        old = self._heads.get(org, _NO_HEAD)
        return {
            "org_id": org,
            "seq": seq,
            "hash": hash_,
            "seal": self._seal.of(org, seq, hash_),
            "old_seq": old.seq,
            "old_hash": old.hash,
        }

    async def _dial(self) -> asyncpg.Connection[asyncpg.Record]:
        if self._connection is None:
            self._connection = await self._database.postgres_connection(ALL_ORGS)
        return self._connection


def _end(rows: Sequence[Mapping[str, Any]]) -> _Head:
    return _Head(rows[-1]["seq"], rows[-1]["hash"])


def _are_there(made: Mapping[str, list[dict[str, Any]]], found: Mapping[str, _Head]) -> bool:
    return all(found.get(org) == _end(rows) for org, rows in made.items())
