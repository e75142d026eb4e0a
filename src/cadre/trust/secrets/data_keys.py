"""Data keys: each org's own, by generation, wrapped by the master key.

An open key is remembered under its wrapped form, so what another process has rotated, or a
transaction that was rolled back, is never taken for something else.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cadre.infra.database import Work
from cadre.kernel.ids import OrgId
from cadre.trust.secrets.key_store import KeyStore
from cadre.trust.secrets.keyring import Keyring
from cadre.trust.secrets.sealing import DIRECT, bound_to_key, bound_to_value, new_key, seal, unseal
from cadre.trust.secrets.store import Sealed

_MOST_OPEN = 10_000


@dataclass(frozen=True, slots=True)
class DataKey:
    """An open data key."""

    generation: int
    cipher: AESGCM

    def seal(self, org: OrgId, name: str, version: int, value: bytes) -> bytes:
        return seal(self.cipher, value, bound_to_value(org, name, version, self.generation))


class DataKeys:
    """Opens, makes and wraps the data keys of all orgs."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        self._open: OrderedDict[tuple[str, int, bytes], AESGCM] = OrderedDict()

    async def newest(self, work: Work) -> DataKey | None:
        """What this org seals with, made if there is none; None if it does not open."""
        store = KeyStore(work)
        row = await store.newest(is_held=True)
        if row is None:
            await self.make(work, 1, total=0)
            row = await store.newest(is_held=True)
            assert row is not None
        cipher = await self._cipher(work.scope.org, row.generation, row.wrapped, row.wrapped_by)
        return None if cipher is None else DataKey(row.generation, cipher)

    async def make(self, work: Work, generation: int, *, total: int) -> None:
        """A new key, under which `total` values have yet to be sealed."""
        self.keyring.refresh()  # another process may have begun to move to another master key
        wrap, now = self.keyring.newest, time.time()
        await KeyStore(work).add(
            generation=generation,
            wrapped=await wrap.wrap(new_key(), bound_to_key(work.scope.org, generation)),
            wrapped_by=wrap.id,
            created_at=now,
            created_by=work.scope.principal.id,
            total=total,
            finished_at=None if total else now,
        )

    async def rewrap(self, work: Work, generation: int) -> bool:
        """Wrap a key with the newest master key; False if it does not open."""
        store, org = KeyStore(work), work.scope.org
        row, wrap = await store.get(generation), self.keyring.newest
        if row is None or row.wrapped_by == wrap.id:
            return True
        key = await self._unwrap(org, generation, row.wrapped, row.wrapped_by)
        if key is None:
            return False
        wrapped = await wrap.wrap(key, bound_to_key(org, generation))
        await store.change(generation, wrapped=wrapped, wrapped_by=wrap.id)
        return True

    async def open(self, org: OrgId, value: Sealed) -> bytes | None:
        """The value in the clear; None if no key that there is opens it."""
        bound_to = bound_to_value(org, value.name, value.version, value.generation)
        if value.generation == DIRECT:
            return self._open_direct(value.sealed, bound_to)
        if value.wrapped is None or value.wrapped_by is None:
            return None
        cipher = await self._cipher(org, value.generation, value.wrapped, value.wrapped_by)
        return None if cipher is None else unseal(cipher, value.sealed, bound_to)

    def _open_direct(self, sealed: bytes, bound_to: bytes) -> bytes | None:
        for wrap in self.keyring.local():
            value = wrap.open_direct(sealed, bound_to)
            if value is not None:
                return value
        return None

    async def _cipher(
        self, org: OrgId, generation: int, wrapped: bytes, wrapped_by: str
    ) -> AESGCM | None:
        known = (org, generation, bytes(wrapped))
        cipher = self._open.get(known)
        if cipher is not None:
            self._open.move_to_end(known)
            return cipher
        key = await self._unwrap(org, generation, wrapped, wrapped_by)
        if key is None:
            return None
        cipher = self._open[known] = AESGCM(key)
        if len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)
        return cipher

    async def _unwrap(
        self, org: OrgId, generation: int, wrapped: bytes, wrapped_by: str
    ) -> bytes | None:
        wrap = self.keyring.find(wrapped_by)
        if wrap is None:
            return None
        return await wrap.unwrap(bytes(wrapped), bound_to_key(org, generation))
