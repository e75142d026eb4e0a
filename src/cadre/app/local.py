"""What a command on the same machine may do: find the running server and sign in to it.

Whoever can write to CADRE_HOME owns the installation, so no further proof is asked.
"""

import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.error import URLError
from urllib.request import Request, urlopen

from cadre.app.settings import Settings
from cadre.kernel.scope import DEFAULT_ORG, DEFAULT_PROJECT, Principal, Scope

OWNER_SCOPE = Scope(
    DEFAULT_ORG, DEFAULT_PROJECT, "production", Principal("system", "cli", "the command line")
)
LOCAL_KEY = "command line"
_KEY_SECONDS = 24 * 3600
_HEALTH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class RunningServer:
    """What `server.json` says."""

    url: str
    pid: int


def running_server(settings: Settings) -> RunningServer | None:
    """The server of this CADRE_HOME, if one is alive and answers."""
    try:
        said = json.loads(settings.server_file.read_text(encoding="utf-8"))
        server = RunningServer(str(said["url"]), int(said["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return server if _is_alive(server.pid) and _answers(server.url) else None


async def sign_in_link(settings: Settings, url: str) -> str:
    """A new link that signs the owner in once. The page takes the token off the address."""
    from cadre.infra.database import Database
    from cadre.trust.accounts import Accounts

    database, accounts = Database(settings.database), Accounts()
    try:
        async with database.begin(OWNER_SCOPE) as work:
            owner = await accounts.ensure_owner(work)
            token = await accounts.new_sign_in_link(work, owner.id)
    finally:
        await database.close()
    return f"{url}/signin?token={token}"


@asynccontextmanager
async def local_key(settings: Settings) -> AsyncGenerator[str]:
    """A key of the owner's, revoked when the command ends and worthless a day later anyway."""
    from cadre.infra.database import Database
    from cadre.trust.accounts import Accounts

    database, accounts = Database(settings.database), Accounts()
    try:
        async with database.begin(OWNER_SCOPE) as work:
            owner = await accounts.ensure_owner(work)
            made = await accounts.create_key(
                work, owner.id, LOCAL_KEY, lifetime_seconds=_KEY_SECONDS
            )
        try:
            yield made.key
        finally:
            async with database.begin(OWNER_SCOPE) as work:
                await accounts.revoke_key(work, made.id)
    finally:
        await database.close()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _answers(url: str) -> bool:
    if not url.startswith("http://"):
        return False
    try:
        with urlopen(Request(f"{url}/api/v1/health"), timeout=_HEALTH_SECONDS) as response:  # noqa: S310  # the scheme is checked above
            return response.status == 200
    except (URLError, OSError):
        return False
