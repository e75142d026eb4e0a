"""Workspaces: a folder of files per conversation or run, and nothing outside of it.

Everything here may be written by code that nobody trusts, so no operation follows a link out
and none waits on a pipe. Blocking work is done on threads.
"""

import asyncio
import contextlib
import mimetypes
import os
import secrets
import shutil
import stat
from collections.abc import AsyncIterator, Callable, Collection, Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from pydantic import BaseModel

from cadre.engine.tools import snapshots
from cadre.engine.tools.origins import Origin, Source
from cadre.engine.tools.paths import FileMissing, normalise, open_file, open_folder, resolve
from cadre.infra.blobs import Blobs
from cadre.kernel.errors import Invalid, LimitReached
from cadre.kernel.ids import BlobId

_MOST_ENTRIES = 20_000
_CHUNK_BYTES = 1 << 20
_TYPES = {
    ".csv": "text/csv",
    ".jsonl": "application/x-ndjson",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".tsv": "text/tab-separated-values",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}


class WorkspaceFull(LimitReached):
    """The files of the workspace would exceed what it may hold."""

    code = "workspace_full"
    title = "The workspace is full"


class StorageFull(WorkspaceFull):
    """The files of all workspaces of the org would exceed what it may store."""

    code = "storage_full"
    title = "The organisation's storage is full"


