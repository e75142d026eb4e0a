"""Accounts: who someone is, their sessions, and telling who a request comes from."""

import json
import time
from collections.abc import Collection
from dataclasses import dataclass, replace

from cadre.infra.database import Work
from cadre.kernel.errors import Denied, NotFound, Unauthenticated
from cadre.kernel.ids import OrgId, UserId, new_id
from cadre.kernel.scope import DEFAULT_PROJECT, Principal, Scope
from cadre.trust.access import OWNER, Person, join, owners
from cadre.trust.accounts.store import AccountStore, DoorStore, Found, SessionStore
from cadre.trust.accounts.tokens import (
    csrf_of,
    digest,
    new_access_token,
    new_refresh_token,
    new_token,
)
from cadre.trust.accounts.types import (
    ACCESS_SECONDS,
    SESSION_SECONDS,
    Device,
    Identity,
    NewSession,
    Org,
    SessionFacts,
    SignInRules,
    User,
)

# What `Database.mark` counts this process's revocations by.
SESSIONS_TOPIC = "sessions"
LINK_SECONDS = 15 * 60
_TOUCH_SECONDS = 60
# Two tabs may send the same refresh token; the second one is not a thief's.
_GRACE_SECONDS = 10
_LONGEST_USER_AGENT = 300


class SignInLinkUsed(Unauthenticated):
    """The link was used, has expired, or never was one."""

    code = "sign_in_link_used"

    def __init__(self) -> None:
        super().__init__(
            "This sign-in link is used up or older than 15 minutes. "
            "Run `cadre sign-in` for a new one."
        )


class SessionEnded(Unauthenticated):
    """The session was ended, has expired, or never was one."""

    code = "session_ended"

    def __init__(self) -> None:
        super().__init__("This session is over. Sign in again.")


class AccountClosed(Unauthenticated):
    """Whoever it is may not come in."""

    code = "account_closed"


class PasswordsOff(Denied):
    """The org lets nobody in by password."""

    code = "passwords_off"


class SessionNotFound(NotFound):
    """No such device of this person."""

    code = "session_not_found"


@dataclass(frozen=True, slots=True)
class RefreshReused:
    """A refresh token came a second time, so somebody has a copy; its session is over."""

    org: OrgId
    user_id: UserId
    session_id: str


