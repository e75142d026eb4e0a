"""The watch over a running command: what the kernel does not bound by itself is polled."""

import asyncio
import os
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from cadre.engine.sandbox.cgroups import Controller, Group
from cadre.engine.sandbox.ports import Killed, Limits
from cadre.engine.sandbox.processes import deleted_bytes, measure_tree

_INTERVAL_SECONDS = 0.04
_DISK_INTERVAL_SECONDS = 0.2
_DISK_SHARE = 0.1  # of one core, at most, goes into walking the workspace
_MOST_NEW_FILES = 50_000
_LEAST_FREE_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Watch:
    """`breach` returns when a limit is broken; until then it never does.

    `counted` are the controllers by which the kernel itself counts.
    """

    first_process: int
    workspace: Path
    limits: Limits
    group: Group | None
    counted: Collection[Controller]

    async def breach(self) -> Killed:
        """Poll until something is broken."""
        watches = [asyncio.ensure_future(self._use()), asyncio.ensure_future(self._disk())]
        try:
            done, _ = await asyncio.wait(watches, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            for watch in watches:
                watch.cancel()
            await asyncio.gather(*watches, return_exceptions=True)

    def enforced(self) -> Killed | None:
        """What the kernel has enforced so far."""
        return None if self.group is None else self.group.breach()

    async def _use(self) -> Killed:
        while True:
            broken = self.enforced() or self._of_tree()
            if broken is not None:
                return broken
            await asyncio.sleep(_INTERVAL_SECONDS)

    def _of_tree(self) -> Killed | None:
        use = measure_tree(self.first_process, self.limits.processes)
        if use.processes > self.limits.processes:
            return "processes"
        if use.cpu_seconds > self.limits.cpu_seconds:
            return "cpu"
        if "memory" not in self.counted and use.memory_bytes > self.limits.memory_bytes:
            return "memory"
        return None

    async def _disk(self) -> Killed:
        before = await asyncio.to_thread(self._measure_disk)
        spent = 0.0
        while True:
            await asyncio.sleep(max(_DISK_INTERVAL_SECONDS, spent / _DISK_SHARE))
            started = time.monotonic()
            use = await asyncio.to_thread(self._measure_disk)
            spent = time.monotonic() - started
            if self._is_full(before, use):
                return "disk"

    def _is_full(self, before: "DiskUse", now: "DiskUse") -> bool:
        return (
            now.bytes - before.bytes > self.limits.disk_bytes
            or now.files - before.files > _MOST_NEW_FILES
            or now.free_bytes < min(_LEAST_FREE_BYTES, before.free_bytes)
        )

    def _measure_disk(self) -> "DiskUse":
        use = measure_disk(self.workspace)
        device = self.workspace.stat().st_dev
        use.bytes += deleted_bytes(self.first_process, device)
        return use


@dataclass(slots=True)
class DiskUse:
    """`bytes` are those really allocated: a hole in a sparse file costs nothing."""

    bytes: int
    files: int
    free_bytes: int


def measure_disk(folder: Path) -> DiskUse:
    """Walk `folder` without following links."""
    status = os.statvfs(folder)
    use = DiskUse(0, 0, status.f_bavail * status.f_frsize)
    pending = [str(folder)]
    while pending:
        try:
            entries = list(os.scandir(pending.pop()))
        except OSError:
            continue
        for entry in entries:
            use.files += 1
            try:
                use.bytes += entry.stat(follow_symlinks=False).st_blocks * 512
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
            except OSError:
                continue
    return use
