"""Queries of privacy, for the org of the work; `claim` and the rounds are for work of all orgs too."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cadre.infra.database import Work
from cadre.trust.privacy.tables import data_jobs, legal_holds, retention_rounds, retention_rules

Found = Row[*tuple[Any, ...]]
_OPEN = ("waiting", "running")


class RuleStore:
    """How long the org keeps what, where it has said so."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._org = work.scope.org

    async def all(self) -> dict[str, int | None]:
        query = select(retention_rules.c.data_class, retention_rules.c.days)
        rows = await self._work.connection.execute(
            query.where(retention_rules.c.org_id == self._org)
        )
        return {row[0]: row[1] for row in rows}

    async def put(self, data_class: str, days: int | None, now: float) -> None:
        by = self._work.scope.principal.id
        changed = {"days": days, "updated_at": now, "updated_by": by}
        row = {"org_id": self._org, "data_class": data_class, **changed}
        upsert = _insert(self._work)(retention_rules).values(row)
        keys = ["org_id", "data_class"]
        await self._work.connection.execute(
            upsert.on_conflict_do_update(index_elements=keys, set_=changed)
        )

    async def delete(self, data_class: str) -> None:
        own = retention_rules.c
        statement = delete(retention_rules)
        await self._work.connection.execute(
            statement.where(own.org_id == self._org, own.data_class == data_class)
        )


class HoldStore:
    """Whether the org must keep everything."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._is_mine = legal_holds.c.org_id == work.scope.org

    async def get(self) -> Found | None:
        query = select(legal_holds).where(self._is_mine)
        return (await self._work.connection.execute(query)).one_or_none()

    async def put(self, reason: str, now: float) -> None:
        await self.delete()
        scope = self._work.scope
        row = {"org_id": scope.org, "reason": reason, "since": now, "set_by": scope.principal.id}
        await self._work.connection.execute(insert(legal_holds).values(row))

    async def delete(self) -> bool:
        statement = delete(legal_holds).where(self._is_mine)
        return (await self._work.connection.execute(statement)).rowcount > 0


class RoundStore:
    """When the org's days were applied."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._org = work.scope.org
        self._is_mine = retention_rounds.c.org_id == work.scope.org

    async def get(self) -> Found | None:
        query = select(retention_rounds).where(self._is_mine)
        return (await self._work.connection.execute(query)).one_or_none()

    async def claim(self, now: float, lease_until: float, due: float) -> bool:
        """Have the round, if it was applied before `due` and nobody applies it now."""
        row = {"org_id": self._org, "lease_until": 0.0, "applied_at": 0.0, "deleted": "{}"}
        begun = _insert(self._work)(retention_rounds).values(row)
        await self._work.connection.execute(begun.on_conflict_do_nothing(index_elements=["org_id"]))
        own = retention_rounds.c
        is_free = (own.lease_until <= now) & (own.applied_at <= due)
        return await self._change(is_free, lease_until=lease_until)

    async def renew(self, lease_until: float) -> None:
        await self._change(None, lease_until=lease_until)

    async def finish(self, now: float, deleted: Mapping[str, int]) -> None:
        await self._change(None, lease_until=0.0, applied_at=now, deleted=json.dumps(deleted))

    async def give_up(self) -> None:
        await self._change(None, lease_until=0.0)

    async def _change(self, where: ColumnElement[bool] | None, **values: Any) -> bool:
        statement = update(retention_rounds).where(self._is_mine).values(**values)
        if where is not None:
            statement = statement.where(where)
        return (await self._work.connection.execute(statement)).rowcount > 0


async def orgs_at_rest(work: Work, due: float) -> set[str]:
    """The orgs, for work of all of them, whose days were applied after `due`, or that are on hold."""
    applied = select(retention_rounds.c.org_id).where(retention_rounds.c.applied_at > due)
    held = select(legal_holds.c.org_id)
    return {
        *(await work.connection.execute(applied)).scalars(),
        *(await work.connection.execute(held)).scalars(),
    }


class JobStore:
    """The work on the data of single people."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._org = work.scope.org
        self._is_mine = data_jobs.c.org_id == work.scope.org

    async def add(self, **row: Any) -> None:
        await self._work.connection.execute(insert(data_jobs).values(org_id=self._org, **row))

    async def page(
        self, *, before: str | None, limit: int, own_of: str | None = None
    ) -> Sequence[Found]:
        """The newest first; with `own_of` only what that person asked for themself."""
        query = select(data_jobs).where(self._is_mine).order_by(data_jobs.c.id.desc())
        if before is not None:
            query = query.where(data_jobs.c.id < before)
        if own_of is not None:
            query = query.where(data_jobs.c.person == own_of, data_jobs.c.own.is_(True))
        return (await self._work.connection.execute(query.limit(limit))).all()

    async def one(self, job: str) -> Found | None:
        query = select(data_jobs).where(self._is_mine, data_jobs.c.id == job)
        return (await self._work.connection.execute(query)).one_or_none()

    async def is_busy(self, person: str) -> bool:
        """Whether something is done, or is to be done, with the person's data."""
        query = select(data_jobs.c.id).where(
            self._is_mine, data_jobs.c.person == person, data_jobs.c.state.in_(_OPEN)
        )
        return (await self._work.connection.execute(query.limit(1))).first() is not None

    async def archives_of(self, person: str) -> list[str]:
        """The exports that there were of the person."""
        query = select(data_jobs.c.id).where(
            self._is_mine, data_jobs.c.person == person, data_jobs.c.kind == "export"
        )
        return list((await self._work.connection.execute(query)).scalars())

    async def change(self, job: str, **values: Any) -> bool:
        statement = update(data_jobs).where(self._is_mine, data_jobs.c.id == job)
        return (await self._work.connection.execute(statement.values(**values))).rowcount > 0


async def claim_job(work: Work, now: float, lease_until: float) -> Found | None:
    """The oldest job, of all orgs, that nobody does and whose time has come; now ours."""
    free = data_jobs.c.state.in_(_OPEN) & (data_jobs.c.lease_until <= now)
    query = select(data_jobs.c.org_id, data_jobs.c.id).where(free).order_by(data_jobs.c.id)
    found = (await work.connection.execute(query.limit(1))).one_or_none()
    if found is None:
        return None
    its = (data_jobs.c.org_id == found.org_id) & (data_jobs.c.id == found.id)
    values = {"state": "running", "lease_until": lease_until, "updated_at": now}
    claimed = update(data_jobs).where(its, free).values(**values).returning(*data_jobs.c)
    return (await work.connection.execute(claimed)).one_or_none()


def _insert(work: Work) -> Any:
    return sqlite.insert if work.connection.dialect.name == "sqlite" else postgresql.insert
