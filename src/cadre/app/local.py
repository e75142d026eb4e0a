"""What a command on the same machine may do: find the running server and sign in to it.

Whoever can write to CADRE_HOME owns the installation, so no further proof is asked.
"""

import json
import os
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from cadre.app.settings import Settings
from cadre.kernel.errors import NotFound
from cadre.kernel.ids import OrgId
from cadre.kernel.scope import ALL_ORGS, DEFAULT_ORG, DEFAULT_PROJECT, Principal, Scope

if TYPE_CHECKING:
    from cadre.infra.database import Database

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


async def sign_in_link(settings: Settings, url: str, org: str | None = None) -> str:
    """A new link that signs the owner of `org` in once; None: of the home org.

    The page takes the token off the address.
    """
    from cadre.infra.database import Database
    from cadre.trust.accounts import Accounts

    database, accounts, scope = Database(settings.database), Accounts(), OWNER_SCOPE
    try:
        if org is not None:
            scope, slug = await _found(database, org)
            url = url if scope.org == DEFAULT_ORG else _place(url, slug, settings.domain)
        async with database.begin(scope) as work:
            owner = await accounts.ensure_owner(work)
            token = await accounts.new_sign_in_link(work, owner.id)
    finally:
        await database.close()
    return f"{url}/signin?token={token}"


@asynccontextmanager
async def local_key(settings: Settings, org: str | None = None) -> AsyncGenerator[str]:
    """A key of the owner of `org` (the home org's, if it is None) for as long as a command takes.

    It is revoked when the command ends, and worthless a day later anyway.
    """
    from cadre.app.access import build_access
    from cadre.infra.database import Database
    from cadre.trust.access import SYSTEM, Subject
    from cadre.trust.accounts import Accounts
    from cadre.trust.keys import KeyBook, KeyRequest
    from cadre.trust.usage import Usage

    database, accounts = Database(settings.database), Accounts()
    book: KeyBook = build_access(database, accounts, Usage())[KeyBook]
    wanted = KeyRequest(name=LOCAL_KEY, expires_at=time.time() + _KEY_SECONDS)
    try:
        scope = OWNER_SCOPE if org is None else (await _found(database, org))[0]
        async with database.begin(scope) as work:
            owner = await accounts.ensure_owner(work)
            made = await book.create(work, SYSTEM, Subject("user", owner.id), wanted)
        try:
            yield made.key
        finally:
            async with database.begin(scope) as work:
                await book.revoke(work, made.id)
    finally:
        await database.close()


async def _found(database: "Database", named: str) -> tuple[Scope, str]:
    """Where the owner of the org with that slug or id acts, and its slug."""
    from sqlalchemy import or_, select

    from cadre.trust.orgs import orgs

    query = select(orgs.c.id, orgs.c.slug).where(or_(orgs.c.slug == named, orgs.c.id == named))
    async with database.read(replace(OWNER_SCOPE, org=ALL_ORGS)) as work:
        found = (await work.connection.execute(query)).one_or_none()
    if found is None:
        raise NotFound(
            f"There is no organisation `{named[:100]}`: `cadre orgs list` shows all.", field="org"
        )
    return replace(OWNER_SCOPE, org=OrgId(found.id)), found.slug


def _place(url: str, slug: str, domain: str) -> str:
    """Where the pages of that org are."""
    parts = urlsplit(url)
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{slug}.{domain or 'localhost'}{port}"


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
