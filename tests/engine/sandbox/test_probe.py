"""The probe says what works by trying it, and how to get what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cadre.engine.sandbox import (
    BubblewrapSandbox,
    Command,
    SandboxUnavailable,
    UnavailableSandbox,
    open_sandbox,
)


async def test_the_probe_names_how_each_limit_is_enforced(sandbox: BubblewrapSandbox):
    report = await sandbox.probe()

    assert report.available
    assert set(report.limits) >= {"memory", "processes", "cpu", "disk", "output", "wall_time"}
    assert report.reason == ""


async def test_a_machine_without_bubblewrap_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("PATH", str(tmp_path))

    sandbox = await open_sandbox()
    report = await sandbox.probe()

    assert isinstance(sandbox, UnavailableSandbox)
    assert not report.available
    assert "apt install bubblewrap" in report.reason
    with pytest.raises(SandboxUnavailable, match="apt install bubblewrap"):
        await sandbox.run(Command(argv=("true",), workspace=tmp_path))


async def test_a_bubblewrap_that_cannot_work_is_found_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    program = tmp_path / "bwrap"
    program.write_text(
        "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2; exit 1\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    report = await BubblewrapSandbox().probe()

    assert not report.available
    assert "No permissions to create new namespace" in report.reason
    assert report.missing[0].remedy


@pytest.mark.skipif(os.geteuid() != 0, reason="the kernel bounds ordinary users")
async def test_root_without_control_groups_is_refused_because_nothing_stops_a_fork_bomb():
    report = await BubblewrapSandbox(controllers=()).probe()

    assert not report.available
    assert "Run cadre as an ordinary user" in report.reason


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_it_works_as_an_ordinary_user(tmp_path: Path):
    interpreter = f"/usr/bin/python3.{sys.version_info.minor}"
    if not Path(interpreter).exists():
        pytest.skip(f"{interpreter} is not installed")
    code = """
import asyncio, os, tempfile
from pathlib import Path
from cadre.engine.sandbox import BubblewrapSandbox, Command, Limits
async def main():
    sandbox, folder = BubblewrapSandbox(), Path(tempfile.mkdtemp())
    async def killed(script):
        limits = Limits(memory_bytes=200 << 20, processes=60, wall_seconds=15)
        return (await sandbox.run(Command(("bash", "-c", script), folder, limits=limits))).killed
    print(os.getuid(), (await sandbox.probe()).available)
    print(await killed("b() { b | b & b; }; b"))
    print(await killed("python -c 'x = [bytearray(b\\"x\\") * 10_000_000 for _ in range(1000)]'"))
asyncio.run(main())
"""
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    source = Path(__file__).parents[3] / "src"
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", interpreter, "-c", code],
        env={"PYTHONPATH": f"{packages}:{source}", "PATH": os.environ["PATH"]},
        cwd="/tmp",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.stdout.split() == ["65534", "True", "processes", "memory"], done.stderr
