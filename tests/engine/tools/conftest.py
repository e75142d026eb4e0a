import base64
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from cadre.engine.sandbox import BubblewrapSandbox
from cadre.engine.tools import Toolbox, ToolContext, ToolOutput, Workspace, Workspaces
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope

Act = Callable[..., Coroutine[Any, Any, ToolOutput]]

ORDERS = """id,region,amount,postcode,ordered_on,note
1,North,10.10,01234,2024-01-31,plain
2,South,20.20,02345,2024-02-01,"with, comma"
3,North,0.30,99999,2024-02-02,
"""
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def workspaces(tmp_path: Path, blobs: Blobs) -> Workspaces:
    return Workspaces(tmp_path / "workspaces", blobs, quota_bytes=100_000_000)


@pytest.fixture
def workspace(workspaces: Workspaces) -> Workspace:
    return workspaces.open("run_1")


@pytest.fixture
def frames() -> list[dict[str, Json]]:
    return []


@pytest.fixture(scope="session")
def sandbox() -> BubblewrapSandbox:
    """One for all tests, because it remembers its probe."""
    return BubblewrapSandbox()


@pytest.fixture
async def context(
    scope: Scope,
    workspace: Workspace,
    frames: list[dict[str, Json]],
    sandbox: BubblewrapSandbox,
) -> AsyncIterator[ToolContext]:
    async with HttpClient() as http:
        yield ToolContext(scope, workspace, sandbox, http, frames.append, "run_1/tool/1")


@pytest.fixture(scope="session")
def toolbox() -> Toolbox:
    return Toolbox.installed()


@pytest.fixture
def act(toolbox: Toolbox, context: ToolContext) -> Act:
    """Call a tool by name."""

    async def call(tool: str, **arguments: Json) -> ToolOutput:
        return await toolbox.act(toolbox.get(tool), arguments, context)

    return call


@pytest.fixture
async def needs_sandbox(context: ToolContext) -> None:
    report = await context.sandbox.probe()
    if not report.available:
        pytest.skip(report.reason)
