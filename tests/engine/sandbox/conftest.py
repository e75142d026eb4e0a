import asyncio
from pathlib import Path

import pytest

from cadre.engine.sandbox import BubblewrapSandbox, Command, Limits, Result, Sandbox


@pytest.fixture
async def sandbox(private_folder: Path) -> BubblewrapSandbox:
    """The sandbox with all that this machine offers."""
    return await _working(BubblewrapSandbox(private_paths=[private_folder]))


@pytest.fixture(params=["memory,pids", "pids"])
async def either_sandbox(request: pytest.FixtureRequest) -> BubblewrapSandbox:
    """With memory counted by the kernel, and with memory watched."""
    return await _working(BubblewrapSandbox(controllers=request.param.split(",")))


async def _working(sandbox: BubblewrapSandbox) -> BubblewrapSandbox:
    report = await sandbox.probe()
    if not report.available:
        pytest.skip(report.reason)
    return sandbox


@pytest.fixture
def private_folder(tmp_path: Path) -> Path:
    """Stands for cadre's own data: it lies beside the workspace and holds a secret."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "master.key").write_text("the-master-key")
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


def python(code: str, workspace: Path, limits: Limits | None = None) -> Command:
    return Command(
        argv=("python", "-c", code), workspace=workspace, limits=limits or Limits(wall_seconds=20)
    )


def shell(script: str, workspace: Path, limits: Limits | None = None) -> Command:
    return Command(
        argv=("bash", "-c", script), workspace=workspace, limits=limits or Limits(wall_seconds=20)
    )


async def run(sandbox: Sandbox, command: Command) -> Result:
    """Run with a guard against a hang of the sandbox itself."""
    async with asyncio.timeout(30):
        return await sandbox.run(command)


def processes_named(marker: str) -> list[str]:
    """Processes of this machine whose command line holds `marker`."""
    found: list[str] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if marker in line:
            found.append(f"{folder.name}: {line}")
    return found
