"""Writing: entries become rows, sums by day and settled budgets, in one transaction, once each."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Executable, Text, bindparam, column, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection as SyncConnection

from cadre.infra.database import Work
from cadre.trust.budgets import Settlement, settle
from cadre.trust.usage.lines import Entry
from cadre.trust.usage.tables import usage_calls, usage_days

_COLUMNS = [each.name for each in usage_calls.columns]
_INSERT_SQLITE = str(insert(usage_calls).compile(dialect=sqlite.dialect(paramstyle="qmark")))
_given: list[ColumnElement[Any]] = [column(name) for name in _COLUMNS]
_GIVEN = select(*_given).select_from(
    text("json_populate_recordset(null::usage_calls, cast(:rows as json))").bindparams(
        bindparam("rows", type_=Text)
    )
)
_INSERT_POSTGRES = (
    postgresql.insert(usage_calls)
    .from_select(_COLUMNS, _GIVEN)
    .on_conflict_do_nothing()
    .returning(usage_calls.c.id)
)
_KNOWN_SQLITE = "select id from usage_calls where id in (select value from json_each(?))"
_values = itemgetter(*_COLUMNS)

_KEY = [each.name for each in usage_days.primary_key.columns]
_SUMS = [each.name for each in usage_days.columns if not each.primary_key]


def _adding(statement: sqlite.Insert | postgresql.Insert) -> Executable:
    sums = {name: usage_days.c[name] + statement.excluded[name] for name in _SUMS}
    return statement.on_conflict_do_update(index_elements=_KEY, set_=sums)


_ADD = {
    "sqlite": _adding(sqlite.insert(usage_days)),
    "postgresql": _adding(postgresql.insert(usage_days)),
}


class Batch:
    """Entries made ready before the transaction, so that it keeps others waiting less."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.by_id = {entry.row["id"]: entry for entry in entries}
        rows = [entry.row for entry in self.by_id.values()]
        self.values = [_values(row) for row in rows]
        self.days = _days(rows)

    def only(self, ids: Collection[str]) -> "Batch":
        """The entries with these `ids`."""
        if len(ids) == len(self.by_id):
            return self
        return Batch([self.by_id[id_] for id_ in ids])

    @property
    def settlements(self) -> list[Settlement]:
        return [entry.settlement for entry in self.by_id.values() if entry.settlement is not None]


@dataclass(frozen=True, slots=True)
class Written:
    """How many records were new, and which advances that they settled are gone."""

    records: int
    gone: Sequence[str]


async def write(work: Work, batch: Batch) -> Written:
    """Write those of `batch` that are not there yet. Whoever began commits.

    The order of tables, and of keys in each, is the same for all writers, so that none wait
    for each other.
    """
    connection, dialect = work.connection, work.connection.dialect.name
    if dialect == "sqlite":
        fresh = await connection.run_sync(lambda sync: _insert_sqlite(sync, batch))
    else:
        rows = orjson.dumps([entry.row for entry in batch.by_id.values()]).decode()
        made = await connection.execute(_INSERT_POSTGRES, {"rows": rows})
        fresh = batch.only(list(made.scalars()))
    if fresh.by_id:
        await connection.execute(_ADD[dialect], fresh.days)
    settlements = fresh.settlements
    gone = await settle(connection, settlements) if settlements else ()
    return Written(len(fresh.by_id), gone)


def _insert_sqlite(connection: SyncConnection, batch: Batch) -> Batch:
    """Nobody else writes during this transaction, so what is not known is not there."""
    ids = orjson.dumps(list(batch.by_id)).decode()
    known = set(connection.exec_driver_sql(_KNOWN_SQLITE, (ids,)).scalars())
    fresh = batch.only([id_ for id_ in batch.by_id if id_ not in known])
    if fresh.values:
        connection.exec_driver_sql(_INSERT_SQLITE, fresh.values)
    return fresh


def _days(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What `rows` add to the sums by day, in the order of their keys."""
    sums: dict[tuple[str, ...], list[int]] = {}
    for row in rows:
        day = _day(int(row["at"] // 86400))
        key = tuple(day if name == "day" else row[name] or "" for name in _KEY)
        cost, hit = row["cost_nano"], int(row["cache_hit"])
        added = (
            *(1, int(cost is None), row["input_tokens"], row["cached_tokens"]),
            *(row["cache_write_tokens"], row["output_tokens"], row["reasoning_tokens"]),
            *(cost or 0, hit, row["saved_nano"]),
        )
        sums[key] = [a + b for a, b in zip(sums.get(key, [0] * len(added)), added, strict=True)]
    return [dict(zip(_KEY + _SUMS, (*key, *sums[key]), strict=True)) for key in sorted(sums)]


@lru_cache(maxsize=64)
def _day(number: int) -> str:
    return datetime.fromtimestamp(number * 86400, UTC).strftime("%Y-%m-%d")
