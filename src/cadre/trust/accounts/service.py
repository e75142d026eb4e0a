"""Accounts: signing in, and telling who a request comes from."""

import time
from dataclasses import replace

from cadre.infra.database import Work
from cadre.kernel.errors import NotFound, Unauthenticated
from cadre.kernel.ids import OrgId, UserId, new_id
from cadre.kernel.scope import DEFAULT_PROJECT, Principal, Scope
from cadre.trust.accounts.store import AccountStore, DoorStore, Found
from cadre.trust.accounts.tokens import (
    csrf_of,
    digest,
    join_key,
    new_key,
    new_token,
    same,
    split_key,
)
from cadre.trust.accounts.types import (
    SESSION_SECONDS,
    ApiKey,
    Identity,
    NewKey,
    NewSession,
    Org,
    User,
)

# What `Database.mark` counts this process's revocations by.
KEYS_TOPIC = "api keys"
LINK_SECONDS = 15 * 60
_TOUCH_SECONDS = 60


class SignInLinkUsed(Unauthenticated):
    """The link was used, has expired, or never was one."""

    code = "sign_in_link_used"


class KeyNotFound(NotFound):
    """No such key in this org."""

    code = "key_not_found"


class Accounts:
    """The people and programs of every org."""

    async def ensure_owner(self, work: Work) -> User:
        """The owner of the work's org; made, with the org, if there is none."""
        store = AccountStore(work)
        found = await store.owner()
        if found is not None:
            return _user(found)
        now = time.time()
        owner = User(id=UserId(new_id("usr")), name="Owner")
        await store.add_org("My organisation", now)
        await store.add_user(owner.id, owner.name, "owner", now)
        return owner

    async def new_sign_in_link(self, work: Work, user_id: UserId) -> str:
        """A token that signs `user_id` in once, within 15 minutes."""
        token, now = new_token(), time.time()
        await AccountStore(work).add_link(digest(token), user_id, now, now + LINK_SECONDS)
        return token

    async def sign_in(self, work: Work, link_token: str) -> NewSession:
        """Turn a sign-in link into a session, or raise `SignInLinkUsed`."""
        now = time.time()
        link = await DoorStore(work).use_link(digest(link_token), now)
        if link is None:
            raise SignInLinkUsed(
                "This sign-in link is used up or older than 15 minutes. "
                "Run `cadre sign-in` for a new one."
            )
        # From here on the work is the org's that the link belongs to.
        own = Work(work.connection, replace(work.scope, org=OrgId(link.org_id)))
        token, store = new_token(), AccountStore(own)
        await store.add_session(digest(token), link.user_id, now, now + SESSION_SECONDS)
        person = await store.user(UserId(link.user_id))
        assert person is not None
        return NewSession(token, now + SESSION_SECONDS, _person(person, csrf_of(token)))

    async def sign_out(self, work: Work, session_token: str) -> None:
        """End the session; its cookie is worth nothing from now on."""
        await AccountStore(work).delete_session(digest(session_token))

    async def by_session(self, work: Work, session_token: str) -> Identity | None:
        """Whose cookie this is."""
        found = await DoorStore(work).session(digest(session_token), time.time())
        return None if found is None else _person(found, csrf_of(session_token))

    async def by_key(self, work: Work, key: str) -> Identity | None:
        """Whose API key this is."""
        parts, now = split_key(key), time.time()
        if parts is None:
            return None
        found = await DoorStore(work).key(parts.prefix, now)
        if found is None or not same(found.secret_hash, digest(parts.secret)):
            return None
        principal = Principal("key", found.key_id, found.key_name)
        is_stale = found.last_used_at is None or found.last_used_at < now - _TOUCH_SECONDS
        return Identity(_scope(found, principal), _user(found), _org(found), None, is_stale)

    async def touch_key(self, work: Work, key_id: str) -> None:
        """Write down that the key was used now."""
        await AccountStore(work).touch_key(key_id, time.time())

    async def create_key(
        self, work: Work, user_id: UserId, name: str, *, lifetime_seconds: float | None = None
    ) -> NewKey:
        """A new key that acts for `user_id`. The key itself is in the answer only."""
        parts, store, now = new_key(), AccountStore(work), time.time()
        await store.delete_expired_keys(now)
        key = NewKey(
            id=new_id("key"),
            name=name,
            prefix=parts.prefix,
            created_at=now,
            last_used_at=None,
            expires_at=None if lifetime_seconds is None else now + lifetime_seconds,
            key=join_key(parts),
        )
        row = key.model_dump(exclude={"key"})
        await store.add_key(**row, user_id=user_id, secret_hash=digest(parts.secret))
        return key

    async def keys(self, work: Work) -> list[ApiKey]:
        """The valid keys of the org, newest first."""
        rows = await AccountStore(work).keys(time.time())
        return [ApiKey.model_validate(row, from_attributes=True) for row in rows]

    async def revoke_key(self, work: Work, key_id: str) -> None:
        """End the key now."""
        work.touch(KEYS_TOPIC)
        if not await AccountStore(work).delete_key(key_id):
            raise KeyNotFound("There is no such key. See `GET /api/v1/keys` for those there are.")


def _person(row: Found, csrf: str) -> Identity:
    principal = Principal("user", row.user_id, row.user_name)
    return Identity(_scope(row, principal), _user(row), _org(row), csrf)


def _scope(row: Found, principal: Principal) -> Scope:
    return Scope(OrgId(row.org_id), DEFAULT_PROJECT, "production", principal)


def _user(row: Found) -> User:
    return User(id=row.user_id, name=row.user_name)


def _org(row: Found) -> Org:
    return Org(id=row.org_id, name=row.org_name)
