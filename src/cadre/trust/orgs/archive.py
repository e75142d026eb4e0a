"""The archive of an org: a zip with a manifest, a file of JSON lines for each table, and blobs.

    manifest.json          what this is, and what is in it (`Manifest`)
    tables/<table>.jsonl   a row a line; bytes as {"$bytes": base64}
    blobs/<sha256>         files and pictures, `payloads/<sha256>` what journals keep elsewhere
    secrets.sealed         with a passphrase only

An archive comes from anywhere, so nothing in it is believed: names, sizes and hashes are checked
before a byte is kept.
"""

import io
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cadre.trust.orgs.errors import ArchiveInvalid, ArchiveTooLarge

FORMAT = "cadre-org"
VERSION = 1
MANIFEST = "manifest.json"
SECRETS = "secrets.sealed"
_NAME = re.compile(
    r"manifest\.json|secrets\.sealed|tables/[a-z][a-z0-9_]{0,80}\.jsonl|(?:blobs|payloads)/[0-9a-f]{64}"
)
_MOST_MANIFEST_BYTES = 64 << 20
_MOST_LINE_BYTES = 64 << 20
_MOST_MEMBERS = 5_000_000
# Deflate can't do better than about 1032; JSON of a journal does 30 or 50.
_MOST_RATIO = 1100
_CHUNK_BYTES = 1 << 20


class ArchivedOrg(BaseModel):
    """Which org it was; `status` when the export began."""

    model_config = ConfigDict(extra="forbid")
    id: str = Field(pattern=r"^org_[a-z0-9_]{1,60}$")
    slug: str
    name: str = Field(min_length=1, max_length=200)
    status: str


class Manifest(BaseModel):
    """What an archive holds. `tables` are numbers of rows, `workspaces` ids of blobs."""

    model_config = ConfigDict(extra="forbid")
    format: str
    version: int
    cadre: str
    schema_version: str
    exported_at: float
    org: ArchivedOrg
    tables: dict[str, int]
    blobs: int
    payloads: int
    workspaces: dict[str, str]
    secrets: list[str]
    secrets_sealed: bool
    left_out: list[str]


class ArchiveWriter:
    """Writes an archive beside its place; `finish` gives it its name."""

    def __init__(self, target: Path) -> None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._target = target
        self._draft = target.with_suffix(".draft")
        self._draft.unlink(missing_ok=True)
        self._draft.touch(mode=0o600)
        self._zip = zipfile.ZipFile(self._draft, "w", zipfile.ZIP_DEFLATED, compresslevel=6)

    def rows(self, table: str) -> IO[bytes]:
        """A file for the lines of `table`; close it before anything else is written."""
        return self._zip.open(f"tables/{table}.jsonl", "w", force_zip64=True)

    def file(self, name: str, source: Path) -> None:
        with (
            source.open("rb") as content,
            self._zip.open(name, "w", force_zip64=True) as member,
        ):
            shutil.copyfileobj(content, member, _CHUNK_BYTES)

    def bytes(self, name: str, content: bytes) -> None:
        self._zip.writestr(name, content)

    def finish(self, manifest: Manifest) -> None:
        self.bytes(MANIFEST, manifest.model_dump_json(indent=2).encode())
        self._zip.close()
        self._draft.replace(self._target)

    def abandon(self) -> None:
        self._zip.close()
        self._draft.unlink(missing_ok=True)


class ArchiveReader:
    """An archive that looks right: known names, once each, of sizes that can be true."""

    def __init__(self, path: Path, most_bytes: int) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise ArchiveInvalid("This is not a zip file, or it is damaged.") from error
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._sort(most_bytes)
        self.manifest = self._manifest()

    def close(self) -> None:
        self._zip.close()

    def blobs(self, folder: str) -> list[str]:
        """The hashes below `blobs` or `payloads`."""
        start = f"{folder}/"
        return [name.removeprefix(start) for name in self._members if name.startswith(start)]

    @property
    def tables(self) -> list[str]:
        found = (name for name in self._members if name.startswith("tables/"))
        return [name.removeprefix("tables/").removesuffix(".jsonl") for name in found]

    def read(self, name: str, most_bytes: int) -> bytes:
        """A whole small file, or raise."""
        out = io.BytesIO()
        self._copy(name, out, most_bytes)
        return out.getvalue()

    def copy_to(self, name: str, target: Path) -> None:
        with target.open("wb") as out:
            self._copy(name, out, self._member(name).file_size)

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """The rows of `table`, as they were written."""
        name = f"tables/{table}.jsonl"
        number = 0
        try:
            with self._zip.open(self._member(name)) as lines:
                while line := lines.readline(_MOST_LINE_BYTES):
                    number += 1
                    row: Any = orjson.loads(line)
                    if not isinstance(row, dict):
                        raise ArchiveInvalid(f"{name}: line {number} is no row.")
                    yield cast("dict[str, Any]", row)
        except (zipfile.BadZipFile, zlib.error, EOFError, orjson.JSONDecodeError) as error:
            raise ArchiveInvalid(f"{name} is damaged at line {number + 1}.") from error

    def _sort(self, most_bytes: int) -> None:
        members = self._zip.infolist()
        if len(members) > _MOST_MEMBERS:
            raise ArchiveTooLarge(f"The archive holds more than {_MOST_MEMBERS} files.")
        total = 0
        for member in members:
            name = member.filename
            if not _NAME.fullmatch(name):
                raise ArchiveInvalid(f"{name[:120]!r} does not belong into an archive of an org.")
            if name in self._members:
                raise ArchiveInvalid(f"{name} is in the archive twice.")
            if member.flag_bits & 1:
                raise ArchiveInvalid(f"{name} is encrypted.")
            if member.file_size > _MOST_RATIO * max(member.compress_size, 1):
                raise ArchiveInvalid(f"{name} says that it is larger than it can be.")
            total += member.file_size
            self._members[name] = member
        if total > most_bytes:
            raise ArchiveTooLarge(
                f"Unpacked, the archive would have {total} bytes; at most {most_bytes} are taken."
            )

    def _manifest(self) -> Manifest:
        content = self.read(MANIFEST, _MOST_MANIFEST_BYTES)
        try:
            said: Any = orjson.loads(content)
            form = cast("dict[str, Any]", said).get("format") if isinstance(said, dict) else None
            if form != FORMAT:
                raise ArchiveInvalid(f"{MANIFEST} does not say that this is an export of an org.")
            version = cast("dict[str, Any]", said).get("version")
            if version != VERSION:
                raise ArchiveInvalid(
                    f"The archive has format {version}; this version of cadre reads {VERSION}."
                )
            return Manifest.model_validate(said)
        except (orjson.JSONDecodeError, ValidationError) as error:
            raise ArchiveInvalid(f"{MANIFEST} can't be understood.") from error

    def _member(self, name: str) -> zipfile.ZipInfo:
        try:
            return self._members[name]
        except KeyError:
            raise ArchiveInvalid(f"{name} is missing in the archive.") from None

    def _copy(self, name: str, out: IO[bytes], most_bytes: int) -> None:
        member, copied = self._member(name), 0
        try:
            with self._zip.open(member) as content:
                while chunk := content.read(_CHUNK_BYTES):
                    copied += len(chunk)
                    if copied > most_bytes:
                        raise ArchiveTooLarge(f"{name} has more than {most_bytes} bytes.")
                    out.write(chunk)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise ArchiveInvalid(f"{name} is damaged.") from error
