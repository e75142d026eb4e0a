"""Blobs in a folder: `<root>/ab/cd...`, each file named by the SHA-256 of its content.

A blob is written beside its place and renamed into it, so a half-written one is never seen;
the same content written twice is one file.
"""

import asyncio
import hashlib
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

from cadre.kernel.errors import NotFound
from cadre.kernel.ids import BlobId

_CHUNK_BYTES = 1 << 20
_CLOCK_SECONDS = 0.05  # the time of a file is that of a clock that ticks coarsely


class BlobNotFound(NotFound):
    """The blob was never written here, or retention has removed it."""

    code = "blob_not_found"


class Blobs:
    """Content-addressed bytes. Ids look like `sha256:<64 hex digits>`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, blob: BlobId) -> Path:
        """Where `blob` lies or would lie; refuses what is not an id."""
        digest = blob.removeprefix("sha256:")
        if len(digest) != 64 or not all(c in "0123456789abcdef" for c in digest):
            raise BlobNotFound(f"{blob[:80]!r} is not the id of a blob.")
        return self._root / digest[:2] / digest[2:]

    async def put(self, content: bytes) -> BlobId:
        """Keep `content` and return its id; durable on return."""
        return await asyncio.to_thread(self.put_now, content)

    def put_now(self, content: bytes) -> BlobId:
        """`put` for a caller that is on a thread of its own."""
        blob = id_of(content)
        target = self.path(blob)
        if not _is_taken_again(target):
            with tempfile.NamedTemporaryFile(dir=self._staging(), delete=False) as file:
                file.write(content)
                _settle(file, target)
        return blob

    def find_now(self, content: bytes) -> BlobId | None:
        """The id of `content` if it is kept already; asks the disk once."""
        blob = id_of(content)
        return blob if _is_taken_again(self.path(blob)) else None

    async def put_file(self, source: Path) -> BlobId:
        """Keep the content of the file `source`, read in pieces."""
        return await asyncio.to_thread(self.put_file_now, source)

    def put_file_now(self, source: Path) -> BlobId:
        """`put_file` for a caller that is on a thread of its own."""
        digest = hashlib.sha256()
        with (
            source.open("rb") as reader,
            tempfile.NamedTemporaryFile(dir=self._staging(), delete=False) as file,
        ):
            while chunk := reader.read(_CHUNK_BYTES):
                digest.update(chunk)
                file.write(chunk)
            blob = BlobId(f"sha256:{digest.hexdigest()}")
            _settle(file, self.path(blob))
        return blob

    async def get(self, blob: BlobId) -> bytes:
        """The whole content, or raise `BlobNotFound`."""
        return await asyncio.to_thread(self.get_now, blob)

    def get_now(self, blob: BlobId) -> bytes:
        """`get` for a caller that is on a thread of its own."""
        try:
            return self.path(blob).read_bytes()
        except FileNotFoundError as error:
            raise BlobNotFound(f"There is no blob {blob}.") from error

    async def copy_to(self, blob: BlobId, target: Path) -> None:
        """Write the content to the file `target`, replacing it."""
        try:
            await asyncio.to_thread(shutil.copyfile, self.path(blob), target)
        except FileNotFoundError as error:
            raise BlobNotFound(f"There is no blob {blob}.") from error

    async def size(self, blob: BlobId) -> int:
        """Bytes of the content."""
        try:
            return (await asyncio.to_thread(self.path(blob).stat)).st_size
        except FileNotFoundError as error:
            raise BlobNotFound(f"There is no blob {blob}.") from error

    async def delete(self, blob: BlobId, *, unless_put_since: float | None = None) -> None:
        """Forget the content; nothing happens if it is not there.

        Whoever looked at a time who needs it names that time: what was put since then stays.
        """
        await asyncio.to_thread(self._delete_now, blob, unless_put_since)

    def _delete_now(self, blob: BlobId, since: float | None) -> None:
        path = self.path(blob)
        with suppress(FileNotFoundError):
            if since is None or path.stat().st_mtime < since - _CLOCK_SECONDS:
                path.unlink()

    def _staging(self) -> Path:
        staging = self._root / "staging"
        staging.mkdir(parents=True, exist_ok=True)
        return staging


def _is_taken_again(path: Path) -> bool:
    """Whether the content is there; its time says that somebody wants it now."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def id_of(content: bytes) -> BlobId:
    """The id that `content` has wherever it is kept."""
    return BlobId(f"sha256:{hashlib.sha256(content).hexdigest()}")


def _settle(staged: IO[bytes], target: Path) -> None:
    """Make the staged file durable, then give it its name."""
    staged.flush()
    os.fsync(staged.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    Path(staged.name).replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name must be as durable as the content
    finally:
        os.close(folder)
