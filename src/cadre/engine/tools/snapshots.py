"""Snapshots: the whole content of a workspace as one manifest of content hashes.

A file whose size, times and inode are those of the last look is not read again, so a snapshot
after a small change costs a walk and one hash.
"""

import contextlib
import json
import os
import shutil
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NotRequired, TypedDict, cast, overload

from cadre.engine.tools.origins import Origin, Origins, read_origin
from cadre.infra.blobs import Blobs
from cadre.kernel.ids import BlobId

_Stamp = tuple[int, int, int, int]
_Entry = tuple[_Stamp, BlobId]
_WRITERS = 16
_GLANCE_FILES = 50


class FileState(TypedDict):
    blob: BlobId
    size: int
    mode: int


class Manifest(TypedDict):
    """`links` hold where a symbolic link points; `folders` are the empty ones.

    `origins` is of the files that have one; without any it is left out.
    """

    version: int
    files: dict[str, FileState]
    links: dict[str, str]
    folders: list[str]
    origins: NotRequired[dict[str, Origin]]


class Index:
    """What is known of the files of one workspace: stamp -> blob, and origins. Kept beside it on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.origins = Origins(path.with_name("origins.jsonl"))
        self.lock = threading.Lock()
        self._known: dict[str, _Entry] | None = None

    @property
    def is_loaded(self) -> bool:
        return self._known is not None

    def load(self) -> dict[str, _Entry]:
        """The entries; a broken or missing index is an empty one."""
        if self._known is None:
            self._known = {}
            with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
                rows = cast("dict[str, list[object]]", json.loads(self._path.read_bytes()))
                for name, (stamp, blob) in rows.items():
                    numbers = cast("list[int]", stamp)
                    entry = (numbers[0], numbers[1], numbers[2], numbers[3])
                    self._known[name] = (entry, BlobId(str(blob)))
        return self._known

    def save(self, known: dict[str, _Entry]) -> None:
        """Keep the entries, if they changed."""
        if known == self._known:
            return
        self._known = known
        staged = self._path.with_suffix(".new")
        staged.write_text(json.dumps(known))
        staged.replace(self._path)


@dataclass(slots=True)
class _Found:
    files: dict[str, os.stat_result]
    links: dict[str, str]
    folders: list[str]


def take(root: Path, blobs: Blobs, index: Index) -> BlobId:
    """Put every changed file and the manifest into `blobs`; return the manifest."""
    with index.lock:
        found = _walk(root)
        entries = _entries(root, found, blobs, index.load())
        index.save({name: entry for name, (entry, _) in entries.items()})
    return blobs.put_now(_manifest(found, entries, index.origins))


def glance(root: Path, blobs: Blobs, index: Index) -> BlobId | None:
    """`take` where that is next to nothing: few files, none changed, a manifest that is kept."""
    found = _walk(root, most=_GLANCE_FILES)
    if found is None or (found.files and not index.is_loaded):
        return None
    known = index.load() if found.files else {}
    entries: dict[str, tuple[_Entry, os.stat_result]] = {}
    for name, status in found.files.items():
        entry = known.get(name)
        if entry is None or entry[0] != _stamp(status):
            return None
        entries[name] = (entry, status)
    return blobs.find_now(_manifest(found, entries, index.origins))


def _manifest(
    found: "_Found", entries: dict[str, tuple[_Entry, os.stat_result]], origins: Origins
) -> bytes:
    files: dict[str, FileState] = {
        name: {
            "blob": entry[1],
            "size": status.st_size,
            "mode": stat.S_IMODE(status.st_mode) & 0o777,
        }
        for name, (entry, status) in sorted(entries.items())
    }
    manifest: Manifest = {
        "version": 1,
        "files": files,
        "links": dict(sorted(found.links.items())),
        "folders": sorted(found.folders),
    }
    known = origins.load().items()
    if there := {n: each for n, each in known if n in files or n in found.links}:
        manifest["origins"] = there
    return json.dumps(manifest, ensure_ascii=True, sort_keys=True).encode()


def _entries(
    root: Path, found: "_Found", blobs: Blobs, known: dict[str, _Entry]
) -> dict[str, tuple[_Entry, os.stat_result]]:
    """What is known of every file; the changed ones are put into `blobs` now."""
    entries: dict[str, tuple[_Entry, os.stat_result]] = {}
    changed: list[str] = []
    for name, status in found.files.items():
        entry = known.get(name)
        if entry is not None and entry[0] == _stamp(status):
            entries[name] = (entry, status)
        else:
            changed.append(name)
    # Side by side, because each waits for the disk: the disk then serves many at once.
    with ThreadPoolExecutor(_WRITERS) as writers:
        kept = writers.map(partial(_keep, blobs), [root / name for name in changed])
        for name, made in zip(changed, kept, strict=True):
            if made is not None:
                entries[name] = made
    return entries


def restore(root: Path, blobs: Blobs, index: Index, manifest_id: BlobId) -> None:
    """Remove what the manifest does not have, then write what differs."""
    manifest = cast("Manifest", json.loads(blobs.get_now(manifest_id)))
    with index.lock:
        known = index.load()
        kept = _clear(root, manifest, known)
        after: dict[str, _Entry] = {}
        for name, state in manifest["files"].items():
            path = root / name
            if name not in kept:
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(blobs.path(state["blob"]), path)
            path.chmod(state["mode"])
            after[name] = (_stamp(path.lstat()), state["blob"])
        for name in manifest["folders"]:
            (root / name).mkdir(parents=True, exist_ok=True)
        for name, target in manifest["links"].items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).symlink_to(target)
        index.save(after)
        said = manifest.get("origins", {})
        index.origins.replace({name: read_origin(each) for name, each in said.items()})


def changed(blobs: Blobs, before: BlobId, after: BlobId) -> list[str]:
    """Files and links that are new or different in the later manifest."""
    if before == after:
        return []
    old = cast("Manifest", json.loads(blobs.get_now(before)))
    new = cast("Manifest", json.loads(blobs.get_now(after)))
    files = [name for name, state in new["files"].items() if old["files"].get(name) != state]
    return files + [n for n, target in new["links"].items() if old["links"].get(n) != target]


def size_of(blobs: Blobs, manifest_id: BlobId) -> int:
    """Bytes of all files that the manifest has."""
    manifest = cast("Manifest", json.loads(blobs.get_now(manifest_id)))
    return sum(state["size"] for state in manifest["files"].values())


def _clear(root: Path, manifest: Manifest, known: dict[str, _Entry]) -> set[str]:
    """Leave only unchanged files and folders that are needed; no link survives this."""
    kept: set[str] = set()
    needed = {
        str(parent)
        for name in (
            *manifest["files"],
            *manifest["links"],
            *(f"{f}/x" for f in manifest["folders"]),
        )
        for parent in Path(name).parents
    }
    for folder, names, others in os.walk(root, topdown=False):
        base = Path(folder)
        for name in (*names, *others):
            path = base / name
            relative = str(path.relative_to(root))
            status = path.lstat()
            if stat.S_ISDIR(status.st_mode):
                if relative not in needed:
                    shutil.rmtree(path, ignore_errors=True)
                continue
            state, entry = manifest["files"].get(relative), known.get(relative)
            is_same = state is not None and entry == (_stamp(status), state["blob"])
            if is_same and stat.S_ISREG(status.st_mode):
                kept.add(relative)
            else:
                path.unlink()
    return kept


@overload
def _walk(root: Path) -> _Found: ...


@overload
def _walk(root: Path, most: int) -> _Found | None: ...


def _walk(root: Path, most: int | None = None) -> _Found | None:
    """What there is below `root`; None if that is more than `most` entries."""
    found = _Found({}, {}, [])
    pending = [""]
    seen = 0
    while pending:
        folder = pending.pop()
        try:
            entries = list(islice(os.scandir(root / folder), most and most + 1))
        except OSError:
            continue
        seen += len(entries)
        if most is not None and seen > most:
            return None
        if folder and not entries:
            found.folders.append(folder)
        for entry in entries:
            _sort_in(entry, f"{folder}/{entry.name}" if folder else entry.name, found, pending)
    return found


def _sort_in(entry: "os.DirEntry[str]", name: str, found: _Found, pending: list[str]) -> None:
    with contextlib.suppress(FileNotFoundError):
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            pending.append(name)
        elif stat.S_ISREG(status.st_mode):
            found.files[name] = status
        elif stat.S_ISLNK(status.st_mode):
            found.links[name] = os.readlink(entry.path)


def _keep(blobs: Blobs, path: Path) -> tuple[_Entry, os.stat_result] | None:
    """Put one file into `blobs`; None if it went away or can't be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            return None
        blob = blobs.put_file_now(Path(f"/proc/self/fd/{descriptor}"))
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    stamp = _stamp(after)
    if _stamp(before) != stamp:
        stamp = (0, 0, 0, 0)  # written to meanwhile: look again next time
    return (stamp, blob), after


def _stamp(status: os.stat_result) -> _Stamp:
    return (status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)
