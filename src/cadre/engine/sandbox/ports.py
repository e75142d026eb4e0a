"""What a sandbox promises: a command runs with these files, limits and network, and nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from cadre.kernel.errors import Unavailable

WORKSPACE = "/workspace"  # where a command sees its workspace
READ_ONLY_ROOT = "/mnt"  # a read-only bind appears here under its own name

Killed = Literal["wall_time", "memory", "cpu", "output", "disk", "processes", "cancelled"]


class SandboxUnavailable(Unavailable):
    """This machine can't isolate code, so no code is run at all."""

    code = "sandbox_unavailable"
    title = "Code can't be run safely on this machine"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one command may use. `disk_bytes` is growth of the workspace, all files together."""

    cpu_seconds: float = 60.0
    memory_bytes: int = 1 << 30
    processes: int = 256
    wall_seconds: float = 60.0
    disk_bytes: int = 1 << 30
    file_bytes: int = 512 << 20
    output_bytes: int = 10 << 20


@dataclass(frozen=True, slots=True)
class Command:
    """`network` lists `host`, `host:port`, `*.domain` or literal addresses; empty: no network.

    A path of `read_only_binds` appears as `/mnt/<its name>`. `environment` is all that the
    command sees of an environment, besides PATH, HOME, LANG and the like.
    """

    argv: tuple[str, ...]
    workspace: Path
    stdin: bytes = b""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    limits: Limits = field(default_factory=Limits)
    network: tuple[str, ...] = ()
    on_output: Callable[[bytes], None] | None = None
    read_only_binds: tuple[Path, ...] = ()
    is_workspace_read_only: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """`killed` names the limit that ended it; None: it ended by itself."""

    exit_code: int
    stdout: bytes
    stderr: bytes
    truncated: bool
    duration_seconds: float
    killed: Killed | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that this machine lacks and the command or setting that would fix it."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class SandboxReport:
    """`limits` says by which means each limit is enforced."""

    available: bool
    kind: str
    limits: Mapping[str, str] = field(default_factory=dict[str, str])
    missing: tuple[Missing, ...] = ()

    @property
    def reason(self) -> str:
        """One sentence for a person: why code tools are off, or empty."""
        return " ".join(f"{item.what} {item.remedy}" for item in self.missing)


class Sandbox(Protocol):
    """Runs commands that nobody trusts."""

    async def run(self, command: Command) -> Result:
        """Run to the end or to a limit; raise `SandboxUnavailable` if nothing can be run.

        When the caller is cancelled, every process of the command is gone before
        `CancelledError` leaves here.
        """
        ...

    async def probe(self) -> SandboxReport:
        """Really try it, and say what is missing."""
        ...
