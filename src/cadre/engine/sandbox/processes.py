"""What a tree of processes uses, read from /proc. All of a sandbox descends from its first one."""

import os
from dataclasses import dataclass
from pathlib import Path

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_MOST_READ = 2000  # past this the exact number does not matter


@dataclass(frozen=True, slots=True)
class TreeUse:
    """`memory_bytes` counts a page shared by two processes twice: it can only be too high."""

    processes: int
    memory_bytes: int
    cpu_seconds: float


def measure_tree(root: int, most: int) -> TreeUse:
    """Sum up `root` and its descendants, at most `most` + 1 of them: more is too many anyway."""
    pending, seen = [root], 0
    memory, ticks = 0, 0
    while pending and seen <= most:
        process = pending.pop()
        seen += 1
        pages, spent = _usage(process)
        memory += pages * _PAGE_BYTES
        ticks += spent
        pending += _children(process)
    return TreeUse(seen, memory, ticks / _TICKS)


def deleted_bytes(root: int, device: int) -> int:
    """Bytes of files on `device` that a process holds open and no folder lists any more."""
    total, pending, seen = 0, [root], set[int]()
    while pending and len(seen) < _MOST_READ:
        process = pending.pop()
        pending += _children(process)
        try:
            entries = list(os.scandir(f"/proc/{process}/fd"))
        except OSError:
            continue
        for entry in entries:
            try:
                status = entry.stat()
            except OSError:
                continue
            if status.st_dev == device and status.st_nlink == 0 and status.st_ino not in seen:
                seen.add(status.st_ino)
                total += status.st_blocks * 512
    return total


def _usage(process: int) -> tuple[int, int]:
    """(resident pages, clock ticks spent by it and by children it has waited for)."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return 0, 0
    return int(fields[21]), sum(int(ticks) for ticks in fields[11:15])


def _children(process: int) -> list[int]:
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{process}/task")
    except OSError:
        return found
    for thread in threads:
        try:
            text = Path(f"/proc/{process}/task/{thread}/children").read_text()
        except OSError:
            continue
        found += [int(child) for child in text.split()]
    return found
