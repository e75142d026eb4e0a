"""The gate rules of an org over HTTP. Explaining a call is a route of agents, which it needs."""

from typing import Annotated

from fastapi import APIRouter

from cadre.engine.gate.schemas import RuleList
from cadre.engine.gate.service import Gate
from cadre.infra.web import Provide, Reading, Writing, requires

router = APIRouter(prefix="/gate", tags=["gate"])

_Gate = Annotated[Gate, Provide(Gate)]


@router.get("/rules", dependencies=[requires("gate:read")])
async def get_gate_rules(work: Reading, gate: _Gate) -> RuleList:
    """The org's rules."""
    return RuleList(rules=await gate.rules(work))


@router.put("/rules", dependencies=[requires("gate:write")])
async def put_gate_rules(work: Writing, gate: _Gate, body: RuleList) -> RuleList:
    """Replace the org's rules; runs under way meet them at their next call."""
    await gate.put_rules(work, body.rules)
    return body
