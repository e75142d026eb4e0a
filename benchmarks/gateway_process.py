"""A gateway's process: started, watched until it answers, measured, and stopped with all its children."""

import os
import socket
import subprocess
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.options import ROOT, environment

_STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Door:
    """Where a gateway, or the upstream itself, is asked; `pid` is the root of its processes."""

    pid: int
    url: str
    model: str
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def cpu_seconds(self) -> float:
        """What its processes have used so far, those that have ended included."""
        return sum(sum(each.cpu_times()[:4]) for each in _tree(self.pid))

    def resident_bytes(self) -> int:
        return sum(each.memory_info().rss for each in _tree(self.pid))


@contextmanager
def started(
    command: Sequence[str | os.PathLike[str]],
    log: Path,
    port: int,
    *,
    patience_seconds: float = 120.0,
    **more: str,
) -> Generator[int]:
    """Run `command` until the block ends; enter it, with the process's id, once `port` takes connections.

    `more` is added to its environment. What it says goes to `log`.
    """
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(**more), stdin=subprocess.DEVNULL,
            stdout=out, stderr=out,
        )  # fmt: skip
    try:
        end = time.monotonic() + patience_seconds
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > end:
                said = log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{Path(command[0]).name} did not start: {said}")
            time.sleep(0.02)
        yield process.pid
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """Ask the process to end, then end it, and whatever it has left running."""
    tree = _tree(process.pid)
    process.terminate()
    _, alive = psutil.wait_procs(tree, _STOP_SECONDS)
    for each in alive:
        each.kill()
    process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _tree(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