class FileRef(BaseModel):
    """A file of a workspace; `blob` is its content at the moment of reference."""

    path: str
    media_type: str
    size: int
    blob: BlobId | None = None
    title: str = ""
    modified_at: float | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder; sizes of folders are 0."""

    path: str
    size: int
    modified_at: float
    is_folder: bool


Entries = list[Entry]
Paths = list[str]
Content: TypeAlias = bytes | AsyncIterator[bytes]


@dataclass(slots=True)
class Workspace:
    """One folder. Paths are relative to it; `/workspace/x`, as the sandbox sees it, is `x`.

    `org_is_full` says why there is less room than a workspace has by itself, where that is so.
    """

    id: str
    root: Path
    blobs: Blobs
    quota_bytes: int
    index: snapshots.Index = field(repr=False)
    org_is_full: str = ""

    def resolve(self, path: str) -> Path:
        """The real path, or raise `BadPath` if it is or leads outside."""
        return resolve(self.root, path)

    async def list(self, path: str = ".") -> Entries:
        """Files and folders below `path`, sorted by path; links are left out."""
        return await asyncio.to_thread(self._list, path)

    async def usage(self) -> int:
        """Bytes allocated by all files together."""
        return await asyncio.to_thread(self._usage)

    async def read(self, path: str, *, offset: int = 0, limit: int = 50_000_000) -> bytes:
        """At most `limit` bytes of a file."""
        return await asyncio.to_thread(self.read_now, path, offset, limit)

    async def stat(self, path: str) -> Entry:
        """What there is at `path`, or raise `FileMissing`."""
        return await asyncio.to_thread(self._stat, path)

    async def add_file(self, path: str, content: Content) -> FileRef:
        """Write a file whole or not at all, or raise `WorkspaceFull`; replaces what was there."""
        room = self.quota_bytes - await self.usage()
        with self._staged(path) as staged:
            async for chunk in _pieces(content):
                room -= len(chunk)
                if room < 0:
                    raise self.full(path)
                await asyncio.to_thread(_write_all, staged.descriptor, chunk)
            await asyncio.to_thread(staged.settle)
        return await self.file_ref(path)

    async def delete(self, path: str) -> None:
        """Remove a file, or raise `FileMissing`."""
        await asyncio.to_thread(self._delete, path)

    async def file_ref(self, path: str, *, title: str = "") -> FileRef:
        """A reference to the file as it is now; its content is kept as a blob."""
        return await asyncio.to_thread(self._file_ref, path, title)

    async def sources(self, paths: Collection[str] | None, reader: str) -> set[Source]:
        """What a run that `reader` began reads in the files `paths`, or in any file at all."""
        origins = self.index.origins
        if not origins.are_known or not (paths is None or paths):
            return set()
        return await asyncio.to_thread(origins.read, self.root, paths, reader)

    async def note(self, paths: Iterable[str], origin: Origin) -> None:
        """The files `paths`, as they are called in snapshots and references, come from there."""
        await asyncio.to_thread(self.index.origins.note, paths, origin)

    async def changed(self, before: BlobId, after: BlobId) -> Paths:
        """Files and links that are new or different in the later of two snapshots."""
        return await asyncio.to_thread(snapshots.changed, self.blobs, before, after)

    async def snapshot(self) -> BlobId:
        """Keep the whole content; unchanged files are not read again. Returns the manifest."""
        known = snapshots.glance(self.root, self.blobs, self.index)
        if known is not None:
            return known
        return await asyncio.to_thread(snapshots.take, self.root, self.blobs, self.index)

    async def restore(self, manifest: BlobId) -> None:
        """Make the folder exactly what `manifest` says."""
        await asyncio.to_thread(snapshots.restore, self.root, self.blobs, self.index, manifest)

    async def needed(self, manifest: BlobId) -> int:
        """Bytes of all files in `manifest`."""
        return await asyncio.to_thread(snapshots.size_of, self.blobs, manifest)

    async def copy_from(self, source: "Workspace | BlobId") -> None:
        """Become a copy of another workspace or of a snapshot."""
        await self.restore(await source.snapshot() if isinstance(source, Workspace) else source)

    def full(self, what: str) -> WorkspaceFull:
        """The error that there is no room for `what`."""
        if self.org_is_full:
            return StorageFull(f"{what} does not fit. {self.org_is_full}")
        return WorkspaceFull(
            f"{what} does not fit: the workspace holds {self.quota_bytes} bytes. "
            "Delete files that are no longer needed."
        )

    def _list(self, path: str) -> Entries:
        start = resolve(self.root, path)
        real_root = self.root.resolve()
        if not start.is_dir():
            raise FileMissing(f"There is no folder {path[:200]!r} in the workspace.")
        found: Entries = []
        pending = [start]
        while pending and len(found) < _MOST_ENTRIES:
            for item in _scan(pending.pop()):
                name = os.path.relpath(item.path, real_root)
                with contextlib.suppress(FileNotFoundError):
                    status = item.stat(follow_symlinks=False)
                    if stat.S_ISDIR(status.st_mode):
                        found.append(Entry(name, 0, status.st_mtime, is_folder=True))
                        pending.append(Path(item.path))
                    elif stat.S_ISREG(status.st_mode):
                        found.append(Entry(name, status.st_size, status.st_mtime, is_folder=False))
        return sorted(found, key=lambda entry: entry.path)

    def _usage(self) -> int:
        total, pending = 0, [self.root]
        while pending:
            for item in _scan(pending.pop()):
                with contextlib.suppress(FileNotFoundError):
                    total += item.stat(follow_symlinks=False).st_blocks * 512
                    if item.is_dir(follow_symlinks=False):
                        pending.append(Path(item.path))
        return total

    def _stat(self, path: str) -> Entry:
        real = self.resolve(path)
        try:
            status = os.lstat(real)
        except OSError as error:
            raise FileMissing(f"There is no file {path[:200]!r} in the workspace.") from error
        is_folder = stat.S_ISDIR(status.st_mode)
        return Entry(normalise(path), status.st_size, status.st_mtime, is_folder)

    def read_now(self, path: str, offset: int = 0, limit: int = 50_000_000) -> bytes:
        """`read` for a caller that is on a thread of its own."""
        with os.fdopen(open_file(self.root, path), "rb") as file:
            file.seek(offset)
            return file.read(limit)

    def _staged(self, path: str) -> "contextlib.AbstractContextManager[_Staged]":
        relative = Path(normalise(path))
        if relative.name in ("", "."):
            raise Invalid("A file needs a name.", field="path")
        return _stage(self.root, relative)

    def _delete(self, path: str) -> None:
        relative = Path(normalise(path))
        with open_folder(self.root, str(relative.parent)) as folder:
            try:
                os.unlink(relative.name, dir_fd=folder)
            except OSError as error:
                raise FileMissing(f"There is no file {path[:200]!r} to delete.") from error

    def _file_ref(self, path: str, title: str) -> FileRef:
        descriptor = open_file(self.root, path)
        try:
            status = os.fstat(descriptor)
            blob = self.blobs.put_file_now(Path(f"/proc/self/fd/{descriptor}"))
        finally:
            os.close(descriptor)
        name = normalise(path)
        return FileRef(
            path=name,
            media_type=media_type(name),
            size=status.st_size,
            blob=blob,
            title=title,
            modified_at=status.st_mtime,
        )


class Workspaces:
    """All workspaces, each a folder below `root` named by its id."""

    def __init__(self, root: Path, blobs: Blobs, *, quota_bytes: int = 2 << 30) -> None:
        self._root = root
        self._blobs = blobs
        self._quota_bytes = quota_bytes
        self._indexes: dict[str, snapshots.Index] = {}

    def open(self, workspace_id: str) -> Workspace:
        """The workspace with this id; it is made if it does not exist."""
        if not _is_id(workspace_id):
            raise Invalid(f"{workspace_id[:80]!r} is not the id of a workspace.")
        folder = self._root / workspace_id
        files = folder / "files"
        os.makedirs(files, exist_ok=True)
        index = self._indexes.get(workspace_id)
        if index is None:
            index = self._indexes[workspace_id] = snapshots.Index(folder / "index.json")
        return Workspace(workspace_id, files, self._blobs, self._quota_bytes, index)

    async def delete(self, workspace_id: str) -> None:
        """Remove the workspace and its files; blobs stay until retention takes them."""
        workspace = self.open(workspace_id)
        self._indexes.pop(workspace_id, None)
        await asyncio.to_thread(shutil.rmtree, workspace.root.parent, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Staged:
    descriptor: int
    settle: Callable[[], None]


@contextlib.contextmanager
def _stage(root: Path, relative: Path) -> Generator[_Staged]:
    """A file beside its place that is renamed into it, or removed if that never happens."""
    name = f".cadre-{secrets.token_hex(8)}"
    with open_folder(root, str(relative.parent), create=True) as folder:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        descriptor = os.open(name, flags, 0o644, dir_fd=folder)

        def settle() -> None:
            try:
                os.rename(name, relative.name, src_dir_fd=folder, dst_dir_fd=folder)
            except IsADirectoryError as error:
                raise Invalid(f"{relative} is a folder; choose another name.") from error

        try:
            yield _Staged(descriptor, settle)
        finally:
            os.close(descriptor)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)


def media_type(path: str) -> str:
    """The media type that the name suggests."""
    known = _TYPES.get(Path(path).suffix.lower())
    return known or mimetypes.guess_type(path)[0] or "application/octet-stream"


def _is_id(text: str) -> bool:
    return 0 < len(text) <= 120 and all(c.isalnum() or c in "_-" for c in text) and text.isascii()


def _scan(folder: Path) -> list["os.DirEntry[str]"]:
    try:
        return list(os.scandir(folder))
    except OSError:
        return []


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


async def _pieces(content: Content) -> AsyncIterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    async for chunk in content:
        yield chunk
