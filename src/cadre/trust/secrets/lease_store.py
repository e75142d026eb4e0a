"""Queries of leases, for the org of the work."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, RowMapping, delete, insert, select, update

from cadre.infra.database import Work
from cadre.trust.secrets.tables import secret_leases as leases


class LeaseStore:
    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._org = work.scope.org

    async def add(self, **row: Any) -> None:
        await self._connection.execute(insert(leases).values(org_id=self._org, **row))

    async def get(self, lease_id: str) -> RowMapping | None:
        query = select(leases).where(leases.c.org_id == self._org, leases.c.id == lease_id)
        return (await self._connection.execute(query)).mappings().one_or_none()

    async def all(
        self, *, name: str | None, open_at: float | None, before: str | None, most: int
    ) -> Sequence[RowMapping]:
        """Newest first; with `open_at` only those that are still good then."""
        query = select(leases).where(leases.c.org_id == self._org)
        if name is not None:
            query = query.where(leases.c.name == name)
        if open_at is not None:
            query = query.where(*_is_open(open_at))
        if before is not None:
            query = query.where(leases.c.id < before)
        query = query.order_by(leases.c.id.desc()).limit(most)
        return (await self._connection.execute(query)).mappings().all()

    async def holders(self, now: float) -> Sequence[Row[str, str]]:
        """The names of secrets with who holds them now."""
        query = (
            select(leases.c.name, leases.c.holder)
            .where(leases.c.org_id == self._org, *_is_open(now))
            .distinct()
            .order_by(leases.c.name, leases.c.holder)
        )
        return (await self._connection.execute(query)).all()

    async def release(self, lease_id: str, now: float) -> None:
        await self._connection.execute(
            update(leases)
            .where(leases.c.org_id == self._org, leases.c.id == lease_id, *_is_open(now))
            .values(released_at=now)
        )

    async def revoke(self, lease_id: str, by: str, now: float) -> None:
        await self._connection.execute(
            update(leases)
            .where(leases.c.org_id == self._org, leases.c.id == lease_id, *_is_open(now))
            .values(revoked_at=now, revoked_by=by)
        )

    async def end_all(self, name: str, by: str, now: float) -> None:
        """Revoke every lease of a secret."""
        await self._connection.execute(
            update(leases)
            .where(leases.c.org_id == self._org, leases.c.name == name, *_is_open(now))
            .values(revoked_at=now, revoked_by=by)
        )


def _is_open(now: float) -> tuple[Any, ...]:
    return (
        leases.c.expires_at > now,
        leases.c.released_at.is_(None),
        leases.c.revoked_at.is_(None),
    )


async def forget_leases(work: Work, before: float) -> None:
    """Delete the leases, of all orgs, that ended before then."""
    await work.connection.execute(delete(leases).where(leases.c.expires_at < before))
