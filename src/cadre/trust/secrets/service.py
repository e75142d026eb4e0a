"""Sealing and opening secrets. A value leaves only to the room that asks for it by name.

A name with a slash in it is another room's own, as "models/openai": people don't see it, and a
former value of it is not kept.
"""

import time

from cadre.infra.database import Work
from cadre.trust.secrets.data_keys import DataKeys
from cadre.trust.secrets.errors import SecretUnreadable
from cadre.trust.secrets.keyring import Keyring
from cadre.trust.secrets.lease_store import LeaseStore
from cadre.trust.secrets.redaction import Redactor
from cadre.trust.secrets.store import Sealed, SecretStore

KEPT_SECONDS = 30 * 86_400.0
TOPIC = "secrets"


def is_internal(name: str) -> bool:
    """Whether the name is a room's own."""
    return "/" in name


class Secrets:
    """The secrets of every org, each under its own org and name."""

    def __init__(
        self,
        keys: Keyring | bytes,
        redactor: Redactor | None = None,
        *,
        kept_seconds: float = KEPT_SECONDS,
    ) -> None:
        """`keys` may be the bytes of a master key; former versions are kept for `kept_seconds`."""
        self.keys = DataKeys(Keyring.of(keys) if isinstance(keys, bytes) else keys)
        self.redactor = redactor or Redactor()
        self._kept_seconds = kept_seconds

    async def put(self, work: Work, name: str, value: str) -> int:
        """Store `value` under `name` as its newest version; returns which."""
        store, org, now = SecretStore(work), work.scope.org, time.time()
        key = await self.keys.newest(work)
        if key is None:
            raise _unreadable(name)
        row = await store.locked(name)
        if row is not None and not is_internal(name):
            await store.keep(row, now + self._kept_seconds)
        version = 1 if row is None else row["version"] + 1
        sealed = key.seal(org, name, version, value.encode())
        by = work.scope.principal.id
        await store.write(Sealed(name, version, key.generation, sealed, now, by))
        self.redactor.know(name, value, org)
        work.touch(TOPIC)
        return version

    async def get(self, work: Work, name: str, version: int | None = None) -> str | None:
        """The value of `name`, or None if this org has none, or not of that `version` any more."""
        store = SecretStore(work)
        stored = await store.current(name)
        if stored is not None and version not in {None, stored.version}:
            assert version is not None
            stored = await store.version(name, version, time.time())
        if stored is None:
            return None
        value = await self.keys.open(work.scope.org, stored)
        if value is None:
            raise _unreadable(name)
        text = value.decode()
        self.redactor.know(name, text, work.scope.org)
        return text

    async def delete(self, work: Work, name: str) -> bool:
        """Destroy all versions of `name` and end its leases; False if there was none."""
        work.touch(TOPIC)
        await LeaseStore(work).end_all(name, work.scope.principal.id, time.time())
        return await SecretStore(work).delete(name)

    async def names(self, work: Work) -> list[str]:
        """The names of this org's secrets, never their values."""
        return await SecretStore(work).names()


def _unreadable(name: str) -> SecretUnreadable:
    return SecretUnreadable(
        f"The secret `{name}` does not open with this master key. Restore "
        "`secrets/master.key` from a backup, or enter the secret again."
    )
