"""GET /tools: what agents can be given, and why a tool may be off on this machine."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from cadre.engine.sandbox import Sandbox
from cadre.engine.tools.toolbox import Toolbox, why_not
from cadre.infra.web import CurrentScope, Provide, requires_some
from cadre.kernel.messages import Json
from cadre.kernel.paging import Page

router = APIRouter(prefix="/tools", tags=["tools"])


class ToolView(BaseModel):
    """`why_not` says what would make an unavailable tool available."""

    name: str
    description: str
    parameters: dict[str, Json]
    read_only: bool
    idempotent: bool
    dangerous: bool
    outside: bool
    available: bool
    why_not: str | None


@router.get("", dependencies=[requires_some("agents:read")])
async def list_tools(
    _: CurrentScope,
    toolbox: Annotated[Toolbox, Provide(Toolbox)],
    sandbox: Annotated[Sandbox, Provide(Sandbox)],
) -> Page[ToolView]:
    """Every installed tool."""
    report = await sandbox.probe()
    views: list[ToolView] = []
    for tool in toolbox.all():
        reason = why_not(tool, report)
        views.append(
            ToolView(
                name=tool.name,
                description=tool.description,
                parameters=tool.parameters,
                read_only=tool.read_only,
                idempotent=tool.idempotent,
                dangerous=tool.dangerous,
                outside=tool.outside,
                available=reason is None,
                why_not=reason,
            )
        )
    return Page[ToolView](items=views)
