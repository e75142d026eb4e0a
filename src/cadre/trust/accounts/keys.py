"""Keys: whose API key came with a request.

A key that was looked up is known for half a second: a revocation by this process counts at
once, one by another process before that time is over.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

from cadre.infra.database import Database
from cadre.kernel import scope as kernel
from cadre.kernel.errors import Unauthenticated
from cadre.trust.accounts.service import KEYS_TOPIC, Accounts
from cadre.trust.budgets import Spender

_NOBODY = kernel.Scope(
    kernel.DEFAULT_ORG,
    kernel.DEFAULT_PROJECT,
    "production",
    kernel.Principal("system", "door", "the door"),
)
_KNOWN_SECONDS = 0.5
_MOST_KNOWN = 10_000


class KeyRefused(Unauthenticated):
    """No key, or one that is not known or not valid any more."""

    code = "invalid_api_key"
    title = "The API key is not valid"


@dataclass(frozen=True, slots=True)
class _Known:
    spender: Spender
    mark: int
    until: float


class Keys:
    """Finds out on whose account a request is made."""

    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._database = database
        self._accounts = accounts
        self._known: OrderedDict[bytes, _Known] = OrderedDict()

    async def spender(self, key: str) -> Spender:
        """Who pays for what is asked with `key`, or raise `KeyRefused`."""
        if not key:
            raise KeyRefused(
                "No API key came with the request. `cadre keys create` makes one; send it as "
                "`Authorization: Bearer ck_...`."
            )
        digest = sha256(key.encode()).digest()  # no list of keys lies in memory
        known = self._known.get(digest)
        mark = self._database.mark(KEYS_TOPIC)
        if known is not None and known.mark == mark and time.monotonic() < known.until:
            return known.spender
        until = time.monotonic() + _KNOWN_SECONDS
        spender = await self._look_up(key)
        self._known[digest] = _Known(spender, mark, until)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return spender

    async def _look_up(self, key: str) -> Spender:
        async with self._database.read(_NOBODY) as work:
            identity = await self._accounts.by_key(work, key)
        if identity is None:
            raise KeyRefused(
                "The API key is not known, has expired or was revoked. `cadre keys create` "
                "makes a new one."
            )
        if identity.is_stale:
            async with self._database.begin(identity.scope) as work:
                await self._accounts.touch_key(work, identity.scope.principal.id)
        return Spender(identity.scope, via="gateway")


def bearer(authorization: str) -> str:
    """The key in `Authorization: Bearer ...`, or ""."""
    kind, _, key = authorization.partition(" ")
    return key.strip() if kind.lower() == "bearer" else ""
