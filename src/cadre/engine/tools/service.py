"""Storage: what an org stores in its workspaces, kept to what it may store.

A workspace is measured after whatever may have written to it, and gets no more room than its org
has left. Calls that write at the same moment each get that room, so an org may end up above its
limit by what they wrote; the next one finds none.
"""

import time
from dataclasses import replace

from cadre.engine.tools.store import SizeStore
from cadre.engine.tools.workspace import Content, FileRef, Workspace, Workspaces
from cadre.infra.database import Database, Work
from cadre.infra.telemetry import get_logger
from cadre.kernel.ids import BlobId
from cadre.kernel.scope import ALL_ORGS, DEFAULT_PROJECT, Principal, Scope
from cadre.trust.orgs import Tenants

MEGABYTE = 1_000_000
_SYSTEM = Scope(ALL_ORGS, DEFAULT_PROJECT, "production", Principal("system", "storage", "Storage"))
_log = get_logger("tools")


class Storage:
    """The workspaces of every org, each within what its org may store."""

    def __init__(self, database: Database, workspaces: Workspaces, tenants: Tenants) -> None:
        self.workspaces = workspaces
        self._database = database
        self._tenants = tenants

    async def within(self, scope: Scope, workspace: Workspace) -> Workspace:
        """`workspace` with no more room than the org has left now."""
        most = (await self._tenants.standing(scope.org)).limits.storage_megabytes
        if most is None:
            return workspace
        async with self._database.read(scope) as work:
            used, elsewhere = await SizeStore(work).used_beside(workspace.id)
        left = max(0, most * MEGABYTE - elsewhere)
        if left >= workspace.quota_bytes:
            return workspace
        reason = (
            f"The organisation may store {most} MB and stores {used / MEGABYTE:.1f} MB. "
            "Delete conversations that are no longer needed, or ask whoever runs this "
            "installation for more."
        )
        return replace(workspace, quota_bytes=left, org_is_full=reason)

    async def add_file(
        self, scope: Scope, workspace: Workspace, path: str, content: Content
    ) -> FileRef:
        """Write a file whole, or raise `StorageFull` or `WorkspaceFull`."""
        kept = await (await self.within(scope, workspace)).add_file(path, content)
        await self.measure(scope, workspace)
        return kept

    async def restore(self, scope: Scope, workspace: Workspace, manifest: BlobId) -> None:
        """Make the workspace what `manifest` says, or raise `StorageFull`."""
        narrowed = await self.within(scope, workspace)
        if narrowed.org_is_full and await narrowed.needed(manifest) > narrowed.quota_bytes:
            raise narrowed.full("What the files of the workspace were")
        await workspace.restore(manifest)
        await self.measure(scope, workspace)

    async def measure(self, scope: Scope, workspace: Workspace) -> None:
        """Take down what the workspace holds now. What was done counts, even if this fails."""
        at = time.time()
        size = await workspace.usage()
        try:
            async with self._database.read(scope) as work:
                if (await SizeStore(work).get(workspace.id) or 0) == size:
                    return  # a lookup costs next to nothing beside a commit
            async with self._database.begin(scope) as work:
                await SizeStore(work).put(workspace.id, size, at)
        except Exception as error:  # whatever the database has
            _log.warning("workspace_not_measured", workspace=workspace.id, error=repr(error))

    async def used(self, work: Work) -> int:
        """Bytes that the org of the work stores."""
        return await SizeStore(work).used()

    async def delete(self, workspace_id: str) -> None:
        """Remove the workspace with its files; what it held is free again."""
        await self.workspaces.delete(workspace_id)
        async with self._database.begin(_SYSTEM) as work:
            await SizeStore(work).delete(workspace_id)
