"""Queries of second factors, for the org of the work."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, update

from cadre.infra.database import Work
from cadre.trust.accounts.store import Found
from cadre.trust.accounts.tables import passkeys, recovery_codes, totp

_TOTP = select(totp.c.confirmed_at, totp.c.last_step).where(
    totp.c.org_id == bindparam("org_id"), totp.c.user_id == bindparam("user_id")
)
_CODES_LEFT = select(func.count().label("left")).where(
    recovery_codes.c.org_id == bindparam("org_id"),
    recovery_codes.c.user_id == bindparam("user_id"),
    recovery_codes.c.used_at.is_(None),
)
_PASSKEYS = (
    select(passkeys)
    .where(passkeys.c.org_id == bindparam("org_id"), passkeys.c.user_id == bindparam("user_id"))
    .order_by(passkeys.c.created_at)
)
_PASSKEY = select(passkeys).where(
    passkeys.c.org_id == bindparam("org_id"),
    passkeys.c.credential_id == bindparam("credential_id"),
)


class FactorStore:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._org = work.scope.org

    async def totp(self, user_id: str) -> Found | None:
        values = {"org_id": self._org, "user_id": user_id}
        return (await self._work.connection.execute(_TOTP, values)).one_or_none()

    async def start_totp(self, user_id: str, now: float) -> None:
        await self.delete_totp(user_id)
        await self._insert(totp, user_id=user_id, created_at=now, last_step=0)

    async def confirm_totp(self, user_id: str, now: float) -> None:
        await self._run(update(totp).where(*self._mine(totp, user_id)).values(confirmed_at=now))

    async def use_step(self, user_id: str, step: int) -> bool:
        """Accept the code of `step`, once: of two who send it together only one does it."""
        statement = update(totp).where(*self._mine(totp, user_id), totp.c.last_step < step)
        return await self._run(statement.values(last_step=step)) > 0

    async def delete_totp(self, user_id: str) -> bool:
        return await self._run(delete(totp).where(*self._mine(totp, user_id))) > 0

    async def replace_codes(self, user_id: str, hashes: list[str], now: float) -> None:
        await self.delete_codes(user_id)
        for code_hash in hashes:
            await self._insert(recovery_codes, user_id=user_id, code_hash=code_hash, created_at=now)

    async def use_code(self, user_id: str, code_hash: str, now: float) -> bool:
        statement = update(recovery_codes).where(
            *self._mine(recovery_codes, user_id),
            recovery_codes.c.code_hash == code_hash,
            recovery_codes.c.used_at.is_(None),
        )
        return await self._run(statement.values(used_at=now)) > 0

    async def codes_left(self, user_id: str) -> int:
        values = {"org_id": self._org, "user_id": user_id}
        return (await self._work.connection.execute(_CODES_LEFT, values)).scalar_one()

    async def delete_codes(self, user_id: str) -> None:
        await self._run(delete(recovery_codes).where(*self._mine(recovery_codes, user_id)))

    async def passkeys(self, user_id: str) -> list[Found]:
        values = {"org_id": self._org, "user_id": user_id}
        return list((await self._work.connection.execute(_PASSKEYS, values)).all())

    async def passkey(self, credential_id: str) -> Found | None:
        values = {"org_id": self._org, "credential_id": credential_id}
        return (await self._work.connection.execute(_PASSKEY, values)).one_or_none()

    async def add_passkey(self, **row: object) -> None:
        await self._insert(passkeys, **row)

    async def use_passkey(self, passkey_id: str, before: int, count: int, now: float) -> bool:
        """Write the new signature count down, unless somebody else has just done so."""
        statement = update(passkeys).where(
            passkeys.c.org_id == self._org,
            passkeys.c.id == passkey_id,
            passkeys.c.sign_count == before,
        )
        return await self._run(statement.values(sign_count=count, last_used_at=now)) > 0

    async def rename_passkey(self, user_id: str, passkey_id: str, name: str) -> bool:
        which = (*self._mine(passkeys, user_id), passkeys.c.id == passkey_id)
        return await self._run(update(passkeys).where(*which).values(name=name)) > 0

    async def delete_passkey(self, user_id: str, passkey_id: str) -> bool:
        which = (*self._mine(passkeys, user_id), passkeys.c.id == passkey_id)
        return await self._run(delete(passkeys).where(*which)) > 0

    async def delete_passkeys(self, user_id: str) -> None:
        await self._run(delete(passkeys).where(*self._mine(passkeys, user_id)))

    def _mine(self, table: Any, user_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return table.c.org_id == self._org, table.c.user_id == user_id

    async def _insert(self, table: Any, **row: object) -> None:
        await self._work.connection.execute(insert(table).values(org_id=self._org, **row))

    async def _run(self, statement: Any) -> int:
        return (await self._work.connection.execute(statement)).rowcount
