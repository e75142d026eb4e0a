"""Export: one archive with everything that is an org's, as it was at one moment."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from sqlalchemy import select, text

from cadre.infra.database import Work
from cadre.kernel.ids import BlobId
from cadre.trust.orgs.archive import FORMAT, SECRETS, VERSION, ArchivedOrg, ArchiveWriter, Manifest
from cadre.trust.orgs.content import WORKSPACES, Content, Tell, system_scope
from cadre.trust.orgs.errors import OrgNotFound
from cadre.trust.orgs.rows import (
    TenantTable,
    blobs_in,
    pages,
    schema_version,
    tenant_table,
    tenant_tables,
    to_json,
)
from cadre.trust.orgs.sealing import seal
from cadre.trust.orgs.tables import orgs

# What opens this installation's doors, or is about its own work.
LEFT_OUT = frozenset({"sessions", "sign_in_links", "org_jobs", "data_jobs", "retention_rounds"})
_TELL_EVERY = 50


@dataclass(slots=True)
class _Taken:
    """What was written so far, and what it leads to."""

    tables: dict[str, int] = field(default_factory=dict[str, int])
    blobs: set[str] = field(default_factory=set[str])
    workspaces: set[str] = field(default_factory=set[str])


async def export(
    content: Content, org: str, target: Path, passphrase: str | None, tell: Tell
) -> Manifest:
    """Write the archive of `org` to `target`; without a passphrase its secrets stay here."""
    writer = await asyncio.to_thread(ArchiveWriter, target)
    try:
        async with content.database.read(system_scope(org)) as work:
            if work.connection.dialect.name == "postgresql":
                await work.connection.execute(
                    text("set transaction isolation level repeatable read")
                )
            about = await _about(work, org)
            schema = await schema_version(work.connection)
            secrets = await _secrets(content, work)
            taken = await _write_tables(content, work, writer, tell)
        if passphrase is not None:
            await asyncio.to_thread(lambda: writer.bytes(SECRETS, seal(secrets, passphrase, org)))
        workspaces = await _snapshots(content, taken, tell)
        blobs, payloads = await _write_blobs(content, writer, taken, tell)
        manifest = Manifest(
            format=FORMAT,
            version=VERSION,
            cadre=content.version,
            schema_version=schema,
            exported_at=time.time(),
            org=about,
            tables=taken.tables,
            blobs=blobs,
            payloads=payloads,
            workspaces=workspaces,
            secrets=sorted(secrets),
            secrets_sealed=passphrase is not None,
            left_out=sorted(LEFT_OUT | content.staying),
        )
        await asyncio.to_thread(writer.finish, manifest)
    except BaseException:
        await asyncio.to_thread(writer.abandon)
        raise
    return manifest


async def _about(work: Work, org: str) -> ArchivedOrg:
    query = select(orgs.c.id, orgs.c.slug, orgs.c.name, orgs.c.status).where(orgs.c.id == org)
    row = (await work.connection.execute(query)).one_or_none()
    if row is None:
        raise OrgNotFound("The organisation is gone.")
    return ArchivedOrg(id=row.id, slug=row.slug, name=row.name, status=row.status)


async def _secrets(content: Content, work: Work) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in await content.vault.names(work):
        value = await content.vault.open(work, name)
        if value is not None:
            found[name] = value
    return found


async def _write_tables(content: Content, work: Work, writer: ArchiveWriter, tell: Tell) -> _Taken:
    taken = _Taken()
    kept = [each for each in tenant_tables() if each.name not in LEFT_OUT | content.staying]
    wanted = [*kept, tenant_table(orgs)]
    for number, owned in enumerate(wanted):
        tell(f"table {owned.name}", number, len(wanted))
        taken.tables[owned.name] = await _write_table(work, writer, owned, taken)
    return taken


async def _write_table(work: Work, writer: ArchiveWriter, owned: TenantTable, taken: _Taken) -> int:
    count, workspace = 0, dict(WORKSPACES).get(owned.name)
    with writer.rows(owned.name) as lines:
        async for page in pages(work.connection, owned, work.scope.org):
            count += len(page)
            for row in page:
                taken.blobs.update(blobs_in(row))
            if workspace is not None:
                taken.workspaces.update(row[workspace] for row in page)
            written = b"".join(orjson.dumps(to_json(row)) + b"\n" for row in page)
            await asyncio.to_thread(lines.write, written)
    return count


async def _snapshots(content: Content, taken: _Taken, tell: Tell) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, workspace in enumerate(sorted(taken.workspaces)):
        if number % _TELL_EVERY == 0:
            tell("files", number, len(taken.workspaces))
        manifest = await content.folders.snapshot(workspace)
        if manifest is not None:
            found[workspace] = manifest
            taken.blobs.add(manifest)
    return found


async def _write_blobs(
    content: Content, writer: ArchiveWriter, taken: _Taken, tell: Tell
) -> tuple[int, int]:
    found = await asyncio.to_thread(content.references.follow, taken.blobs)
    total = len(found.blobs) + len(found.payloads)
    done = 0
    for folder, store, ids in (
        ("blobs", content.blobs, found.blobs),
        ("payloads", content.payloads, found.payloads),
    ):
        for blob in sorted(ids):
            if done % _TELL_EVERY == 0:
                tell("blobs", done, total)
            done += 1
            name = f"{folder}/{blob.removeprefix('sha256:')}"
            await asyncio.to_thread(writer.file, name, store.path(BlobId(blob)))
    return len(found.blobs), len(found.payloads)
