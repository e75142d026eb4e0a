"""What orgs know of people: who began long work; and the content that deleted rows led to."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from sqlalchemy import select

from cadre.infra.blobs import Blobs
from cadre.kernel.ids import BlobId
from cadre.kernel.scope import ALL_ORGS
from cadre.trust.orgs.content import Content, system_scope
from cadre.trust.orgs.references import Found
from cadre.trust.orgs.rows import blobs_in, pages, read_rows, tenant_tables
from cadre.trust.orgs.tables import org_jobs, orgs
from cadre.trust.privacy import Signed, Theirs

_PAUSE_SECONDS = 0.2

PERSONAL = Theirs("orgs", Signed(org_jobs, ("created_by",)))


class UnusedContent:
    """Deletes blobs that no row of any org and no folder leads to."""

    def __init__(self, content: Content, in_folders: Callable[[], Awaitable[set[str]]]) -> None:
        """`in_folders` says which blobs the files of workspaces are known to be."""
        self._content = content
        self._in_folders = in_folders

    async def remove(self, blobs: frozenset[str]) -> int:
        """Of `blobs` and what they lead to; returns how many there were."""
        if not blobs:
            return 0
        own = await asyncio.to_thread(self._content.references.follow, blobs)
        await asyncio.sleep(_PAUSE_SECONDS)  # what was put for the person is clearly older
        looked_at = time.time()
        used = await self._used()
        files, payloads = own.blobs - used.blobs, own.payloads - used.payloads
        await self._forget(self._content.blobs, files, looked_at)
        await self._forget(self._content.payloads, payloads, looked_at)
        return len(files) + len(payloads)

    async def _used(self) -> Found:
        mentioned = await self._in_folders()
        async with self._content.database.read(system_scope(ALL_ORGS)) as work:
            for owned in tenant_tables():
                async for page in pages(work.connection, owned, None):
                    mentioned.update(blob for row in page for blob in blobs_in(row))
            for row in await read_rows(work.connection, select(orgs.c.branding), {}):
                mentioned.update(blobs_in(row))
        return await asyncio.to_thread(self._content.references.follow, mentioned)

    async def _forget(self, store: Blobs, ids: set[str], looked_at: float) -> None:
        """What somebody put since we looked who needs it stays."""
        for blob in sorted(ids):
            await store.delete(BlobId(blob), unless_put_since=looked_at)
