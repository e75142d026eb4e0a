"""The vault, put together: its master key by the settings, its jobs, what people see of it."""

from collections.abc import MutableMapping
from dataclasses import asdict
from typing import Any
from urllib.parse import unquote, urlsplit

from cadre.app.ground import Ground, Services
from cadre.app.settings import Settings
from cadre.engine.tools import Lender
from cadre.infra.database import Database, migrate
from cadre.infra.web import ProblemMasks, scope_of
from cadre.trust.orgs import tenant_of
from cadre.trust.secrets import (
    Keyring,
    KeyRotations,
    Learning,
    Leases,
    MasterMove,
    Redactor,
    Secrets,
    Vault,
    VaultJobs,
)

# A shorter one, as "postgres", may be a word that says nothing of a secret.
_LEAST_PASSWORD = 12


def open_keyring(settings: Settings) -> Keyring:
    """The master key in the environment, at a command, or in its file, made if need be."""
    given = settings.master_key_base64
    return Keyring.open(
        settings.master_key,
        base64_key="" if given is None else given.get_secret_value(),
        command=settings.master_key_command,
    )


def open_secrets(settings: Settings) -> Secrets:
    """The secrets, with a redactor that knows each value once it was open, and the settings' own."""
    redactor = Redactor()
    if settings.master_key_base64 is not None:
        redactor.know("CADRE_MASTER_KEY", settings.master_key_base64.get_secret_value())
    for name, url in {"SMTP": settings.smtp_url, "REDIS": settings.redis_url}.items():
        password = "" if url is None else urlsplit(url.get_secret_value()).password or ""
        if len(password) >= _LEAST_PASSWORD:
            redactor.know(f"CADRE_{name}_URL", unquote(password))
    return Secrets(open_keyring(settings), redactor)


class OrgMasks:
    """Masks what is said to somebody by the org that they work in, or whose host they ask."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def mask(self, asgi_scope: MutableMapping[str, Any], text: str) -> str:
        scope = scope_of(asgi_scope)
        org = tenant_of(asgi_scope) if scope is None else scope.org
        return self._redactor.of(org).mask(text)


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
        Learning(ground.database, ground.secrets),
        Lender(ground.database, leases),
    )
    services: Services = {type(each): each for each in made}
    return services | {ProblemMasks: OrgMasks(ground.secrets.redactor)}


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
