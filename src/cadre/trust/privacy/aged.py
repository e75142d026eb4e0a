"""Aged: data that ages as plain rows of one table, which is how most of it does."""

from typing import Any

from sqlalchemy import Column, ColumnElement, Table, delete, func, select, true, tuple_

from cadre.infra.database import Work
from cadre.trust.privacy.ports import DataClass, Expired, Held

# Who looks wants to know whether it is much, and a table of a hundred million rows can wait.
MOST_COUNTED = 1_000_000


class Aged:
    """Rows of `table` whose column `at` says how old they are; those only that `where` says."""

    def __init__(
        self, about: DataClass, table: Table, at: str, where: ColumnElement[bool] | None = None
    ) -> None:
        self._about = about
        self._table = table
        self._at: Column[Any] = table.c[at]
        self._where = true() if where is None else where
        self._keys = list(table.primary_key.columns)

    @property
    def about(self) -> DataClass:
        return self._about

    async def held(self, work: Work) -> Held:
        rows = await counted(work, self._table, self._mine(work))
        oldest = select(func.min(self._at)).where(self._mine(work))
        return Held(rows, (await work.connection.execute(oldest)).scalar_one())

    async def due(self, work: Work, before: float) -> int:
        return await counted(work, self._table, self._mine(work) & (self._at < before))

    async def expire(self, work: Work, before: float, most: int) -> Expired:
        """The oldest first."""
        due = select(*self._keys).where(self._mine(work), self._at < before)
        rows = await work.connection.execute(due.order_by(self._at).limit(most))
        keys = [tuple(row) for row in rows]
        if keys:
            statement = delete(self._table).where(tuple_(*self._keys).in_(keys))
            await work.connection.execute(statement)
        return Expired(len(keys))

    def _mine(self, work: Work) -> ColumnElement[bool]:
        return (self._table.c.org_id == work.scope.org) & self._where


async def counted(work: Work, table: Table, where: ColumnElement[bool]) -> int:
    """How many rows there are, up to a million."""
    some = select(*table.primary_key.columns).where(where).limit(MOST_COUNTED).subquery()
    found = await work.connection.execute(select(func.count()).select_from(some))
    return int(found.scalar_one())
