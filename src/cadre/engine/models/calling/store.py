"""Queries of health by minute, for the org of the work."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from cadre.engine.models.calling.statistics import Counts, columns_of, counts_of
from cadre.engine.models.calling.tables import model_health
from cadre.infra.database import Work

_KEY = [column.name for column in model_health.primary_key]
_SUMS = [
    func.sum(column).label(column.name)
    for column in model_health.columns
    if column.name not in _KEY
]
_AT: ColumnElement[int] = (
    model_health.c.minute
    - model_health.c.minute % bindparam("step", type_=model_health.c.minute.type)
).label("at")
_SINCE = (model_health.c.org_id == bindparam("org_id")) & (
    model_health.c.minute >= bindparam("since")
)

# Built once: building a statement of so many columns takes longer than executing it.
_BY_TIME = (
    select(_AT, *_SUMS)
    .where(_SINCE, model_health.c.target == bindparam("target"))
    .group_by("at")
    .order_by("at")
)
_BY_TARGET_AND_TIME = (
    select(model_health.c.target, _AT, *_SUMS)
    .where(_SINCE)
    .group_by(model_health.c.target, "at")
    .order_by(model_health.c.target, "at")
)
_BY_TARGET = (
    select(model_health.c.target, *_SUMS)
    .where(_SINCE, model_health.c.writer != bindparam("writer"))
    .group_by(model_health.c.target)
)
_SPENT = select(func.coalesce(func.sum(model_health.c.probe_nano_usd), 0)).where(_SINCE)


@dataclass(frozen=True, slots=True)
class Minute:
    """What one process counted of one target in the minute that began at `at`."""

    target: str
    at: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class Bucket:
    """All processes' counts of a stretch of time that began at `at`."""

    at: int
    counts: Counts


class HealthStore:
    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._org = work.scope.org

    async def write(self, writer: str, minutes: Sequence[Minute]) -> None:
        """Write, or overwrite, what the process `writer` counted."""
        rows = [
            {
                "org_id": self._org,
                "target": minute.target,
                "minute": minute.at,
                "writer": writer,
                **columns_of(minute.counts),
            }
            for minute in minutes
        ]
        if rows:
            await self._connection.execute(_UPSERTS[self._connection.dialect.name], rows)

    async def history(self, target: str, since: int, step: int) -> list[Bucket]:
        """By time, in stretches of `step` seconds; those without calls are left out."""
        values = {"org_id": self._org, "target": target, "since": since, "step": step}
        rows = await self._connection.execute(_BY_TIME, values)
        return [Bucket(int(row.at), counts_of(row)) for row in rows]

    async def histories(self, since: int, step: int) -> dict[str, list[Bucket]]:
        """The same of every target."""
        values = {"org_id": self._org, "since": since, "step": step}
        found: dict[str, list[Bucket]] = {}
        for row in await self._connection.execute(_BY_TARGET_AND_TIME, values):
            found.setdefault(row.target, []).append(Bucket(int(row.at), counts_of(row)))
        return found

    async def of_others(self, writer: str, since: int) -> dict[str, Counts]:
        """What processes other than `writer` counted since then, by target."""
        values = {"org_id": self._org, "since": since, "writer": writer}
        rows = await self._connection.execute(_BY_TARGET, values)
        return {row.target: counts_of(row) for row in rows}

    async def probes_nano_usd(self, since: int) -> int:
        """What probes have cost since then."""
        spent = await self._connection.execute(_SPENT, {"org_id": self._org, "since": since})
        return int(spent.scalar_one())


def _upserts() -> dict[str, Any]:
    changed = [column.name for column in model_health.columns if column.name not in _KEY]
    lite, big = sqlite.insert(model_health), postgresql.insert(model_health)
    return {
        "sqlite": lite.on_conflict_do_update(
            index_elements=_KEY, set_={name: lite.excluded[name] for name in changed}
        ),
        "postgresql": big.on_conflict_do_update(
            index_elements=_KEY, set_={name: big.excluded[name] for name in changed}
        ),
    }


_UPSERTS = _upserts()
