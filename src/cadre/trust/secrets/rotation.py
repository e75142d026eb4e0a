"""Rotation of data keys: a new generation, and every value sealed under it, some at a time.

Each part is a transaction of its own. What is not moved yet opens with the key it was sealed
under, so nobody who reads notices, and a process that dies leaves the rest to the next one.
"""

import time
from typing import Any

from cadre.infra.database import Database, Work
from cadre.infra.telemetry import get_logger
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import ALL_ORGS, DEFAULT_PROJECT, Principal, Scope
from cadre.trust.secrets.data_keys import DataKeys
from cadre.trust.secrets.errors import RotationUnderWay, SecretUnreadable
from cadre.trust.secrets.key_store import AllKeys, KeyStore
from cadre.trust.secrets.schemas import KeyRotation
from cadre.trust.secrets.store import TABLES, Sealed, SecretStore

_BATCH = 100
_log = get_logger("secrets")


def system_scope(org: OrgId) -> Scope:
    """As the vault itself, on the rows of `org`."""
    return Scope(org, DEFAULT_PROJECT, "production", Principal("system", "vault", "Vault"))


class KeyRotations:
    """Moves values to new data keys."""

    def __init__(self, database: Database, keys: DataKeys, *, batch: int = _BATCH) -> None:
        self._database, self._keys, self._batch = database, keys, batch

    async def start(self, work: Work) -> KeyRotation:
        """Make a new data key, which everything is sealed under from now on."""
        await KeyStore(work).lock()
        newest = await self._keys.newest(work)
        if newest is None:
            raise SecretUnreadable(
                "The data key does not open with this master key. Restore it from a backup."
            )
        row = await KeyStore(work).newest()
        if row is not None and row.finished_at is None:
            raise RotationUnderWay("Data keys are being rotated already: wait until it is over.")
        generation = newest.generation + 1
        total = await SecretStore(work).count_behind(generation)
        await self._keys.make(work, generation, total=total)
        if total == 0:
            await KeyStore(work).delete_unused(generation)
        return await self.status(work)

    async def status(self, work: Work) -> KeyRotation:
        """How far the values of this org have come."""
        row, ring = await KeyStore(work).newest(), self._keys.keyring
        if row is None:
            left = await SecretStore(work).count_behind(1)
            return KeyRotation(generation=0, left=left, total=0, master_key=ring.newest.id)
        return KeyRotation(
            generation=row.generation,
            started_at=row.created_at,
            started_by=row.created_by,
            finished_at=row.finished_at,
            total=row.total,
            left=await SecretStore(work).count_behind(row.generation),
            master_key=row.wrapped_by,
            is_master_key_moving=ring.is_moving,
        )

    async def finish(self) -> int:
        """Move everything that is left, of all orgs; returns how many values do not open."""
        async with self._database.read(system_scope(ALL_ORGS)) as work:
            orgs = await AllKeys(work).unfinished()
        return sum([await self._finish_org(system_scope(OrgId(org))) for org in orgs])

    async def include_direct(self) -> None:
        """See to it that `finish` moves what is sealed under the master key itself, too."""
        async with self._database.read(system_scope(ALL_ORGS)) as work:
            orgs = await AllKeys(work).with_direct()
        for org in orgs:
            async with self._database.begin(system_scope(OrgId(org))) as work:
                await KeyStore(work).lock()
                newest = await self._keys.newest(work)
                if newest is None:
                    continue
                left = await SecretStore(work).count_behind(newest.generation)
                values = {"finished_at": None, "total": left}
                await KeyStore(work).change(newest.generation, **values)

    async def _finish_org(self, scope: Scope) -> int:
        unreadable = 0
        for table in TABLES:
            after: tuple[str, int] | None = ("", 0)
            while after is not None:
                async with self._database.begin(scope) as work:
                    after, bad = await self._part(work, table, after)
                    unreadable += bad
        async with self._database.begin(scope) as work:
            await KeyStore(work).lock()
            row = await KeyStore(work).newest()
            left = 0 if row is None else await SecretStore(work).count_behind(row.generation)
            if row is not None and left <= unreadable:
                await KeyStore(work).change(row.generation, finished_at=time.time())
                await KeyStore(work).delete_unused(row.generation)
        return unreadable

    async def _part(
        self, work: Work, table: Any, after: tuple[str, int]
    ) -> tuple[tuple[str, int] | None, int]:
        """Move some; returns the last one that was looked at, None at the end, and how many are bad."""
        newest, store, org = await self._keys.newest(work), SecretStore(work), work.scope.org
        if newest is None:
            return None, 1
        last: Sealed | None = None
        bad = 0
        for value in await store.behind(table, newest.generation, after, self._batch):
            last, plain = value, await self._keys.open(org, value)
            if plain is None:
                bad += 1
                _log.warning("secret_unreadable", org=org, name=value.name, version=value.version)
                continue
            sealed = newest.seal(org, value.name, value.version, plain)
            await store.reseal(table, value, newest.generation, sealed)
        return None if last is None else (last.name, last.version), bad
