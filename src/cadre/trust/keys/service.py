"""Keys: whose API key came with a request, and what it may do.

A key that was looked up is known for half a second: what this process changes counts at once, what
another one does before that time is over. The gateway asks with every call, so a key that is known
costs a hash and a look into a dictionary.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

from cadre.infra.database import Database, Work
from cadre.kernel.grants import NOTHING, Grants
from cadre.kernel.ids import OrgId, ProjectId, UserId
from cadre.kernel.scope import ALL_ORGS, DEFAULT_PROJECT, Principal, Scope
from cadre.trust.access import Access, Actor, Subject, topic_of
from cadre.trust.accounts import Accounts, Identity, Org, User
from cadre.trust.budgets import Spender
from cadre.trust.keys.errors import KeyForbidden, KeyRefused
from cadre.trust.keys.limits import cut_down, limits_of
from cadre.trust.keys.rates import Rates
from cadre.trust.keys.secret import KeyParts, split
from cadre.trust.keys.store import Found, KeyDoor, KeyStore
from cadre.trust.orgs import ORGS_TOPIC

# What `Database.mark` counts this process's changes of keys by.
KEYS_TOPIC = "api keys"

_NOBODY = Scope(ALL_ORGS, DEFAULT_PROJECT, "production", Principal("system", "door", "the door"))
_KNOWN_SECONDS = 0.5
_MOST_KNOWN = 10_000
_TOUCH_SECONDS = 60


@dataclass(frozen=True, slots=True)
class KeyIdentity(Identity):
    """Who is behind a request with a key: `actor` is its owner, cut down to what the key may."""

    grants: Grants = NOTHING
    actor: Actor | None = None
    rate_per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    identity: KeyIdentity | None
    spender: Spender | None
    access_topic: str
    marks: tuple[int, int, int]
    until: float


class Keys:
    """Finds out on whose account a request is made."""

    def __init__(self, database: Database, accounts: Accounts, access: Access) -> None:
        self._database = database
        self._accounts = accounts
        self._access = access
        self._rates = Rates()
        self._known: OrderedDict[bytes, _Known] = OrderedDict()

    async def spender(self, key: str) -> Spender:
        """Who pays for what is asked with `key`; raises what is wrong with it if nobody may."""
        if not key:
            raise KeyRefused(
                "No API key came with the request. `cadre keys create` makes one; send it as "
                "`Authorization: Bearer ck_...`."
            )
        known = await self._find(key)
        if known.identity is None:
            raise KeyRefused(
                "The API key is not known, has expired or was revoked. `cadre keys create` "
                "makes a new one."
            )
        if known.spender is None:
            raise KeyForbidden(
                "This API key may not ask models: it, or whoever it belongs to, lacks the "
                "permission `models:use`."
            )
        self.count(known.identity)
        return known.spender

    async def identity(self, key: str) -> KeyIdentity | None:
        """Whose key this is, and what may be done with it; None if it is nobody's."""
        return (await self._find(key)).identity

    def count(self, identity: KeyIdentity) -> None:
        """Count a request with a key, or raise `KeyRateReached`."""
        if identity.rate_per_minute is not None:
            self._rates.take(identity.scope.principal.id, identity.rate_per_minute)

    async def _find(self, key: str) -> _Known:
        digest = sha256(key.encode()).digest()  # no list of keys lies in memory
        known = self._known.get(digest)
        if (
            known is not None
            and time.monotonic() < known.until
            and known.marks == self._marks(known)
        ):
            return known
        known = await self._learn(key)
        if known.identity is None:  # what anybody can make up takes nobody's place
            self._known.pop(digest, None)
            return known
        self._known[digest] = known
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return known

    def _marks(self, known: _Known) -> tuple[int, int, int]:
        mark = self._database.mark
        return mark(KEYS_TOPIC), mark(ORGS_TOPIC), mark(known.access_topic)

    async def _learn(self, key: str) -> _Known:
        """Each mark is looked at before what it stands for is read: what changes since is read anew."""
        until, mark = time.monotonic() + _KNOWN_SECONDS, self._database.mark
        keys_mark, orgs_mark = mark(KEYS_TOPIC), mark(ORGS_TOPIC)
        parts = split(key)
        row = None if parts is None else await self._row(parts)
        if row is None:
            return _Known(None, None, "", (0, 0, 0), 0.0)
        scope, topic = _scope(row), topic_of(row.org_id)
        marks = (keys_mark, orgs_mark, mark(topic))
        async with self._database.read(scope) as work:
            identity = await self._identity(work, row)
        if identity is not None and identity.is_stale:
            async with self._database.begin(scope) as work:
                await KeyStore(work).change(row.id, last_used_at=time.time())
        return _Known(identity, _spender(identity), topic, marks, until)

    async def _row(self, parts: KeyParts) -> Found | None:
        """The row of a key whose secret is right, or was before the last rotation."""
        now = time.time()
        async with self._database.read(_NOBODY) as work:
            row = await KeyDoor(work).by_prefix(parts.prefix, now)
        if row is None or parts.matches(row.secret_hash):
            return row
        is_good = row.old_expires_at is not None and row.old_expires_at > now
        return row if is_good and parts.matches(row.old_secret_hash) else None

    async def _identity(self, work: Work, row: Found) -> KeyIdentity | None:
        found = await self._owner(work, row)
        if found is None:
            return None
        subject, user, org = found
        limits = limits_of(row.grants, row.models)
        given = await self._access.grants_for(work, subject)
        actor = Actor(subject, user.name, limits, row.project_id, row.environment)
        is_stale = row.last_used_at is None or row.last_used_at < time.time() - _TOUCH_SECONDS
        return KeyIdentity(
            work.scope,
            user,
            org,
            None,
            is_stale,
            grants=cut_down(given, actor),
            actor=actor,
            rate_per_minute=row.rate_per_minute,
        )

    async def _owner(self, work: Work, row: Found) -> tuple[Subject, User, Org] | None:
        """The key's owner and org, if both may act at all."""
        org = await self._accounts.open_org(work)
        if org is None:
            return None
        if row.service_account_id is None:
            user = await self._accounts.active_user(work, UserId(row.user_id))
            return None if user is None else (Subject("user", user.id), user, org)
        name = await self._access.service_account_name(work, row.service_account_id)
        if name is None:
            return None
        user = User(id=UserId(row.service_account_id), name=name)
        return Subject("service", row.service_account_id), user, org


def _scope(row: Found) -> Scope:
    return Scope(
        OrgId(row.org_id),
        ProjectId(row.project_id or DEFAULT_PROJECT),
        row.environment or "production",
        Principal("key", row.id, row.name),
    )


def _spender(identity: KeyIdentity | None) -> Spender | None:
    """None if models may not be asked at all; grants are left out where every name is allowed."""
    if identity is None or not identity.grants.allows_some("models:use"):
        return None
    grants = identity.grants
    is_free = all(map(grants.allows, ("models:use", "agents:run", "conversations:write")))
    return Spender(identity.scope, via="gateway", grants=None if is_free else grants)
