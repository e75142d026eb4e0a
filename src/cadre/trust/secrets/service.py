"""Sealing and opening secrets. A value leaves only to the room that asks for it by name."""

import os
import time

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cadre.infra.database import Work
from cadre.kernel.errors import Unavailable
from cadre.kernel.ids import OrgId
from cadre.trust.secrets.store import SecretStore

_NONCE_BYTES = 12


class SecretUnreadable(Unavailable):
    """The stored value does not open with this installation's master key."""

    code = "secret_unreadable"


class Secrets:
    """The secrets of every org, each under its own org and name."""

    def __init__(self, master_key: bytes) -> None:
        self._cipher = AESGCM(master_key)

    async def put(self, work: Work, name: str, value: str) -> None:
        """Store `value` under `name`, in place of what was there."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, value.encode(), _bound_to(work.scope.org, name))
        await SecretStore(work).write(name, nonce + sealed, time.time())

    async def get(self, work: Work, name: str) -> str | None:
        """The value of `name`, or None if this org has none."""
        stored = await SecretStore(work).read(name)
        if stored is None:
            return None
        nonce, sealed = stored[:_NONCE_BYTES], stored[_NONCE_BYTES:]
        try:
            value = self._cipher.decrypt(nonce, sealed, _bound_to(work.scope.org, name))
        except InvalidTag as error:
            raise SecretUnreadable(
                f"The secret `{name}` does not open with this master key. Restore "
                "`secrets/master.key` from a backup, or enter the secret again."
            ) from error
        return value.decode()

    async def delete(self, work: Work, name: str) -> bool:
        """Forget `name`; False if there was none."""
        return await SecretStore(work).delete(name)

    async def names(self, work: Work) -> list[str]:
        """The names of this org's secrets, never their values."""
        return await SecretStore(work).names()


def _bound_to(org: OrgId, name: str) -> bytes:
    return f"{org}\0{name}".encode()
