"""The vault, put together: its master key by the settings, its jobs, what people see of it."""

from dataclasses import asdict
from typing import Any

from cadre.app.ground import Ground, Services
from cadre.app.settings import Settings
from cadre.infra.database import Database, migrate
from cadre.trust.secrets import (
    Keyring,
    KeyRotations,
    Leases,
    MasterMove,
    Redactor,
    Secrets,
    Vault,
    VaultJobs,
)


def open_keyring(settings: Settings) -> Keyring:
    """The master key in the environment, at a command, or in its file, made if need be."""
    given = settings.master_key_base64
    return Keyring.open(
        settings.master_key,
        base64_key="" if given is None else given.get_secret_value(),
        command=settings.master_key_command,
    )


def open_secrets(settings: Settings) -> Secrets:
    """The secrets, with a redactor that knows each value once it was open."""
    return Secrets(open_keyring(settings), Redactor())


def build_vault(ground: Ground) -> Services:
    """The services of the vault by type."""
    rotations = KeyRotations(ground.database, ground.secrets.keys)
    move = MasterMove(ground.database, ground.secrets.keys, rotations)
    leases = Leases(ground.secrets)
    made = (
        ground.secrets.redactor,
        leases,
        Vault(ground.secrets, [leases]),
        rotations,
        VaultJobs(ground.database, rotations, move),
    )
    return {type(each): each for each in made}


async def move_master_key(settings: Settings, new_key: bytes | None) -> tuple[dict[str, Any], bool]:
    """Move to `new_key`, or go on with a move: how it went, and whether the key is the one of today."""
    database = Database(settings.database)
    try:
        await migrate(database)
        keys = open_secrets(settings).keys
        moved = await MasterMove(database, keys, KeyRotations(database, keys)).run(new_key)
        return asdict(moved), not keys.keyring.is_moving
    finally:
        await database.close()
