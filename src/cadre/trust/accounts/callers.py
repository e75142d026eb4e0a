"""Callers: who makes a request, known for a moment because every request asks.

What this process ends or changes counts at once; what another one does, half a second later.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from hashlib import sha256

from cadre.infra.database import Database
from cadre.kernel.scope import ALL_ORGS, DEFAULT_PROJECT, Principal, Scope
from cadre.trust.accounts.ports import KeyDoor
from cadre.trust.accounts.service import SESSIONS_TOPIC, Accounts
from cadre.trust.accounts.tokens import is_access_token
from cadre.trust.accounts.types import Identity
from cadre.trust.orgs import ORGS_TOPIC

# Looks a token up before anybody knows whose it is.
_DOOR = Scope(ALL_ORGS, DEFAULT_PROJECT, "production", Principal("system", "door", "the door"))
_KNOWN_SECONDS = 0.5
_MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class _Known:
    identity: Identity
    marks: tuple[int, int]
    until: float


class Callers:
    """Tells on whose behalf a cookie or a bearer token comes."""

    def __init__(self, database: Database, accounts: Accounts, keys: KeyDoor) -> None:
        self._database = database
        self._accounts = accounts
        self._keys = keys
        self._known: OrderedDict[bytes, _Known] = OrderedDict()

    async def by_cookie(self, token: str) -> Identity | None:
        """Whose page it is."""
        digest = sha256(token.encode()).digest()  # no list of tokens lies in memory
        known, marks = self._known.get(digest), self._marks()
        if known is not None and known.marks == marks and time.monotonic() < known.until:
            return known.identity
        until = time.monotonic() + _KNOWN_SECONDS
        identity = await self._look_up(token)
        if identity is None:
            self._known.pop(digest, None)
            return None
        self._known[digest] = _Known(identity, marks, until)
        self._known.move_to_end(digest)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return identity

    def _marks(self) -> tuple[int, int]:
        """An identity names its org too."""
        return self._database.mark(SESSIONS_TOPIC), self._database.mark(ORGS_TOPIC)

    async def by_bearer(self, token: str) -> Identity | None:
        """Whose key it is, or which program's session. No page can send it by accident."""
        if not is_access_token(token):
            return await self._keys.identity(token)
        identity = await self.by_cookie(token)
        return None if identity is None else replace(identity, csrf=None)

    async def _look_up(self, token: str) -> Identity | None:
        async with self._database.read(_DOOR) as work:
            identity = await self._accounts.by_session(work, token)
        if identity is None or not identity.is_stale:
            return identity
        async with self._database.begin(identity.scope) as work:
            await self._accounts.touch_session(work, identity)
        return replace(identity, is_stale=False)
