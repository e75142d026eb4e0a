"""Spool: events that the database did not take, one line each, until it does.

Each process locks its file for as long as it lives; a file that nobody locks is of a dead
process, and whoever finds it takes it over. A line is on the disk when `append` returns.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import orjson

from cadre.infra.telemetry import get_logger
from cadre.kernel.ids import new_id
from cadre.trust.audit.entry import Record

_SUFFIX = ".jsonl"
_REJECTED = "rejected.txt"
_PROBE = b" " * 4_096
_log = get_logger("audit")


class Spool:
    """The file of this process in `folder`, made with the first line, and those of dead ones."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"{new_id('audit')}{_SUFFIX}"
        self._descriptor: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing of this process waits."""
        return self._descriptor is None or os.fstat(self._descriptor).st_size == 0

    def append(self, record: Record) -> None:
        """Keep `record` whole, or raise `OSError` and leave no trace."""
        self._write(orjson.dumps(asdict(record)) + b"\n")

    def probe(self) -> None:
        """Raise `OSError` if there is no room for a line."""
        descriptor = self._open()
        size = os.fstat(descriptor).st_size
        self._write(_PROBE)
        os.ftruncate(descriptor, size)

    def waiting(self) -> list[Record]:
        """What this process has kept."""
        return [] if self._descriptor is None else list(_read(self._descriptor))

    def clear(self) -> None:
        """Forget it: it is in the database."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)

    def left_behind(self) -> Iterator[tuple[Path, list[Record]]]:
        """Files of dead processes and what they hold; one that was written is to be removed."""
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            if path == self._path:
                continue
            try:
                descriptor = os.open(path, os.O_RDWR)
            except FileNotFoundError:  # another process was quicker
                continue
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if path.exists():
                    yield path, list(_read(descriptor))
            except BlockingIOError:
                pass
            finally:
                os.close(descriptor)

    def set_aside(self, record: Record) -> None:
        """Keep what no database takes, for a person to look at."""
        with (self._folder / _REJECTED).open("ab") as file:
            file.write(orjson.dumps(asdict(record)) + b"\n")

    def close(self) -> None:
        if self._descriptor is not None:
            if self.is_empty:
                self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        if self._descriptor is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
            self._descriptor = os.open(self._path, flags, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        return self._descriptor

    def _write(self, line: bytes) -> None:
        descriptor = self._open()
        size = os.fstat(descriptor).st_size
        try:
            if os.write(descriptor, line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, size)
            raise


def _read(descriptor: int) -> Iterator[Record]:
    size = os.fstat(descriptor).st_size
    for line in os.pread(descriptor, size, 0).split(b"\n"):
        if not line.strip():
            continue
        try:
            yield Record(**orjson.loads(line))
        except (orjson.JSONDecodeError, TypeError):
            _log.error("audit_line_torn", bytes=len(line))
