"""A vault on a database and a folder of keys, as a process has one."""

from dataclasses import dataclass
from pathlib import Path

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.secrets import Keyring, KeyRotations, Leases, MasterMove, Secrets, Vault, VaultJobs
from cadre.trust.secrets.sealing import bound_to_value, seal
from cadre.trust.secrets.tables import secrets


@dataclass
class House:
    """What one process has."""

    database: Database
    keyring: Keyring
    secrets: Secrets
    leases: Leases
    vault: Vault
    rotations: KeyRotations
    move: MasterMove
    jobs: VaultJobs

    async def put(self, scope: Scope, **values: str) -> None:
        async with self.database.begin(scope) as work:
            for name, value in values.items():
                await self.secrets.put(work, name, value)

    async def get(self, scope: Scope, name: str, version: int | None = None) -> str | None:
        async with self.database.read(scope) as work:
            return await self.secrets.get(work, name, version)


def house_of(
    database: Database, keyring: Keyring | Path, *, batch: int = 3, kept_seconds: float = 1000
) -> House:
    """On the keys in a folder, which is what another process on the same folder has too."""
    ring = Keyring.open(keyring / "master.key") if isinstance(keyring, Path) else keyring
    service = Secrets(ring, kept_seconds=kept_seconds)
    leases = Leases(service)
    rotations = KeyRotations(database, service.keys, batch=batch)
    move = MasterMove(database, service.keys, rotations)
    jobs = VaultJobs(database, rotations, move)
    return House(database, ring, service, leases, Vault(service, [leases]), rotations, move, jobs)


async def put_as_before(house: House, scope: Scope, name: str, value: str) -> None:
    """As it was done before there were data keys."""
    cipher = house.keyring.local()[0]._direct  # pyright: ignore[reportPrivateUsage]
    sealed = seal(cipher, value.encode(), bound_to_value(scope.org, name, 1, 0))
    async with house.database.begin(scope) as work:
        await work.connection.execute(
            secrets.insert().values(org_id=scope.org, name=name, sealed=sealed, updated_at=1.0)
        )
