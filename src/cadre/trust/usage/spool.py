"""Spool: what was recorded and is not in the database yet, one line each, in files of this process.

A line that `append` has handed to the operating system survives the end of the process, however
it ends. Each process locks its two files for as long as it lives: lines go to one while the
other is written to the database, then emptied. Files that nobody locks are of dead
processes: whoever finds one takes it over.
"""

import errno
import fcntl
import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from cadre.infra.telemetry import get_logger
from cadre.kernel.ids import new_id

_READ_BYTES = 1 << 18
_SUFFIX = ".jsonl"
_PROBE = b"\n" * 16_384  # a few bytes may still fit where no line does
_log = get_logger("usage")


class Segment:
    """One locked file of lines."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self.size = os.fstat(descriptor).st_size

    @classmethod
    def open(cls, path: Path) -> "Segment | None":
        """The file `path`, made if need be; None if a living process has it."""
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever had it may have removed it just before we got the lock.
            if os.fstat(descriptor).st_ino == path.stat().st_ino:
                return cls(path, descriptor)
        except OSError:
            pass
        os.close(descriptor)
        return None

    def append(self, line: bytes) -> None:
        """Hand `line` to the operating system whole, or raise `OSError` and leave no trace."""
        written = os.write(self._descriptor, line)
        if written != len(line):
            os.ftruncate(self._descriptor, self.size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.size += written

    def batches(self, most: int) -> Iterator[Sequence[bytes]]:
        """Its lines in order. A last one that was torn by a crash is left out and reported."""
        lines: list[bytes] = []
        rest, position = b"", 0
        while part := os.pread(self._descriptor, _READ_BYTES, position):
            position += len(part)
            *whole, rest = (rest + part).split(b"\n")
            lines += whole
            while len(lines) >= most:
                yield lines[:most]
                lines = lines[most:]
        if lines:
            yield lines
        if rest:
            _log.warning("usage_line_torn", file=self.path.name, bytes=len(rest))

    def cut(self, length: int) -> None:
        """Forget the last `length` bytes."""
        os.ftruncate(self._descriptor, self.size - length)
        self.size -= length

    def clear(self) -> None:
        """Forget the lines: they are in the database."""
        self.cut(self.size)

    def close(self, *, remove: bool) -> None:
        if remove:
            self.path.unlink(missing_ok=True)
        os.close(self._descriptor)


class Spool:
    """The files in `folder`: two of this process, and what dead ones left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._active, self._idle = self._make(), self._make()

    def append(self, line: bytes) -> None:
        """Keep `line`, which ends in a newline, or raise `OSError`."""
        self._active.append(line)

    def probe(self) -> None:
        """Raise `OSError` if there is no room for new lines."""
        self._active.append(_PROBE)
        self._active.cut(len(_PROBE))

    @property
    def is_empty(self) -> bool:
        return not (self._active.size or self._idle.size)

    def take(self) -> Segment:
        """Lines to write to the database and then `clear`; new ones go elsewhere meanwhile."""
        if not self._idle.size:
            self._active, self._idle = self._idle, self._active
        return self._idle

    @contextmanager
    def left_behind(self) -> Generator[list[Segment]]:
        """Files of dead processes, locked; those that were emptied in the block are removed."""
        own = {self._active.path, self._idle.path}
        paths = [path for path in self.folder.glob(f"*{_SUFFIX}") if path not in own]
        found: list[Segment] = []
        for path in sorted(paths):
            with suppress(FileNotFoundError):  # another process was quicker
                if segment := Segment.open(path):
                    found.append(segment)
        try:
            yield found
        finally:
            for segment in found:
                segment.close(remove=segment.size == 0)

    def set_aside(self, line: bytes) -> None:
        """Keep a line that no database takes, for a person to look at."""
        with (self.folder / "rejected.txt").open("ab") as file:
            file.write(line + b"\n")

    def close(self) -> None:
        for segment in (self._active, self._idle):
            segment.close(remove=segment.size == 0)

    def _make(self) -> Segment:
        while True:
            segment = Segment.open(self.folder / f"{new_id('spool')}{_SUFFIX}")
            if segment is not None:  # else another process took it for one of the dead
                return segment
