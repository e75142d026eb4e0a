"""Registration: how people come in by themselves, and back in when they forgot their password.

What is answered never tells whether an address is known; the letter to that address does.
Somebody exists from the moment on that they proved to own the address, with the password that
they gave themselves: nobody can prepare an account for a stranger.
"""

import json
import time
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError

from cadre.infra.database import Work
from cadre.infra.mail import Letter
from cadre.kernel.errors import Conflict, Denied, Invalid, LimitReached
from cadre.kernel.ids import UserId, new_id
from cadre.trust.accounts import letters
from cadre.trust.accounts.attempts import Attempts
from cadre.trust.accounts.ports import RoleBook
from cadre.trust.accounts.service import Accounts
from cadre.trust.accounts.store import INVITATION, AccountStore, Found, TokenStore
from cadre.trust.accounts.tokens import digest, new_token
from cadre.trust.orgs import allowance

INVITATION_SECONDS = 7 * 24 * 3600
_VERIFY_SECONDS = 24 * 3600
_RESET_SECONDS = 3600
NEW_ROLE = "user"
_REGISTER, _RESET, _EMAIL = "register", "reset", "email"


class RegistrationClosed(Denied):
    """Nobody can register here by themselves."""

    code = "registration_closed"


class TokenUsed(Invalid):
    """The link of a letter was used, has expired, or never was one."""

    code = "link_used"

    def __init__(self) -> None:
        super().__init__("This link is used up or too old. Ask for a new one.", field="token")


class EmailTaken(Conflict):
    """Somebody else has the address by now."""

    code = "email_taken"


