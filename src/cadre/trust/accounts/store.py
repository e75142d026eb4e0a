"""Queries of accounts. The lookups by hash are the only ones without an org: they find it."""

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, delete, insert, select, update

from cadre.infra.database import Work
from cadre.kernel.ids import UserId
from cadre.trust.accounts.tables import api_keys, orgs, sessions, sign_in_links, users

Found = Row[*tuple[Any, ...]]
Query = Select[*tuple[Any, ...]]


class AccountStore:
    """People of the work's org, their sign-in links, sessions and keys."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._org = work.scope.org

    async def owner(self) -> Found | None:
        return await self._one(
            _people().where(users.c.org_id == self._org, users.c.role == "owner")
        )

    async def user(self, user_id: UserId) -> Found | None:
        return await self._one(_people().where(users.c.org_id == self._org, users.c.id == user_id))

    async def add_org(self, name: str, now: float) -> None:
        await self._insert(orgs, id=self._org, name=name, created_at=now)

    async def add_user(self, user_id: UserId, name: str, role: str, now: float) -> None:
        await self._insert(
            users, id=user_id, org_id=self._org, name=name, role=role, created_at=now
        )

    async def add_link(self, token_hash: str, user_id: str, now: float, expires_at: float) -> None:
        await self._work.connection.execute(
            delete(sign_in_links).where(sign_in_links.c.expires_at <= now)
        )
        await self._insert(
            sign_in_links,
            token_hash=token_hash,
            org_id=self._org,
            user_id=user_id,
            created_at=now,
            expires_at=expires_at,
        )

    async def add_session(
        self, token_hash: str, user_id: str, now: float, expires_at: float
    ) -> None:
        await self._work.connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
        await self._insert(
            sessions,
            token_hash=token_hash,
            org_id=self._org,
            user_id=user_id,
            created_at=now,
            expires_at=expires_at,
        )

    async def delete_session(self, token_hash: str) -> None:
        await self._work.connection.execute(
            delete(sessions).where(
                sessions.c.org_id == self._org, sessions.c.token_hash == token_hash
            )
        )

    async def add_key(self, **row: object) -> None:
        await self._insert(api_keys, org_id=self._org, **row)

    async def keys(self, now: float) -> list[Found]:
        query = (
            select(api_keys)
            .where(api_keys.c.org_id == self._org, _is_valid(api_keys.c.expires_at, now))
            .order_by(api_keys.c.created_at.desc())
        )
        return list((await self._work.connection.execute(query)).all())

    async def touch_key(self, key_id: str, now: float) -> None:
        await self._work.connection.execute(
            update(api_keys)
            .where(api_keys.c.org_id == self._org, api_keys.c.id == key_id)
            .values(last_used_at=now)
        )

    async def delete_key(self, key_id: str) -> bool:
        statement = delete(api_keys).where(api_keys.c.org_id == self._org, api_keys.c.id == key_id)
        return (await self._work.connection.execute(statement)).rowcount > 0

    async def delete_expired_keys(self, now: float) -> None:
        await self._work.connection.execute(delete(api_keys).where(api_keys.c.expires_at <= now))

    async def _insert(self, table: Any, **row: object) -> None:
        await self._work.connection.execute(insert(table).values(**row))

    async def _one(self, query: Query) -> Found | None:
        return (await self._work.connection.execute(query)).one_or_none()


class DoorStore:
    """Whose token this is, asked before anybody is known."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def use_link(self, token_hash: str, now: float) -> Found | None:
        """Mark the link used; of two who arrive together only one gets the row."""
        statement = (
            update(sign_in_links)
            .where(
                sign_in_links.c.token_hash == token_hash,
                sign_in_links.c.used_at.is_(None),
                sign_in_links.c.expires_at > now,
            )
            .values(used_at=now)
            .returning(sign_in_links.c.org_id, sign_in_links.c.user_id)
        )
        return (await self._work.connection.execute(statement)).one_or_none()

    async def session(self, token_hash: str, now: float) -> Found | None:
        values = {"token_hash": token_hash, "now": now}
        return (await self._work.connection.execute(_SESSION, values)).one_or_none()

    async def key(self, prefix: str, now: float) -> Found | None:
        values = {"prefix": prefix, "now": now}
        return (await self._work.connection.execute(_KEY, values)).one_or_none()


def _people() -> Query:
    return select(
        users.c.id.label("user_id"),
        users.c.name.label("user_name"),
        orgs.c.id.label("org_id"),
        orgs.c.name.label("org_name"),
    ).join_from(users, orgs, users.c.org_id == orgs.c.id)


def _is_valid(
    expires_at: ColumnElement[Any], now: float | ColumnElement[Any]
) -> ColumnElement[bool]:
    return expires_at.is_(None) | (expires_at > now)


# Asked with every request, so built once: building a statement takes longer than a lookup.
_SESSION = (
    _people()
    .add_columns(sessions.c.expires_at)
    .join(sessions, sessions.c.user_id == users.c.id)
    .where(
        sessions.c.token_hash == bindparam("token_hash"),
        sessions.c.expires_at > bindparam("now"),
    )
)
_KEY = (
    _people()
    .add_columns(
        api_keys.c.id.label("key_id"),
        api_keys.c.name.label("key_name"),
        api_keys.c.secret_hash,
        api_keys.c.last_used_at,
    )
    .join(api_keys, api_keys.c.user_id == users.c.id)
    .where(
        api_keys.c.prefix == bindparam("prefix"),
        _is_valid(api_keys.c.expires_at, bindparam("now")),
    )
)
