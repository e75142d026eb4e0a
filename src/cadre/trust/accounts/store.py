"""Queries of accounts. The lookups by hash are the only ones without an org: they find it."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from cadre.infra.database import Work
from cadre.kernel.ids import UserId
from cadre.trust.accounts.tables import (
    account_tokens,
    orgs,
    passkeys,
    session_tokens,
    sessions,
    sign_in_links,
    totp,
    users,
)

# What a token in an invitation is for.
INVITATION = "invitation"
_MOST_IDS = 1000  # in one statement

Found = Row[*tuple[Any, ...]]
Query = Select[*tuple[Any, ...]]


class _Store:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._org = work.scope.org

    async def _insert(self, table: Any, **row: object) -> None:
        await self._work.connection.execute(insert(table).values(**row))

    async def _one(self, query: Query, values: dict[str, Any] | None = None) -> Found | None:
        return (await self._work.connection.execute(query, values)).one_or_none()

    async def _all(self, query: Query, values: dict[str, Any] | None = None) -> list[Found]:
        return list((await self._work.connection.execute(query, values)).all())

    async def _change(self, statement: Any) -> int:
        return (await self._work.connection.execute(statement)).rowcount


class AccountStore(_Store):
    """People of the work's org, and their sign-in links."""

    async def first_of(self, user_ids: Collection[str]) -> Found | None:
        """Who of them came first, of those who may come in."""
        some = _people().where(users.c.org_id == self._org, users.c.id.in_(user_ids))
        return await self._first(some.order_by(users.c.created_at, users.c.id).limit(1))

    async def user(self, user_id: UserId) -> Found | None:
        return await self._one(_people().where(users.c.org_id == self._org, users.c.id == user_id))

    async def row(self, user_id: str) -> Found | None:
        """Everything that is kept of one person."""
        return await self._one(_ROW, {"org_id": self._org, "user_id": user_id})

    async def by_email(self, email: str) -> Found | None:
        return await self._one(_BY_EMAIL, {"org_id": self._org, "email": email})

    async def page(self, after: str | None, limit: int) -> list[Found]:
        """Each with `second_factor` and `invitation_expires_at`."""
        values = {"org_id": self._org, "after": after or "", "most": limit}
        return await self._all(_PAGE, values)

    async def member(self, user_id: str) -> Found | None:
        """One of the rows that `page` is made of."""
        return await self._one(_MEMBER, {"org_id": self._org, "user_id": user_id})

    async def count(self) -> int:
        """How many members there are, invited ones too."""
        query = select(func.count()).select_from(users).where(users.c.org_id == self._org)
        return (await self._work.connection.execute(query)).scalar_one()

    async def org(self) -> Found | None:
        return await self._one(_ORG, {"org_id": self._org})

    async def everybody(self) -> list[Found]:
        return await self._all(_EVERYBODY, {"org_id": self._org})

    async def some(self, user_ids: Collection[str]) -> list[Found]:
        """Those of them who are there."""
        every, found = list(user_ids), list[Found]()
        for at in range(0, len(every), _MOST_IDS):
            ids = every[at : at + _MOST_IDS]
            found += await self._all(_SOME, {"org_id": self._org, "ids": ids})
        return found

    async def add_org(self, name: str, now: float) -> None:
        await self._insert(orgs, id=self._org, name=name, created_at=now)

    async def add_user(self, user_id: UserId, name: str, now: float, **more: object) -> None:
        """Somebody who may do nothing until a role is given to them."""
        await self._insert(users, id=user_id, org_id=self._org, name=name, created_at=now, **more)

    async def change_user(self, user_id: str, **values: object) -> bool:
        statement = update(users).where(users.c.org_id == self._org, users.c.id == user_id)
        return await self._change(statement.values(**values)) > 0

    async def delete_user(self, user_id: str) -> bool:
        for table in (sign_in_links, account_tokens):
            await self._change(
                delete(table).where(table.c.org_id == self._org, table.c.user_id == user_id)
            )
        statement = delete(users).where(users.c.org_id == self._org, users.c.id == user_id)
        return await self._change(statement) > 0

    async def add_link(self, token_hash: str, user_id: str, now: float, expires_at: float) -> None:
        await self._change(delete(sign_in_links).where(sign_in_links.c.expires_at <= now))
        await self._insert(
            sign_in_links,
            token_hash=token_hash,
            org_id=self._org,
            user_id=user_id,
            created_at=now,
            expires_at=expires_at,
        )

    async def _first(self, query: Query) -> Found | None:
        return (await self._work.connection.execute(query)).first()


