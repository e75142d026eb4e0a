"""The watch over a running command: what the kernel does not bound by itself is polled."""

import asyncio
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from cadre.engine.sandbox.cgroups import Group
from cadre.engine.sandbox.ports import Killed, Limits
from cadre.engine.sandbox.processes import deleted_bytes, measure_tree

_INTERVAL_SECONDS = 0.04
_DISK_SHARE = 0.1  # of one core, at most, goes into walking the workspace
_MOST_NEW_FILES = 50_000
_LEAST_FREE_BYTES = 256 << 20


@dataclass(slots=True)
class Watch:
    """`breach` returns when a limit is broken; until then it never does."""

    first_process: int
    workspace: Path
    limits: Limits
    group: Group | None
    is_memory_counted: bool
    _before: "DiskUse | None" = field(default=None, init=False)
    _next_disk_at: float = field(default=0.0, init=False)

    async def breach(self) -> Killed:
        """Poll until something is broken."""
        while True:
            broken = self._of_kernel() or self._of_tree() or await self._of_disk()
            if broken is not None:
                return broken
            await asyncio.sleep(_INTERVAL_SECONDS)

    def final_breach(self) -> Killed | None:
        """What the kernel enforced just before the command ended."""
        return self._of_kernel()

    def _of_kernel(self) -> Killed | None:
        return None if self.group is None else self.group.breach()

    def _of_tree(self) -> Killed | None:
        use = measure_tree(self.first_process)
        if use.cpu_seconds > self.limits.cpu_seconds:
            return "cpu"
        if use.processes > self.limits.processes:
            return "processes"
        if not self.is_memory_counted and use.memory_bytes > self.limits.memory_bytes:
            return "memory"
        return None

    async def _of_disk(self) -> Killed | None:
        now = time.monotonic()
        if now < self._next_disk_at:
            return None
        use = await asyncio.to_thread(self._measure_disk)
        spent = time.monotonic() - now
        self._next_disk_at = time.monotonic() + max(0.2, spent / _DISK_SHARE)
        if self._before is None:
            self._before = use
        is_full = (
            use.bytes - self._before.bytes > self.limits.disk_bytes
            or use.files - self._before.files > _MOST_NEW_FILES
            or use.free_bytes < min(_LEAST_FREE_BYTES, self._before.free_bytes)
        )
        return "disk" if is_full else None

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
