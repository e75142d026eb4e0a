"""Queries of consents, for the org of the work."""

import time
from typing import Any

from sqlalchemy import Row, bindparam, case, insert, or_, select, update

from cadre.infra.database import Work
from cadre.trust.consent.schemas import ANY, Consent, Wanted
from cadre.trust.consent.tables import consents

# Built once. What holds longest comes first, so that one that holds once is kept for later.
_COVERING = (
    select(consents.c.id, consents.c.span, consents.c.status, consents.c.used_by)
    .where(
        consents.c.org_id == bindparam("org_id"),
        consents.c.user_id == bindparam("user_id"),
        or_(
            consents.c.status == "granted",
            (consents.c.status == "used") & (consents.c.used_by == bindparam("use")),
        ),
        or_(consents.c.tool == bindparam("tool"), consents.c.tool == ANY),
        or_(consents.c.server == bindparam("server"), consents.c.server == ANY),
        or_(consents.c.resource == bindparam("resource"), consents.c.resource == ANY),
        or_(consents.c.expires_at.is_(None), consents.c.expires_at > bindparam("now")),
        or_(consents.c.span != "session", consents.c.session_id == bindparam("session_id")),
    )
    .order_by(case((consents.c.status == "used", 0), (consents.c.span == "once", 2), else_=1))
    .limit(1)
)


class ConsentStore:
    def __init__(self, work: Work) -> None:
        self._connection = work.connection
        self._org = work.scope.org

    async def covering(self, user_id: str, wanted: Wanted) -> Row[str, str, str, str | None] | None:
        """A consent of the user that covers `wanted` now."""
        given = {
            "org_id": self._org,
            "user_id": user_id,
            "use": wanted.use,
            "tool": wanted.tool,
            "server": wanted.server,
            "resource": wanted.resource,
            "session_id": wanted.session_id or "",
            "now": time.time(),
        }
        return (await self._connection.execute(_COVERING, given)).one_or_none()

    async def use_up(self, consent_id: str, use: str) -> bool:
        """Whether it was still there to be used, by this one alone."""
        statement = (
            update(consents)
            .where(*self._is(consent_id), consents.c.status == "granted")
            .values(status="used", used_at=time.time(), used_by=use)
        )
        return (await self._connection.execute(statement)).rowcount == 1

    async def get(self, consent_id: str) -> Consent | None:
        query = select(consents).where(*self._is(consent_id))
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _shown(row)

    async def asked(self, consent: Consent) -> Consent | None:
        """The same request, if it was made before and waits."""
        same = [
            consents.c[name] == getattr(consent, name)
            for name in ("user_id", "server", "tool", "resource", "span", "status")
        ]
        query = select(consents).where(consents.c.org_id == self._org, *same).limit(1)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _shown(row)

    async def add(self, consent: Consent) -> None:
        await self._connection.execute(
            insert(consents).values(**consent.model_dump(), org_id=self._org, used_by=None)
        )

    async def settle(self, consent_id: str, before: str, **values: Any) -> bool:
        """Change it if it is still as it was `before`."""
        statement = (
            update(consents)
            .where(*self._is(consent_id), consents.c.status == before)
            .values(**values)
        )
        return (await self._connection.execute(statement)).rowcount == 1

    async def listing(
        self, *, user_id: str | None, status: str | None, cursor: str | None, limit: int
    ) -> list[Consent]:
        """Newest first."""
        query = select(consents).where(consents.c.org_id == self._org)
        if user_id is not None:
            query = query.where(consents.c.user_id == user_id)
        if status is not None:
            kept = "granted" if status == "expired" else status
            query = query.where(consents.c.status == kept)
            is_over = consents.c.expires_at <= time.time()
            if status == "expired":
                query = query.where(is_over)
            elif status == "granted":
                query = query.where(or_(consents.c.expires_at.is_(None), ~is_over))
        if cursor is not None:
            query = query.where(consents.c.id < cursor)
        query = query.order_by(consents.c.id.desc()).limit(limit)
        return [_shown(row) for row in await self._connection.execute(query)]

    def _is(self, consent_id: str) -> tuple[Any, ...]:
        return consents.c.org_id == self._org, consents.c.id == consent_id


def _shown(row: Row[Any]) -> Consent:
    """A consent whose time is over is expired, whether or not its row says so."""
    until: float | None = row.expires_at
    is_over = row.status == "granted" and until is not None and until <= time.time()
    fields = {name: getattr(row, name) for name in Consent.model_fields}
    return Consent.model_validate({**fields, "status": "expired" if is_over else row.status})
