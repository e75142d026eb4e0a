"""GET /tools over HTTP."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from cadre.engine.sandbox import Missing, Sandbox, SandboxReport, UnavailableSandbox
from cadre.engine.tools import Toolbox
from cadre.engine.tools.routes import router
from cadre.infra.web import current_scope, install_problems
from cadre.kernel.scope import Scope
from tests.granted import granted


@pytest.fixture
async def app(toolbox: Toolbox) -> FastAPI:
    """A house without a sandbox."""
    missing = Missing("bubblewrap is not installed.", "apt install bubblewrap")
    report = SandboxReport(available=False, kind="bubblewrap", missing=(missing,))
    made = FastAPI()
    made.state.services = {Toolbox: toolbox, Sandbox: UnavailableSandbox(report)}
    install_problems(made)
    made.include_router(router)
    return made


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(granted(app))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


async def test_every_tool_is_listed_with_what_it_may_do_and_why_it_is_off(
    app: FastAPI, client: httpx2.AsyncClient, scope: Scope
):
    app.dependency_overrides[current_scope] = lambda: scope

    answer = await client.get("/tools")

    tools = {tool["name"]: tool for tool in answer.json()["items"]}
    assert answer.json()["next"] is None
    assert tools["read_file"]["read_only"]
    assert tools["read_file"]["available"]
    assert tools["read_file"]["why_not"] is None
    assert tools["shell"]["dangerous"]
    assert not tools["shell"]["available"]
    assert "apt install bubblewrap" in tools["shell"]["why_not"]
    assert tools["sql"]["parameters"]["required"] == ["query"]


async def test_nobody_sees_tools_without_signing_in(client: httpx2.AsyncClient):
    assert (await client.get("/tools")).status_code == 401