class MembersReached(LimitReached):
    """The org has as many members as it may have."""

    code = "members_reached"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a letter went to."""

    user_id: UserId
    email: str
    name: str
    org: str = field(default="")


class Registration:
    """Registers, verifies, resets."""

    def __init__(self, accounts: Accounts, roles: RoleBook, attempts: Attempts) -> None:
        self._accounts = accounts
        self._roles = roles
        self._attempts = attempts

    async def register(
        self, work: Work, email: str, name: str, *, password_hash: str, page: str
    ) -> Letter:
        """The letter that goes on with it, or raise `RegistrationClosed`."""
        store = AccountStore(work)
        org = await store.org()
        if org is None or org.registration != "open":
            raise RegistrationClosed(
                "Nobody can register here by themselves. Ask for an invitation."
            )
        await self._accounts.require_passwords(work)
        known = await store.by_email(email)
        if known is not None:
            return await self._letter_for_known(work, known, org.name, page)
        data = {"email": email, "name": name, "password_hash": password_hash}
        token = await _add(work, _REGISTER, None, json.dumps(data), _VERIFY_SECONDS)
        return letters.verification(email, org=org.name, page=page, token=token)

    async def verify(self, work: Work, token: str) -> None:
        """Whoever sends `token` reads the mail of an address: it is theirs from now on."""
        tokens, now = TokenStore(work), time.time()
        registered = await tokens.use(digest(token), _REGISTER, now)
        if registered is not None:
            return await self._create(work, json.loads(registered.data), now)
        changed = await tokens.use(digest(token), _EMAIL, now)
        if changed is None:
            raise TokenUsed
        store = AccountStore(work)
        holder = await store.by_email(changed.data)
        if holder is not None and holder.id != changed.user_id:
            raise EmailTaken("Another account has this address by now.", field="email")
        try:
            await store.change_user(changed.user_id, email=changed.data, email_verified_at=now)
        except IntegrityError as error:
            raise EmailTaken("Another account has this address by now.", field="email") from error
        return None

    async def change_email(
        self, work: Work, user_id: UserId, email: str, page: str
    ) -> Letter | None:
        """The letter to the new address; the old one counts until it is answered."""
        store, tokens = AccountStore(work), TokenStore(work)
        await tokens.forget(user_id, _EMAIL)
        org, known = await store.org(), await store.by_email(email)
        if org is None or known is not None:
            return None
        token = await _add(work, _EMAIL, user_id, email, _VERIFY_SECONDS)
        return letters.verification(email, org=org.name, page=page, token=token)

    async def ask_reset(self, work: Work, email: str, page: str) -> Letter | None:
        """The letter with the link, if the address has an account that may come in."""
        await self._accounts.require_passwords(work)
        store = AccountStore(work)
        org, known = await store.org(), await store.by_email(email)
        if org is None or known is None or known.status == "suspended":
            await _pretend(work)
            return None
        if known.status == "invited":
            return await self.invite(work, known, inviter=org.name, page=page)
        await TokenStore(work).forget(known.id, _RESET)
        token = await _add(work, _RESET, known.id, "", _RESET_SECONDS)
        return letters.reset(email, org=org.name, page=page, token=token)

    async def resetting(self, work: Work, token: str) -> Holder:
        """Whose password the token resets, or raise `TokenUsed`."""
        return await self._holder(work, token, _RESET, "active")

    async def reset(self, work: Work, token: str, password_hash: str, page: str) -> Letter:
        """Set the password; whoever was signed in is signed out. Returns the letter about it."""
        holder = await self.resetting(work, token)
        await self._take(work, token, _RESET)
        store = AccountStore(work)
        await store.change_user(
            holder.user_id, password_hash=password_hash, email_verified_at=time.time()
        )
        await self._accounts.end_sessions(work, holder.user_id)
        await self._attempts.forgive(work, holder.email)
        return letters.password_changed(holder.email, org=holder.org, page=page)

    async def invite(self, work: Work, member: Found, *, inviter: str, page: str) -> Letter:
        """The letter of an invitation; those of before are worth nothing."""
        await TokenStore(work).forget(member.id, INVITATION)
        token = await _add(work, INVITATION, member.id, "", INVITATION_SECONDS)
        org = await AccountStore(work).org()
        name = "" if org is None else org.name
        return letters.invitation(member.email, org=name, inviter=inviter, page=page, token=token)

    async def invited(self, work: Work, token: str) -> Holder:
        """Whom the token invites, or raise `TokenUsed`."""
        return await self._holder(work, token, INVITATION, "invited")

    async def accept(self, work: Work, token: str, name: str, password_hash: str) -> Holder:
        """Become a member."""
        holder = await self.invited(work, token)
        await self._take(work, token, INVITATION)
        await AccountStore(work).change_user(
            holder.user_id,
            name=name,
            status="active",
            password_hash=password_hash,
            email_verified_at=time.time(),
        )
        return holder

    async def count(self, work: Work) -> int:
        """How many members the org has, invited ones too."""
        return await AccountStore(work).count()

    async def require_room(self, work: Work) -> None:
        """Raise `MembersReached` if the org has as many members as it may have."""
        most = await allowance(work, "members")
        if most is not None and await self.count(work) >= most:
            raise MembersReached(
                f"This organisation has at most {most} members. Remove one that left, or ask "
                "whoever runs this installation for more."
            )

    async def _create(self, work: Work, given: dict[str, str], now: float) -> None:
        store, user_id = AccountStore(work), UserId(new_id("usr"))
        if await store.by_email(given["email"]) is not None:
            raise EmailTaken("This address has an account by now: sign in.", field="email")
        await self.require_room(work)
        row = {"email": given["email"], "password_hash": given["password_hash"]}
        try:
            await store.add_user(user_id, given["name"], now, email_verified_at=now, **row)
        except IntegrityError as error:
            raise EmailTaken(
                "This address has an account by now: sign in.", field="email"
            ) from error
        await self._roles.assign(work, user_id, NEW_ROLE)

    async def _letter_for_known(self, work: Work, known: Found, org: str, page: str) -> Letter:
        if known.status == "invited":
            return await self.invite(work, known, inviter=org, page=page)
        await _pretend(work)
        return letters.account_there(known.email, org=org, page=page)

    async def _holder(self, work: Work, token: str, purpose: str, status: str) -> Holder:
        found = await TokenStore(work).find(digest(token), purpose, time.time())
        row = None if found is None else await AccountStore(work).row(found.user_id)
        if row is None or row.status != status:
            raise TokenUsed
        org = await AccountStore(work).org()
        return Holder(UserId(row.id), row.email, row.name, "" if org is None else org.name)

    async def _take(self, work: Work, token: str, purpose: str) -> None:
        if await TokenStore(work).use(digest(token), purpose, time.time()) is None:
            raise TokenUsed


async def _pretend(work: Work) -> None:
    """Do what an address that is known would cost, so that the time tells nothing either."""
    await TokenStore(work).forget("", _RESET)
    await _add(work, "nobody", None, "", _RESET_SECONDS)


async def _add(work: Work, purpose: str, user_id: str | None, data: str, seconds: float) -> str:
    token, now = new_token(), time.time()
    await TokenStore(work).add(
        digest(token), purpose, user_id=user_id, data=data, now=now, expires_at=now + seconds
    )
    return token