class SessionStore(_Store):
    """Sessions of the work's org and their tokens."""

    async def add(self, **row: object) -> None:
        now = row["created_at"]
        await self._change(delete(sessions).where(sessions.c.expires_at <= now))
        await self._change(delete(session_tokens).where(session_tokens.c.expires_at <= now))
        await self._insert(sessions, org_id=self._org, **row)

    async def add_token(
        self, token_hash: str, session_id: str, kind: str, *, now: float, expires_at: float
    ) -> None:
        await self._insert(
            session_tokens,
            token_hash=token_hash,
            org_id=self._org,
            session_id=session_id,
            kind=kind,
            created_at=now,
            expires_at=expires_at,
        )

    async def of_user(self, user_id: str, now: float) -> list[Found]:
        query = (
            select(sessions)
            .where(
                sessions.c.org_id == self._org,
                sessions.c.user_id == user_id,
                sessions.c.expires_at > now,
            )
            .order_by(sessions.c.seen_at.desc())
        )
        return await self._all(query)

    async def change(self, session_id: str, **values: object) -> None:
        await self._change(
            update(sessions)
            .where(sessions.c.org_id == self._org, sessions.c.id == session_id)
            .values(**values)
        )

    async def end(self, user_id: str, session_id: str) -> bool:
        return await self._end(sessions.c.user_id == user_id, sessions.c.id == session_id) > 0

    async def end_by_id(self, session_id: str) -> bool:
        return await self._end(sessions.c.id == session_id) > 0

    async def end_all(self, user_id: str, but: str | None = None) -> int:
        return await self._end(sessions.c.user_id == user_id, sessions.c.id != (but or ""))

    async def use_refresh(self, token_hash: str, now: float, successor: str) -> bool:
        """Mark a refresh token used; of two who arrive together only one does it."""
        statement = (
            update(session_tokens)
            .where(
                session_tokens.c.org_id == self._org,
                session_tokens.c.token_hash == token_hash,
                session_tokens.c.used_at.is_(None),
            )
            .values(used_at=now, successor=successor)
        )
        return await self._change(statement) > 0

    async def _end(self, *which: ColumnElement[bool]) -> int:
        ended = select(sessions.c.id).where(sessions.c.org_id == self._org, *which)
        await self._change(
            delete(session_tokens).where(
                session_tokens.c.org_id == self._org, session_tokens.c.session_id.in_(ended)
            )
        )
        return await self._change(delete(sessions).where(sessions.c.org_id == self._org, *which))


class TokenStore(_Store):
    """Tokens of the work's org that are used once."""

    async def add(
        self,
        token_hash: str,
        purpose: str,
        *,
        user_id: str | None,
        data: str,
        now: float,
        expires_at: float,
    ) -> None:
        await self._change(delete(account_tokens).where(account_tokens.c.expires_at <= now))
        await self._insert(
            account_tokens,
            token_hash=token_hash,
            org_id=self._org,
            user_id=user_id,
            purpose=purpose,
            data=data,
            created_at=now,
            expires_at=expires_at,
        )

    async def find(self, token_hash: str, purpose: str, now: float) -> Found | None:
        values = {"org_id": self._org, "token_hash": token_hash, "purpose": purpose, "now": now}
        return await self._one(_TOKEN, values)

    async def use(self, token_hash: str, purpose: str, now: float) -> Found | None:
        """Take the token away; of two who arrive together only one gets the row."""
        statement = (
            delete(account_tokens)
            .where(
                account_tokens.c.org_id == self._org,
                account_tokens.c.token_hash == token_hash,
                account_tokens.c.purpose == purpose,
                account_tokens.c.expires_at > now,
            )
            .returning(account_tokens.c.user_id, account_tokens.c.data)
        )
        return (await self._work.connection.execute(statement)).one_or_none()

    async def forget(self, user_id: str, *purposes: str) -> None:
        await self._change(
            delete(account_tokens).where(
                account_tokens.c.org_id == self._org,
                account_tokens.c.user_id == user_id,
                account_tokens.c.purpose.in_(purposes),
            )
        )


