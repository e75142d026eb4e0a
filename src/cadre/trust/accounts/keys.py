"""Keys: whose API key came with a request. Asked anew with every request, so that revoking is at once.

A look into the database takes a fraction of a millisecond; a list of known keys would have to
be told of every revocation, in every process.
"""

from cadre.infra.database import Database
from cadre.kernel import scope as kernel
from cadre.kernel.errors import Unauthenticated
from cadre.trust.accounts.service import Accounts
from cadre.trust.budgets import Spender

_NOBODY = kernel.Scope(
    kernel.DEFAULT_ORG,
    kernel.DEFAULT_PROJECT,
    "production",
    kernel.Principal("system", "door", "the door"),
)


class KeyRefused(Unauthenticated):
    """No key, or one that is not known or not valid any more."""

    code = "invalid_api_key"
    title = "The API key is not valid"


class Keys:
    """Finds out on whose account a request is made."""

    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._database = database
        self._accounts = accounts

    async def spender(self, key: str) -> Spender:
        """Who pays for what is asked with `key`, or raise `KeyRefused`."""
        if not key:
            raise KeyRefused(
                "No API key came with the request. `cadre keys create` makes one; send it as "
                "`Authorization: Bearer ck_...`."
            )
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
