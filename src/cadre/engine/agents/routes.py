"""Agents over HTTP; also the tools that they can be given, and the gate's word on a call."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Request

from cadre.engine.agents.schemas import (
    Agent,
    AgentSummary,
    AgentText,
    AgentVersion,
    ExplainInput,
    ToolInfo,
)
from cadre.engine.agents.service import Agents
from cadre.engine.gate import Gate, Mandate, Ruling
from cadre.engine.sandbox import SandboxReport
from cadre.engine.tools import Toolbox, why_not
from cadre.infra.web import (
    CurrentScope,
    Provide,
    Reading,
    Writing,
    grants_of,
    requires,
    requires_some,
)
from cadre.kernel.messages import ToolCall
from cadre.kernel.paging import Page
from cadre.kernel.values import Int32

router = APIRouter(tags=["agents"])

_Agents = Annotated[Agents, Provide(Agents)]
_Gate = Annotated[Gate, Provide(Gate)]
_Toolbox = Annotated[Toolbox, Provide(Toolbox)]
_Report = Annotated[SandboxReport, Provide(SandboxReport)]


@router.get("/agents", dependencies=[requires_some("agents:read")])
async def list_agents(work: Reading, agents: _Agents, request: Request) -> Page[AgentSummary]:
    """The newest version of every agent that you may see."""
    grants = grants_of(request)
    items = [
        each
        for each in await agents.listing(work)
        if grants.allows("agents:read", f"agent:{each.name}")
    ]
    return Page[AgentSummary](items=items)


@router.get("/agents/{name}", dependencies=[requires("agents:read", "agent:{name}")])
async def get_agent(
    work: Reading, agents: _Agents, name: str, version: Int32 | None = None
) -> Agent:
    """One version, by default the newest, with its YAML exactly as it was put."""
    return await agents.get(work, name, version)


@router.put("/agents/{name}", dependencies=[requires("agents:write", "agent:{name}")])
async def put_agent(work: Writing, agents: _Agents, name: str, body: AgentText) -> Agent:
    """Save a definition as a new version."""
    return await agents.put(work, name, body.yaml)


@router.post("/agents/check", status_code=204, dependencies=[requires_some("agents:write")])
async def check_agent(_: CurrentScope, agents: _Agents, body: AgentText) -> None:
    """Say what is wrong with a definition, as saving it would; nothing is kept."""
    agents.check(body.yaml)


@router.get("/agents/{name}/versions", dependencies=[requires("agents:read", "agent:{name}")])
async def list_agent_versions(work: Reading, agents: _Agents, name: str) -> Page[AgentVersion]:
    """The history of an agent, newest first."""
    return Page[AgentVersion](items=await agents.versions(work, name))


@router.delete(
    "/agents/{name}", status_code=204, dependencies=[requires("agents:write", "agent:{name}")]
)
async def delete_agent(work: Writing, agents: _Agents, name: str) -> None:
    """Forget the org's own versions; runs keep what they began with."""
    await agents.delete(work, name)


@router.get("/tools", dependencies=[requires_some("agents:read")])
async def list_tools(_: CurrentScope, toolbox: _Toolbox, report: _Report) -> Page[ToolInfo]:
    """Installed tools, and why one is off on this machine."""
    items = [ToolInfo.of(tool, why_not(tool, report)) for tool in toolbox.all()]
    return Page[ToolInfo](items=items)


@router.post("/gate/explain", dependencies=[requires("gate:read")])
async def explain_call(
    work: Reading, gate: _Gate, agents: _Agents, toolbox: _Toolbox, body: ExplainInput
) -> Ruling:
    """What would happen to this call, and which rule says so. Nothing is done."""
    call = ToolCall(id="explain", name=body.tool, arguments=orjson.dumps(body.arguments).decode())
    if body.agent is None:
        names = [tool.name for tool in toolbox.all()]
        mandate = Mandate(agent=None, tools=names, layers=[], tainted=body.tainted)
    else:
        definition = await agents.definition(work, body.agent)
        mandate = Mandate(
            agent=definition.name,
            tools=definition.tools,
            layers=[definition.rules],
            tainted=body.tainted,
            secrets=definition.secrets,
        )
    return await gate.explain(work, call, mandate)