class DoorStore(_Store):
    """Whose token this is, asked before anybody is known."""

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
        return await self._one(_SESSION, {"token_hash": token_hash, "now": now})

    async def refresh(self, token_hash: str, now: float) -> Found | None:
        """The refresh token, used or not, with its session and whether its successor is used."""
        return await self._one(_REFRESH, {"token_hash": token_hash, "now": now})


def _people() -> Query:
    """Those who may come in, with their org."""
    return (
        select(
            users.c.id.label("user_id"),
            users.c.name.label("user_name"),
            users.c.email.label("user_email"),
            orgs.c.id.label("org_id"),
            orgs.c.name.label("org_name"),
        )
        .join_from(users, orgs, users.c.org_id == orgs.c.id)
        .where(users.c.status == "active")
    )


# Asked with every request, so built once: building a statement takes longer than a lookup.
_SESSION = (
    _people()
    .add_columns(
        sessions.c.id.label("session_id"),
        sessions.c.method,
        sessions.c.csrf,
        sessions.c.seen_at,
        sessions.c.proved_at,
        session_tokens.c.expires_at,
    )
    .join(sessions, sessions.c.user_id == users.c.id)
    .join(session_tokens, session_tokens.c.session_id == sessions.c.id)
    .where(
        session_tokens.c.token_hash == bindparam("token_hash"),
        session_tokens.c.kind == "access",
        session_tokens.c.expires_at > bindparam("now"),
        sessions.c.expires_at > bindparam("now"),
    )
)
_successor = session_tokens.alias("successor")
_REFRESH = (
    select(
        session_tokens.c.session_id,
        session_tokens.c.org_id,
        session_tokens.c.used_at,
        _successor.c.used_at.label("successor_used_at"),
        sessions.c.user_id,
        sessions.c.method,
        sessions.c.csrf,
        sessions.c.proved_at,
    )
    .join_from(session_tokens, sessions, session_tokens.c.session_id == sessions.c.id)
    .join(_successor, _successor.c.token_hash == session_tokens.c.successor, isouter=True)
    .where(
        session_tokens.c.token_hash == bindparam("token_hash"),
        session_tokens.c.kind == "refresh",
        session_tokens.c.expires_at > bindparam("now"),
        sessions.c.expires_at > bindparam("now"),
    )
)
_ROW = select(users).where(
    users.c.org_id == bindparam("org_id"), users.c.id == bindparam("user_id")
)
_EVERYBODY = select(users.c.id, users.c.name, users.c.status).where(
    users.c.org_id == bindparam("org_id")
)
_SOME = _EVERYBODY.where(users.c.id.in_(bindparam("ids", expanding=True)))
_BY_EMAIL = select(users).where(
    users.c.org_id == bindparam("org_id"), users.c.email == bindparam("email")
)
_MEMBERS = select(
    users,
    or_(
        exists().where(
            totp.c.org_id == users.c.org_id,
            totp.c.user_id == users.c.id,
            totp.c.confirmed_at.is_not(None),
        ),
        exists().where(passkeys.c.org_id == users.c.org_id, passkeys.c.user_id == users.c.id),
    ).label("second_factor"),
    select(func.max(account_tokens.c.expires_at))
    .where(
        account_tokens.c.org_id == users.c.org_id,
        account_tokens.c.user_id == users.c.id,
        account_tokens.c.purpose == INVITATION,
    )
    .scalar_subquery()
    .label("invitation_expires_at"),
).where(users.c.org_id == bindparam("org_id"))
_PAGE = (
    _MEMBERS.where(users.c.id > bindparam("after")).order_by(users.c.id).limit(bindparam("most"))
)
_MEMBER = _MEMBERS.where(users.c.id == bindparam("user_id"))
_ORG = select(
    orgs.c.id,
    orgs.c.name,
    orgs.c.status,
    orgs.c.registration,
    orgs.c.mfa_required,
    orgs.c.password_sign_in,
    orgs.c.branding,
    orgs.c.limits,
).where(orgs.c.id == bindparam("org_id"))
_TOKEN = select(account_tokens.c.user_id, account_tokens.c.data).where(
    account_tokens.c.org_id == bindparam("org_id"),
    account_tokens.c.token_hash == bindparam("token_hash"),
    account_tokens.c.purpose == bindparam("purpose"),
    account_tokens.c.expires_at > bindparam("now"),
)
