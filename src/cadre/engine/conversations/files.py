"""Files of conversations and runs: what people upload and agents make.

A file is handed out from its blob, never from the workspace: code of an agent may change what
lies under a name while it is being read.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from pathlib import Path, PurePosixPath

from cadre.engine.conversations.errors import BadUpload
from cadre.engine.tools import BadPath, FileMissing, FileRef, Origin, Storage, media_type
from cadre.infra.blobs import Blobs
from cadre.kernel.errors import Invalid
from cadre.kernel.scope import Scope


class Files:
    """Files by workspace: a conversation's has its id, a single run's that of the run."""

    def __init__(self, storage: Storage, blobs: Blobs) -> None:
        self._storage = storage
        self._workspaces = storage.workspaces
        self._blobs = blobs

    async def listing(self, workspace_id: str) -> list[FileRef]:
        """Every file that people may want to see, by path."""
        entries = await self._workspaces.open(workspace_id).list()
        return [
            FileRef(
                path=entry.path,
                media_type=media_type(entry.path),
                size=entry.size,
                modified_at=entry.modified_at,
            )
            for entry in entries
            if not entry.is_folder and not _is_hidden(entry.path)
        ]

    async def upload(
        self,
        scope: Scope,
        workspace_id: str,
        name: str | None,
        content: AsyncIterator[bytes],
        *,
        owners: Collection[str] = (),
    ) -> FileRef:
        """Keep an uploaded file under the last part of its name, if the org has room for it.

        `owners` are other names of whoever uploads: a key acts for a person.
        """
        # A name that starts with a dot would be hidden from the person who uploaded it.
        leaf = PurePosixPath((name or "").replace("\\", "/")).name.lstrip(". ")
        if not leaf or any(ord(character) < 32 for character in leaf):
            raise BadUpload("The uploaded file needs a name.", field="file")
        workspace = self._workspaces.open(workspace_id)
        kept = await self._storage.add_file(scope, workspace, leaf, content)
        principal = f"{scope.principal.kind}:{scope.principal.id}"
        by = (principal, *sorted({*owners} - {principal}))
        await workspace.note([kept.path], Origin(is_upload=True, by=by))
        return kept

    async def require(self, workspace_id: str, paths: Sequence[str]) -> None:
        """Refuse a path that is no file of the workspace."""
        workspace = self._workspaces.open(workspace_id) if paths else None
        for path in paths:
            assert workspace is not None
            try:
                entry = await workspace.stat(path)
            except (FileMissing, BadPath) as error:
                raise Invalid(
                    f"There is no file `{path}`. Upload it first.", field="files"
                ) from error
            if entry.is_folder:
                raise Invalid(f"`{path}` is a folder. Name its files.", field="files")

    async def refs(self, workspace_id: str, files: Sequence[str | FileRef]) -> list[FileRef]:
        """What is known now of files that a message named."""
        workspace = self._workspaces.open(workspace_id) if files else None
        found: list[FileRef] = []
        for file in files:
            assert workspace is not None
            path = file if isinstance(file, str) else file.path
            size, modified_at = 0, None
            try:
                entry = await workspace.stat(path)
                size, modified_at = entry.size, entry.modified_at
            except (FileMissing, BadPath):
                pass  # deleted since; the message still named it
            kind = media_type(path)
            found.append(FileRef(path=path, media_type=kind, size=size, modified_at=modified_at))
        return found

    async def open(self, workspace_id: str, path: str) -> tuple[FileRef, Path]:
        """The file as it is now, and where its content lies."""
        ref = await self._workspaces.open(workspace_id).file_ref(path)
        assert ref.blob is not None
        return ref, self._blobs.path(ref.blob)

    def kept(self, ref: FileRef) -> Path | None:
        """Where the content lies that `ref` meant when it was made, if it is still kept."""
        path = self._blobs.path(ref.blob) if ref.blob else None
        return path if path is not None and path.exists() else None

    async def delete(self, workspace_id: str) -> None:
        await self._storage.delete(workspace_id)


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in PurePosixPath(path).parts)
