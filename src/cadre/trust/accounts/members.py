"""Members: who belongs to an org, and as what.

Nobody can give what they do not have, nor touch somebody who may do more than themselves; and an
org never loses its last owner.
"""

import time

from sqlalchemy.exc import IntegrityError

from cadre.infra.database import Work
from cadre.infra.mail import Letter
from cadre.kernel.errors import Conflict, Denied, NotFound
from cadre.kernel.grants import Grant, Grants
from cadre.kernel.ids import UserId, new_id
from cadre.kernel.paging import Page
from cadre.trust.accounts.mfa import Factors
from cadre.trust.accounts.ports import RoleBook
from cadre.trust.accounts.registration import Registration
from cadre.trust.accounts.schemas import Invitation, Member
from cadre.trust.accounts.service import SESSIONS_TOPIC, Accounts
from cadre.trust.accounts.store import AccountStore, Found
from cadre.trust.accounts.types import Status


class MemberNotFound(NotFound):
    """No such member of this org."""

    code = "member_not_found"


class MemberThere(Conflict):
    """The address belongs to a member already."""

    code = "member_there"


class Outranked(Denied):
    """The member, or the role, may do what whoever asks may not."""

    code = "outranked"


class Members:
    """The members of every org."""

    def __init__(
        self, accounts: Accounts, roles: RoleBook, registration: Registration, factors: Factors
    ) -> None:
        self._accounts = accounts
        self._roles = roles
        self._registration = registration
        self._factors = factors

    async def page(self, work: Work, cursor: str | None, limit: int) -> Page[Member]:
        """In the order in which they came."""
        rows = await AccountStore(work).page(cursor, limit + 1)
        following = rows[limit - 1].id if len(rows) > limit else None
        roles = await self._roles.held(work, [row.id for row in rows[:limit]])
        items = [_member(row, roles.get(row.id, "")) for row in rows[:limit]]
        return Page(items=items, next=following)

    async def get(self, work: Work, user_id: str) -> Member:
        row = _there(await AccountStore(work).member(user_id))
        roles = await self._roles.held(work, [user_id])
        return _member(row, roles.get(user_id, ""))

    async def invite(
        self, work: Work, by: Grants, wanted: Invitation, *, inviter: str, page: str
    ) -> tuple[Member, Letter]:
        """A new member who still has to accept, and the letter that asks them to."""
        email, role = wanted.email, wanted.role
        name = wanted.name or email.partition("@")[0]
        await self._may_give(work, by, role)
        store, user_id = AccountStore(work), UserId(new_id("usr"))
        if await store.by_email(email) is not None:
            raise MemberThere("This address belongs to a member already.", field="email")
        await self._registration.require_room(work)
        try:
            await store.add_user(user_id, name, time.time(), email=email, status="invited")
        except IntegrityError as error:
            raise MemberThere("This address belongs to a member already.", field="email") from error
        await self._roles.assign(work, user_id, role)
        return await self.resend(work, user_id, inviter=inviter, page=page)

    async def resend(
        self, work: Work, user_id: str, *, inviter: str, page: str
    ) -> tuple[Member, Letter]:
        """Another letter; the link of the one before is worth nothing."""
        row = await self._row(work, user_id)
        if row.status != "invited":
            raise Conflict("This member has accepted already.")
        letter = await self._registration.invite(work, row, inviter=inviter, page=page)
        return await self.get(work, user_id), letter

    async def set_role(self, work: Work, by: Grants, user_id: str, role: str) -> Member:
        """Give a member another role, in the whole org."""
        await self._touchable(work, by, user_id)
        await self._may_give(work, by, role)
        work.touch(SESSIONS_TOPIC)
        await self._roles.assign(work, UserId(user_id), role)
        return await self.get(work, user_id)

    async def set_status(self, work: Work, by: Grants, user_id: str, status: Status) -> Member:
        """Suspend a member, which signs them out everywhere, or let them in again."""
        row = await self._touchable(work, by, user_id)
        if "invited" in (row.status, status):
            raise Conflict("Whoever is invited has to accept first; remove them if they shall not.")
        if status == "suspended":
            await self._roles.keep_an_owner(work, UserId(user_id))
            await self._accounts.end_sessions(work, UserId(user_id))
        work.touch(SESSIONS_TOPIC)
        await AccountStore(work).change_user(user_id, status=status)
        return await self.get(work, user_id)

    async def reset_factors(self, work: Work, by: Grants, user_id: str) -> None:
        """Remove the second factors of a member who lost them."""
        await self._touchable(work, by, user_id)
        await self._factors.forget(work, UserId(user_id))
        await self._accounts.end_sessions(work, UserId(user_id))

    async def require_touchable(self, work: Work, by: Grants, user_id: str) -> None:
        """Raise `Outranked` if the member may do what `by` does not allow."""
        await self._touchable(work, by, user_id)

    async def remove(self, work: Work, by: Grants, user_id: str) -> None:
        """End the membership, and everything that the member could come in with."""
        await self._touchable(work, by, user_id)
        member = UserId(user_id)
        await self._roles.forget(work, member)
        await self._accounts.end_sessions(work, member)
        await self._factors.forget(work, member)
        await AccountStore(work).delete_user(user_id)

    async def _row(self, work: Work, user_id: str) -> Found:
        return _there(await AccountStore(work).row(user_id))

    async def _touchable(self, work: Work, by: Grants, user_id: str) -> Found:
        row = await self._row(work, user_id)
        theirs = await self._roles.grants_for(work, UserId(user_id))
        if not _has(by, theirs.given):
            raise Outranked("This member may do more than you: ask an owner.")
        return row

    async def _may_give(self, work: Work, by: Grants, role: str) -> None:
        if not _has(by, await self._roles.grants_of(work, role)):
            raise Outranked("You can't give a role that may do more than you.", field="role")


def _has(grants: Grants, wanted: frozenset[Grant]) -> bool:
    """Whether all of `wanted` are within `grants`: a pattern is within one that matches its text."""
    return all(grants.allows(grant.permission, grant.resource) for grant in wanted)


def _there(row: Found | None) -> Found:
    if row is None:
        raise MemberNotFound("There is no such member. See `GET /api/v1/members`.")
    return row


def _member(row: Found, role: str) -> Member:
    return Member(
        id=row.id,
        name=row.name,
        email=row.email,
        role=role,
        status=row.status,
        has_avatar=row.avatar is not None,
        has_password=row.password_hash is not None,
        second_factor=bool(row.second_factor),
        invitation_expires_at=row.invitation_expires_at if row.status == "invited" else None,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
    )
