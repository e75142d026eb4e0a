"""Queries of failed sign-ins, for the org of the work."""

from sqlalchemy import ColumnElement, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cadre.infra.database import Work
from cadre.trust.accounts.store import Found
from cadre.trust.accounts.tables import sign_in_failures as table

_KEPT_SECONDS = 2 * 24 * 3600.0


class FailureStore:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._org = work.scope.org

    async def locked(self, subject: str, now: float) -> Found:
        """The count of `subject`, made if there is none, kept from others until the commit."""
        execute = self._work.connection.execute
        await execute(
            delete(table).where(
                table.c.org_id == self._org,
                table.c.last_at < now - _KEPT_SECONDS,
                table.c.locked_until < now,
            )
        )
        insert = (
            sqlite.insert if self._work.connection.dialect.name == "sqlite" else postgresql.insert
        )
        row = {"failures": 0, "last_at": now, "locked_until": 0.0}
        await execute(
            insert(table)
            .values(org_id=self._org, subject=subject, **row)
            .on_conflict_do_nothing(index_elements=["org_id", "subject"])
        )
        return (await execute(select(table).where(*self._is(subject)).with_for_update())).one()

    async def write(self, subject: str, failures: int, at: float, locked_until: float) -> None:
        values = {"failures": failures, "last_at": at, "locked_until": locked_until}
        await self._work.connection.execute(
            update(table).where(*self._is(subject)).values(**values)
        )

    async def take_back(self, subject: str) -> None:
        """One failure less, and no waiting for it."""
        fewer = case((table.c.failures > 0, table.c.failures - 1), else_=0)
        await self._work.connection.execute(
            update(table).where(*self._is(subject)).values(failures=fewer, locked_until=0.0)
        )

    async def delete(self, subject: str) -> None:
        await self._work.connection.execute(delete(table).where(*self._is(subject)))

    def _is(self, subject: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return table.c.org_id == self._org, table.c.subject == subject
