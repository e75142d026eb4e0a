"""Queries of keys. The lookup by prefix is the only one without an org: it finds it."""

from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, or_, select, update

from cadre.infra.database import Work
from cadre.trust.keys.tables import api_keys

Found = Row[*tuple[Any, ...]]

# Built once: building a statement takes longer than a lookup.
_BY_PREFIX = select(api_keys).where(
    api_keys.c.prefix == bindparam("prefix"),
    or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > bindparam("now")),
)
_ALL = (
    select(api_keys)
    .where(
        api_keys.c.org_id == bindparam("org_id"),
        or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > bindparam("now")),
    )
    .order_by(api_keys.c.created_at.desc(), api_keys.c.id.desc())
)
_ONE = _ALL.where(api_keys.c.id == bindparam("id"))


class KeyStore:
    """The keys of the work's org."""

    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._org = work.scope.org

    async def all(self, now: float) -> list[Found]:
        values = {"org_id": self._org, "now": now}
        return list((await self._connection.execute(_ALL, values)).all())

    async def get(self, key_id: str, now: float) -> Found | None:
        values = {"org_id": self._org, "id": key_id, "now": now}
        return (await self._connection.execute(_ONE, values)).one_or_none()

    async def count(self) -> int:
        query = select(func.count()).where(api_keys.c.org_id == self._org)
        return (await self._connection.execute(query)).scalar_one()

    async def add(self, **row: object) -> None:
        await self._connection.execute(insert(api_keys).values(org_id=self._org, **row))

    async def change(self, key_id: str, **values: object) -> None:
        own = (api_keys.c.org_id == self._org) & (api_keys.c.id == key_id)
        await self._connection.execute(update(api_keys).where(own).values(**values))

    async def delete(self, key_id: str) -> bool:
        own = (api_keys.c.org_id == self._org) & (api_keys.c.id == key_id)
        return (await self._connection.execute(delete(api_keys).where(own))).rowcount > 0

    async def delete_expired(self, now: float) -> None:
        own = (api_keys.c.org_id == self._org) & (api_keys.c.expires_at <= now)
        await self._connection.execute(delete(api_keys).where(own))


class KeyDoor:
    """Whose key this is, asked before anybody is known."""

    def __init__(self, work: Work) -> None:
        self._connection = work.connection

    async def by_prefix(self, prefix: str, now: float) -> Found | None:
        values = {"prefix": prefix, "now": now}
        return (await self._connection.execute(_BY_PREFIX, values)).one_or_none()
