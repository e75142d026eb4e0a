"""Queries of data keys: those of one org, and what work on the keys of all orgs looks for."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cadre.infra.database import Work
from cadre.trust.secrets.sealing import DIRECT
from cadre.trust.secrets.store import TABLES
from cadre.trust.secrets.tables import secret_data_keys as keys

_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
# Locked: a key that somebody is about to seal with is not deleted.
_NEWEST = (
    select(keys)
    .where(keys.c.org_id == bindparam("org_id"))
    .order_by(keys.c.generation.desc())
    .limit(1)
)
_HELD = _NEWEST.with_for_update(read=True)


class KeyStore:
    """The data keys of the work's org."""

    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._org = work.scope.org

    async def newest(self, *, is_held: bool = False) -> Row[Any] | None:
        statement = _HELD if is_held else _NEWEST
        return (await self._connection.execute(statement, {"org_id": self._org})).one_or_none()

    async def add(self, **row: Any) -> None:
        """Add a key, unless somebody else has made that generation in the meantime."""
        statement = _INSERTS[self._connection.dialect.name](keys).values(org_id=self._org, **row)
        await self._connection.execute(statement.on_conflict_do_nothing())

    async def get(self, generation: int) -> Row[Any] | None:
        """One key, which nobody else wraps anew before this work is over."""
        query = select(keys).where(*self._is(generation)).with_for_update()
        return (await self._connection.execute(query)).one_or_none()

    async def lock(self) -> None:
        """Nobody else rotates the keys of this org, or seals with one, before this work is over."""
        query = select(keys.c.generation).where(keys.c.org_id == self._org)
        await self._connection.execute(query.order_by(keys.c.generation).with_for_update())

    async def change(self, generation: int, **values: Any) -> None:
        await self._connection.execute(update(keys).where(*self._is(generation)).values(**values))

    async def delete_unused(self, before: int) -> None:
        """Destroy the keys older than `before` that nothing is sealed under any more."""
        older = (
            select(keys.c.generation)
            .where(keys.c.org_id == self._org, keys.c.generation < before)
            .with_for_update()
        )
        for generation in (await self._connection.execute(older)).scalars().all():
            # Asked once the key is locked: whoever sealed with it until then has committed.
            used = 0
            for table in TABLES:
                query = (
                    select(func.count())
                    .select_from(table)
                    .where(table.c.org_id == self._org, table.c.generation == generation)
                )
                used += (await self._connection.execute(query)).scalar_one()
            if not used:
                await self._connection.execute(delete(keys).where(*self._is(generation)))

    def _is(self, generation: int) -> tuple[Any, Any]:
        return keys.c.org_id == self._org, keys.c.generation == generation


class AllKeys:
    """What of all orgs needs work; `work` is on all of them."""

    def __init__(self, work: Work) -> None:
        self._connection = work.connection

    async def unfinished(self) -> list[str]:
        """The orgs with values under older data keys than they should be."""
        query = select(keys.c.org_id).where(keys.c.finished_at.is_(None)).distinct()
        return list((await self._connection.execute(query)).scalars())

    async def wrapped_by(self, ids: Collection[str]) -> Sequence[Row[str, int]]:
        """The keys that one of these master keys has wrapped: org and generation."""
        if not ids:
            return []
        query = select(keys.c.org_id, keys.c.generation).where(keys.c.wrapped_by.in_(list(ids)))
        return (await self._connection.execute(query)).all()

    async def wraps(self) -> set[str]:
        """The ids of all master keys that have wrapped something that is still there."""
        query = select(keys.c.wrapped_by).distinct()
        return set((await self._connection.execute(query)).scalars())

    async def with_direct(self) -> list[str]:
        """The orgs with values that are sealed under the master key itself."""
        found: set[str] = set()
        for table in TABLES:
            query = select(table.c.org_id).where(table.c.generation == DIRECT).distinct()
            found.update((await self._connection.execute(query)).scalars())
        return sorted(found)