class Accounts:
    """The people and programs of every org."""

    async def ensure_owner(self, work: Work, email: str | None = None) -> User:
        """The owner of the work's org; made, with the org and `email`, if there is none."""
        store = AccountStore(work)
        found = await store.first_of(await owners(work))
        if found is not None:
            return _user(found)
        now = time.time()
        owner = User(id=UserId(new_id("usr")), name="Owner")
        if await store.org() is None:
            await store.add_org("My organisation", now)
        await store.add_user(owner.id, owner.name, now, email=email)
        await join(work, owner.id, OWNER)
        return owner

    async def new_sign_in_link(
        self, work: Work, user_id: UserId, *, seconds: float = LINK_SECONDS
    ) -> str:
        """A token that signs `user_id` in once, within 15 minutes or `seconds`."""
        token, now = new_token(), time.time()
        await AccountStore(work).add_link(digest(token), user_id, now, now + seconds)
        return token

    async def sign_in(
        self, work: Work, link_token: str, device: Device | None = None
    ) -> NewSession:
        """Turn a sign-in link into a session, or raise `SignInLinkUsed`."""
        link = await DoorStore(work).use_link(digest(link_token), time.time())
        if link is None:
            raise SignInLinkUsed
        # From here on the work is the org's that the link belongs to.
        own = _within(work, link.org_id)
        return await self.session_for(own, UserId(link.user_id), device or Device(), method="link")

    async def session_for(
        self, work: Work, user_id: UserId, device: Device, *, method: str
    ) -> NewSession:
        """A session of `user_id` on `device`, whoever found out by `method` that it is them."""
        person, now = await AccountStore(work).user(user_id), time.time()
        if person is None:
            raise AccountClosed(
                "This account is suspended or gone. Ask whoever manages your organisation."
            )
        session_id, csrf = new_id("ses"), "" if device.is_program else new_token()
        await SessionStore(work).add(
            id=session_id,
            user_id=user_id,
            method=method,
            is_program=device.is_program,
            csrf=csrf,
            address=device.address,
            user_agent=device.user_agent[:_LONGEST_USER_AGENT],
            created_at=now,
            seen_at=now,
            proved_at=now,
            expires_at=now + SESSION_SECONDS,
        )
        await AccountStore(work).change_user(user_id, last_seen_at=now)
        facts = SessionFacts(session_id, method, now, now + ACCESS_SECONDS)
        identity = _person(person, csrf or None, facts)
        return await _with_tokens(work, identity, new_refresh_token(), now)

    async def refresh(
        self, work: Work, refresh_token: str, device: Device
    ) -> NewSession | RefreshReused:
        """New tokens for the session of `refresh_token`, or raise `SessionEnded`.

        A token that was used before ends the session: commit what is returned for it.
        """
        found, now = await DoorStore(work).refresh(digest(refresh_token), time.time()), time.time()
        if found is None:
            raise SessionEnded
        own = _within(work, found.org_id)
        store, successor = SessionStore(own), new_refresh_token()
        is_first = await store.use_refresh(digest(refresh_token), now, digest(successor))
        if not is_first and not _is_race(found, now):
            own.touch(SESSIONS_TOPIC)
            work.touch(SESSIONS_TOPIC)
            await store.end_by_id(found.session_id)
            return RefreshReused(OrgId(found.org_id), UserId(found.user_id), found.session_id)
        person = await AccountStore(own).user(UserId(found.user_id))
        if person is None:
            raise SessionEnded
        await store.change(
            found.session_id,
            seen_at=now,
            expires_at=now + SESSION_SECONDS,
            address=device.address,
            user_agent=device.user_agent[:_LONGEST_USER_AGENT],
        )
        facts = SessionFacts(found.session_id, found.method, found.proved_at, now + ACCESS_SECONDS)
        identity = _person(person, found.csrf or None, facts)
        return await _with_tokens(own, identity, successor, now)

    async def sign_out(self, work: Work, identity: Identity) -> None:
        """End the session of `identity`; none of its tokens is worth anything from now on."""
        work.touch(SESSIONS_TOPIC)
        if identity.session is not None:
            await SessionStore(work).end_by_id(identity.session.id)

    async def end_session(self, work: Work, user_id: UserId, session_id: str) -> None:
        """Sign one device of `user_id` out, or raise `SessionNotFound`."""
        work.touch(SESSIONS_TOPIC)
        if not await SessionStore(work).end(user_id, session_id):
            raise SessionNotFound("There is no such device. See `GET /api/v1/account/devices`.")

    async def end_sessions(self, work: Work, user_id: UserId, but: str | None = None) -> int:
        """Sign `user_id` out everywhere, but for the session `but`; returns how many ended."""
        work.touch(SESSIONS_TOPIC)
        return await SessionStore(work).end_all(user_id, but)

    async def prove(self, work: Work, session_id: str) -> None:
        """The person behind the session has just proved again who they are."""
        work.touch(SESSIONS_TOPIC)
        await SessionStore(work).change(session_id, proved_at=time.time())

    async def by_session(self, work: Work, session_token: str) -> Identity | None:
        """Whose session this is."""
        now = time.time()
        found = await DoorStore(work).session(digest(session_token), now)
        if found is None:
            return None
        facts = SessionFacts(found.session_id, found.method, found.proved_at, found.expires_at)
        identity = _person(found, found.csrf or csrf_of(session_token), facts)
        return replace(identity, is_stale=found.seen_at < now - _TOUCH_SECONDS)

    async def touch_session(self, work: Work, identity: Identity) -> None:
        """Write down that the session was used now."""
        assert identity.session is not None
        now = time.time()
        await SessionStore(work).change(identity.session.id, seen_at=now)
        await AccountStore(work).change_user(identity.user.id, last_seen_at=now)

    async def rules(self, work: Work) -> SignInRules:
        """How people come into the work's org."""
        row = await AccountStore(work).org()
        if row is None:
            return SignInRules("", "closed", mfa_required=False, password_sign_in=True, branding={})
        return SignInRules(
            row.name,
            row.registration,
            mfa_required=bool(row.mfa_required),
            password_sign_in=bool(row.password_sign_in),
            branding=json.loads(row.branding),
        )

    async def require_passwords(self, work: Work) -> None:
        """Raise `PasswordsOff` if the work's org does without passwords."""
        if not (await self.rules(work)).password_sign_in:
            raise PasswordsOff(
                "Your organisation does without passwords: sign in by its provider, or with a "
                "passkey."
            )

    async def open_org(self, work: Work) -> Org | None:
        """The work's org, unless it is suspended."""
        row = await AccountStore(work).org()
        return None if row is None or row.status != "active" else Org(id=row.id, name=row.name)

    async def active_user(self, work: Work, user_id: UserId) -> User | None:
        """Somebody who may come in."""
        row = await AccountStore(work).user(user_id)
        return None if row is None else _user(row)

    async def people(self, work: Work, ids: Collection[str] | None = None) -> list[Person]:
        """Everybody in the work's org; of `ids` those who are there."""
        store = AccountStore(work)
        rows = await (store.everybody() if ids is None else store.some(ids))
        return [Person(row.id, row.name, is_active=row.status == "active") for row in rows]


async def _with_tokens(work: Work, identity: Identity, refresh: str, now: float) -> NewSession:
    assert identity.session is not None
    token, store = new_access_token(), SessionStore(work)
    ends, refresh_ends = now + ACCESS_SECONDS, now + SESSION_SECONDS
    session_id = identity.session.id
    await store.add_token(digest(token), session_id, "access", now=now, expires_at=ends)
    await store.add_token(digest(refresh), session_id, "refresh", now=now, expires_at=refresh_ends)
    # A program's session says no CSRF token; were its token put into a cookie, it would need one.
    shown = identity if identity.csrf else replace(identity, csrf=csrf_of(token))
    return NewSession(token, ends, refresh, refresh_ends, shown)


def _is_race(found: Found, now: float) -> bool:
    """Whether a used refresh token was used just now, and what it was exchanged for never."""
    used_at = now if found.used_at is None else found.used_at
    return used_at > now - _GRACE_SECONDS and found.successor_used_at is None


def _within(work: Work, org: str) -> Work:
    return replace(work, scope=replace(work.scope, org=OrgId(org)))


def _person(row: Found, csrf: str | None, session: SessionFacts) -> Identity:
    principal = Principal("user", row.user_id, row.user_name)
    return Identity(_scope(row, principal), _user(row), _org(row), csrf, session=session)


def _scope(row: Found, principal: Principal) -> Scope:
    return Scope(OrgId(row.org_id), DEFAULT_PROJECT, "production", principal)


def _user(row: Found) -> User:
    return User(id=row.user_id, name=row.user_name, email=row.user_email)


def _org(row: Found) -> Org:
    return Org(id=row.org_id, name=row.org_name)
