"""Orgs, put together with what their life needs of other rooms: people, folders, secrets."""

import asyncio
import math
from collections.abc import Sequence
from pathlib import Path

from cadre import __version__
from cadre.app.ground import Ground, Services
from cadre.app.settings import Settings
from cadre.engine.runs import Runs
from cadre.engine.tools import Storage
from cadre.infra.blobs import Blobs
from cadre.infra.database import Work
from cadre.kernel.ids import BlobId
from cadre.trust.accounts import Accounts, Registration
from cadre.trust.audit import Audit, load_seal
from cadre.trust.keys import KeyBook
from cadre.trust.orgs import Allowances, Content, DnsResolver, Domains, OrgJobs, Orgs, Tenants
from cadre.trust.secrets import SEALED_TABLES, Secrets

_FIRST_LINK_SECONDS = 7 * 86_400.0


def build_allowances(services: Services) -> Services:
    """What orgs use of what they may have, as each room counts what it keeps."""
    made = Allowances(
        members=services[Registration].count,
        keys=services[KeyBook].count,
        running=services[Runs].running,
        stored=services[Storage].used,
    )
    return {Allowances: made}


class OwnerFounder:
    """The first owner gets in by a link, which whoever made the org hands on."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def found(self, work: Work, email: str) -> str:
        owner = await self._accounts.ensure_owner(work, email)
        token = await self._accounts.new_sign_in_link(work, owner.id, seconds=_FIRST_LINK_SECONDS)
        return f"/signin?token={token}"


class WorkspaceFolders:
    """Workspaces as folders below `root`; one is not made by being asked for."""

    def __init__(self, storage: Storage, root: Path) -> None:
        self._storage = storage
        self._workspaces = storage.workspaces
        self._root = root

    async def snapshot(self, workspace: str) -> BlobId | None:
        if not await self._exists(workspace):
            return None
        return await self._workspaces.open(workspace).snapshot()

    async def restore(self, workspace: str, manifest: BlobId) -> None:
        await self._workspaces.open(workspace).restore(manifest)

    async def delete(self, workspace: str) -> None:
        if await self._exists(workspace):
            await self._storage.delete(workspace)

    async def _exists(self, workspace: str) -> bool:
        is_name = workspace not in {"", ".", ".."} and Path(workspace).name == workspace
        return is_name and await asyncio.to_thread((self._root / workspace).is_dir)


class SecretVault:
    """The secrets of an org, opened and sealed with this installation's master key."""

    tables = SEALED_TABLES

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    async def names(self, work: Work) -> Sequence[str]:
        return await self._secrets.names(work)

    async def open(self, work: Work, name: str) -> str | None:
        return await self._secrets.get(work, name)

    async def put(self, work: Work, name: str, value: str) -> None:
        await self._secrets.put(work, name, value)


class AuditChronicle:
    """The audit log: shortened to its checkpoint, which is a number and a hash."""

    tables = frozenset({"audit_events", "audit_heads", "audit_checkpoints"})

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    async def forget(self, work: Work) -> None:
        await self._audit.forget(work, before=math.inf)


def open_tenants(settings: Settings, ground: Ground) -> Tenants:
    """Which orgs there are, and what each may have: much else asks."""
    return Tenants(
        ground.database,
        domain=settings.domain,
        names=[*settings.hosts, settings.host],
        origins=settings.cors_origins,
    )


def build_orgs(
    settings: Settings, ground: Ground, accounts: Accounts, engine: Services, payloads: Blobs
) -> Services:
    """The services of orgs by type; `engine` has their tenants and their storage."""
    tenants = engine[Tenants]
    content = Content(
        database=ground.database,
        blobs=ground.blobs,
        payloads=payloads,
        folders=WorkspaceFolders(engine[Storage], settings.home / "workspaces"),
        vault=SecretVault(ground.secrets),
        chronicle=AuditChronicle(Audit(load_seal(settings.master_key.with_name("audit.key")))),
        version=__version__,
    )
    made = (
        Orgs(OwnerFounder(accounts), ground.blobs),
        Domains(ground.database, tenants, DnsResolver(settings.name_servers)),
        OrgJobs(
            content,
            settings.home / "archives",
            most_archive_bytes=settings.import_megabytes * 1_000_000,
        ),
    )
    return {type(each): each for each in made}
