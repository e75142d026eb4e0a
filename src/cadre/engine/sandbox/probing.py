"""The probe: what a machine needs for the sandbox, found by trying, and how to get it."""

import os
import platform
import shutil
from pathlib import Path

from cadre.engine.sandbox import seccomp
from cadre.engine.sandbox.cgroups import Cgroups
from cadre.engine.sandbox.ports import Command, Limits, Missing, Result

_HEADROOM = 32
_TRIAL = (
    "import os, socket; print('inside', os.getpid() < 10, [n for _, n in socket.if_nameindex()])"
)
_EXPECTED = b"inside True ['lo']"


def missing_programs() -> tuple[Missing, ...]:
    """What is not installed."""
    missing: list[Missing] = []
    if platform.system() != "Linux":
        return (Missing("The sandbox needs Linux.", "Run cadre in a Linux machine or container."),)
    if not seccomp.is_supported():
        missing.append(
            Missing(f"No system call filter for {platform.machine()}.", "Use x86-64 or ARM64.")
        )
    if shutil.which("bwrap") is None:
        missing.append(Missing("bubblewrap is not installed.", "apt install bubblewrap"))
    if shutil.which("prlimit") is None:
        missing.append(Missing("prlimit is not installed.", "apt install util-linux"))
    return tuple(missing)


def trial(folder: Path) -> Command:
    """A command that shows whether the namespaces are really its own."""
    return Command(
        argv=("python", "-IS", "-c", _TRIAL), workspace=folder, limits=Limits(wall_seconds=15)
    )


def explain(result: Result) -> tuple[Missing, ...]:
    """Nothing if the trial went well, otherwise what the machine lacks."""
    if result.exit_code == 0 and result.stdout.strip() == _EXPECTED:
        return ()
    said = result.stderr.decode(errors="replace").strip() or result.stdout.decode(errors="replace")
    what = f"bubblewrap can't make a sandbox here ({said[:300] or result.killed})."
    return (Missing(what, _remedy(said)),)


def describe_limits(cgroups: Cgroups | None) -> dict[str, str]:
    """By which means each limit is enforced."""
    groups = {} if cgroups is None else cgroups.parents
    name = "" if cgroups is None else f"control group v{cgroups.version}"
    return {
        "memory": name if "memory" in groups else "rlimit and watch",
        "processes": name if "pids" in groups else "rlimit and watch",
        "cpu": "rlimit and watch",
        "disk": "rlimit and watch",
        "output": "bounded pipes",
        "wall_time": "timer",
        "network": "own namespace; egress proxy for allowed hosts",
    }


def unbounded_processes(cgroups: Cgroups | None) -> tuple[Missing, ...]:
    """A watch alone does not win against a fork bomb; the kernel must count, and it exempts root."""
    if os.geteuid() != 0 or (cgroups is not None and "pids" in cgroups.parents):
        return ()
    return (
        Missing(
            "Nothing bounds the number of processes: cadre runs as root and can't make control groups.",
            "Run cadre as an ordinary user, or mount /sys/fs/cgroup writable.",
        ),
    )


def process_rlimit(processes: int) -> int:
    """RLIMIT_NPROC: somewhat above what the watch allows, so that the watch sees the breach.

    Linux 5.14 counts per user namespace; before, everything of the user counts.
    """
    release = platform.release().replace("-", ".").split(".")
    is_per_namespace = (int(release[0]), int(release[1])) >= (5, 14)
    return processes + _HEADROOM + (0 if is_per_namespace else _tasks_of_user())


def _tasks_of_user() -> int:
    total, user = 0, os.geteuid()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid == user:
                total += len(os.listdir(folder / "task"))
        except OSError:
            continue
    return total


def _remedy(said: str) -> str:
    if _switch("kernel/unprivileged_userns_clone") == "0":
        return "sysctl -w kernel.unprivileged_userns_clone=1"
    if _switch("user/max_user_namespaces") == "0":
        return "sysctl -w user.max_user_namespaces=15000"
    if _switch("kernel/apparmor_restrict_unprivileged_userns") == "1" and os.geteuid() != 0:
        return "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (or an AppArmor profile for bwrap)"
    if "proc" in said or Path("/.dockerenv").exists():
        return (
            "In a container, start it with --security-opt seccomp=unconfined "
            "--security-opt systempaths=unconfined, or run cadre on the machine itself."
        )
    return "Check that `bwrap --unshare-all --ro-bind / / true` works for this user."


def _switch(name: str) -> str:
    try:
        return Path(f"/proc/sys/{name}").read_text().strip()
    except OSError:
        return ""
