"""Calls that are only imagined, completed for the policies: who, which rules, which tool."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from cadre.engine.gate.mandate import Mandate
from cadre.engine.gate.service import Gate
from cadre.infra.database import Work
from cadre.kernel.messages import ToolCall
from cadre.trust.policy import CallSketch, PolicyInput

Mandates: TypeAlias = Callable[[Work, str | None], Awaitable[Mandate]]
"""What an agent may do; without a name, somebody who may do whatever there is."""


@dataclass(frozen=True, slots=True)
class CallComposer:
    """Completes sketches with what the gate and the agents know."""

    gate: Gate
    mandates: Mandates

    async def compose(self, work: Work, sketch: CallSketch) -> PolicyInput:
        """What the policies would be told of such a call."""
        arguments = json.dumps(sketch.arguments)
        call = ToolCall(id="explain", name=sketch.tool, arguments=arguments)
        mandate = await self.mandates(work, sketch.agent)
        taints = frozenset(sketch.taints)
        mandate = replace(mandate, tainted=bool(taints), taints=taints)
        given = await self.gate.given(work, call, mandate)
        if sketch.environment is not None:
            given = given.model_copy(update={"environment": sketch.environment})
        return given
