"""Enrolment: people that somebody whom the org trusts vouches for: a provider, or its directory.

They need no letter: whoever vouches for them has checked their address. What they may do is never
more than a rule of the org says, and an owner stays one.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from cadre.infra.database import Work
from cadre.kernel.errors import Conflict
from cadre.kernel.grants import Grants
from cadre.kernel.ids import UserId, new_id
from cadre.trust.access import OWNER
from cadre.trust.accounts.emails import fold
from cadre.trust.accounts.members import Members, MemberThere
from cadre.trust.accounts.ports import RoleBook
from cadre.trust.accounts.registration import Registration
from cadre.trust.accounts.service import SESSIONS_TOPIC
from cadre.trust.accounts.store import INVITATION, AccountStore, Found, TokenStore
from cadre.trust.accounts.types import Status


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Somebody of the org, as far as whoever vouches for people may know."""

    id: UserId
    name: str
    email: str | None
    status: Status
    created_at: float


class Enrolment:
    """Adds, changes and suspends people on the word of others."""

    def __init__(self, members: Members, registration: Registration, roles: RoleBook) -> None:
        self._members = members
        self._registration = registration
        self._roles = roles

    async def everybody(self, work: Work) -> list[Enrolled]:
        """All of the org, in the order in which they came."""
        found: list[Enrolled] = []
        after: str | None = None
        while rows := await AccountStore(work).page(after, 1000):
            found += [_enrolled(row) for row in rows]
            after = rows[-1].id
        return found

    async def names(self, work: Work, user_ids: Collection[str]) -> dict[str, str]:
        """What they are called, of those who are of the org."""
        return {row.id: row.name for row in await AccountStore(work).some(user_ids)}

    async def find(self, work: Work, user_id: str) -> Enrolled | None:
        row = await AccountStore(work).row(user_id)
        return None if row is None else _enrolled(row)

    async def by_email(self, work: Work, email: str) -> Enrolled | None:
        row = await AccountStore(work).by_email(fold(email))
        return None if row is None else _enrolled(row)

    async def add(self, work: Work, email: str, name: str, role: str) -> Enrolled:
        """A new member without a password; raises `MembersReached` or `MemberThere`."""
        await self._registration.require_room(work)
        user_id, now = UserId(new_id("usr")), time.time()
        store = AccountStore(work)
        if await store.by_email(fold(email)) is not None:
            raise _taken()
        try:
            await store.add_user(user_id, name, now, email=fold(email), email_verified_at=now)
        except IntegrityError as error:
            raise _taken() from error
        await self._roles.assign(work, user_id, role)
        return Enrolled(user_id, name, fold(email), "active", now)

    async def welcome(self, work: Work, user_id: UserId) -> None:
        """Whoever was invited comes in; the letter is worth nothing any more."""
        await TokenStore(work).forget(user_id, INVITATION)
        await AccountStore(work).change_user(
            user_id, status="active", email_verified_at=time.time()
        )

    async def change(
        self, work: Work, by: Grants, user_id: UserId, *, name: str, email: str
    ) -> None:
        """Another name or address; the address only of whoever may not do more than `by`."""
        work.touch(SESSIONS_TOPIC)
        values: dict[str, object] = {"name": name}
        row = await AccountStore(work).row(user_id)
        if row is None or row.email != fold(email):
            # A letter to the address sets a new password.
            await self._members.require_touchable(work, by, user_id)
            other = await AccountStore(work).by_email(fold(email))
            if other is not None and other.id != user_id:
                raise _taken()
            values |= {"email": fold(email), "email_verified_at": time.time()}
        await AccountStore(work).change_user(user_id, **values)

    async def set_role(self, work: Work, user_id: UserId, role: str) -> None:
        """The one role that a rule of the org gives. An owner stays one."""
        before = await self._roles.held(work, [user_id])
        if before.get(user_id) in {OWNER, role}:
            return
        work.touch(SESSIONS_TOPIC)
        await self._roles.assign(work, user_id, role)

    async def set_active(self, work: Work, by: Grants, user_id: UserId, is_active: bool) -> None:
        """Suspend somebody, which ends their sessions at once, or let them in again."""
        row = await AccountStore(work).row(user_id)
        if row is None or is_active == (row.status != "suspended"):
            return
        if row.status == "invited":
            await self._members.require_touchable(work, by, user_id)
            await TokenStore(work).forget(user_id, INVITATION)
            await AccountStore(work).change_user(user_id, status="suspended")
        else:
            await self._members.set_status(
                work, by, user_id, "active" if is_active else "suspended"
            )


def _taken() -> Conflict:
    return MemberThere("This address belongs to a member already.", field="email")


def _enrolled(row: Found) -> Enrolled:
    return Enrolled(UserId(row.id), row.name, row.email, row.status, row.created_at)
