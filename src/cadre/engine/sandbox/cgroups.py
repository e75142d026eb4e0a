"""Control groups, version 1 or 2, where this process may make its own.

A group is made beside the caller (version 2, whose rule is that only leaves hold processes) or
below it (version 1), so whatever bounds the caller still bounds the command.
"""

import contextlib
import os
import time
from collections.abc import Collection
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal, Protocol

from cadre.engine.sandbox.ports import Killed, Limits

_MOUNTS = Path("/sys/fs/cgroup")
_PREFIX = "cadre-sandbox-"
_numbers = count()

Controller = Literal["memory", "pids"]


class Group(Protocol):
    """The groups of one command."""

    def add(self, process: int) -> None:
        """Move a process in; its children are born inside."""
        ...

    def breach(self) -> Killed | None:
        """Which limit the kernel has enforced so far."""
        ...

    def remove(self) -> None:
        """Remove it, once its processes are gone."""
        ...


@dataclass(frozen=True, slots=True)
class Cgroups:
    """Where groups can be made; a controller that can't be used has no entry."""

    version: Literal[1, 2]
    parents: dict[Controller, Path]

    @classmethod
    def find(cls, wanted: Collection[Controller]) -> "Cgroups | None":
        """Try version 1, then 2, by really making a group; None if neither can be written."""
        lines = _own_lines()
        for candidate in (cls(1, _parents_v1(lines)), cls(2, _parents_v2(lines))):
            usable: dict[Controller, Path] = {
                c: path
                for c, path in candidate.parents.items()
                if c in wanted and _is_writable(path)
            }
            if usable:
                found = cls(candidate.version, usable)
                found.sweep()
                return found
        return None

    def create(self, limits: Limits) -> Group:
        """Make a group with these limits; raises OSError if that fails after all."""
        name = f"{_PREFIX}{os.getpid()}-{next(_numbers)}"
        group = _Group(self.version, {c: path / name for c, path in self.parents.items()})
        try:
            group.create(limits)
        except OSError:
            group.remove()
            raise
        return group

    def sweep(self) -> None:
        """Remove the empty groups of processes that died without doing so."""
        for parent in set(self.parents.values()):
            for path in parent.glob(f"{_PREFIX}*"):
                owner = path.name.removeprefix(_PREFIX).split("-")[0]
                if not Path(f"/proc/{owner}").exists():
                    with contextlib.suppress(OSError):
                        path.rmdir()


@dataclass(frozen=True, slots=True)
class _Group:
    version: Literal[1, 2]
    paths: dict[Controller, Path]

    def create(self, limits: Limits) -> None:
        for path in set(self.paths.values()):
            path.mkdir()
        memory, pids = self.paths.get("memory"), self.paths.get("pids")
        if memory is not None:
            limit = str(limits.memory_bytes)
            names = ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes")
            if self.version == 2:
                names = ("memory.max", "memory.swap.max")
                (memory / "memory.max").write_text(limit)
                limit = "0"
            else:
                (memory / names[0]).write_text(limit)
            with contextlib.suppress(OSError):  # no swap accounting: then no swap limit either
                (memory / names[1]).write_text(limit)
        if pids is not None:
            (pids / "pids.max").write_text(str(limits.processes))

    def add(self, process: int) -> None:
        for path in set(self.paths.values()):
            (path / "cgroup.procs").write_text(str(process))

    def breach(self) -> Killed | None:
        memory = self.paths.get("memory")
        if memory is not None:
            source = "memory.events" if self.version == 2 else "memory.oom_control"
            if _counter(memory / source, "oom_kill") > 0:
                return "memory"
        pids = self.paths.get("pids")
        if pids is not None and _counter(pids / "pids.events", "max") > 0:
            return "processes"
        return None

    def remove(self) -> None:
        for path in set(self.paths.values()):
            _remove(path)


def _own_lines() -> list[list[str]]:
    """`/proc/self/cgroup` as [hierarchy, controllers, path] rows."""
    try:
        text = Path("/proc/self/cgroup").read_text()
    except OSError:
        return []
    return [line.split(":", 2) for line in text.splitlines()]


def _parents_v1(lines: list[list[str]]) -> dict[Controller, Path]:
    parents: dict[Controller, Path] = {}
    for _, controllers, path in lines:
        for controller in controllers.split(","):
            if controller in ("memory", "pids"):
                parents[controller] = _MOUNTS / controllers / path.lstrip("/")
    return parents


def _parents_v2(lines: list[list[str]]) -> dict[Controller, Path]:
    own = next((path for number, names, path in lines if number == "0" and not names), None)
    if own is None or own == "/":
        return {}
    parent = (_MOUNTS / own.lstrip("/")).parent
    try:
        enabled = (parent / "cgroup.subtree_control").read_text().split()
    except OSError:
        return {}
    controllers: tuple[Controller, ...] = ("memory", "pids")
    return {controller: parent for controller in controllers if controller in enabled}


def _is_writable(parent: Path) -> bool:
    trial = parent / f"{_PREFIX}{os.getpid()}-trial-{next(_numbers)}"
    try:
        trial.mkdir()
        trial.rmdir()
    except OSError:
        return False
    # Moving a process in needs the right to write where it comes from, too.
    return os.access(parent / "cgroup.procs", os.W_OK)


def _counter(path: Path, name: str) -> int:
    try:
        rows = [line.split() for line in path.read_text().splitlines()]
    except OSError:
        return 0
    return next((int(row[1]) for row in rows if len(row) == 2 and row[0] == name), 0)


def _remove(path: Path) -> None:
    """The last process may take a moment to leave; the next sweep gets what stays."""
    for _ in range(20):
        try:
            path.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.005)
        else:
            return
