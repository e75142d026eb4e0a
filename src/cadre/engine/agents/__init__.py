"""Agents: what they are (versioned YAML) and how they work (the driver of kind "agent")."""

from cadre.engine.agents.definition import AgentDefinition, RunDefinition, read_definition
from cadre.engine.agents.driver import KIND, AgentDriver
from cadre.engine.agents.errors import (
    AgentNotFound,
    AgentShipped,
    AnswerRefused,
    BadDefinition,
    BadInput,
    CostLimitReached,
    StepLimitReached,
    TimeLimitReached,
)
from cadre.engine.agents.personal import PERSONAL
from cadre.engine.agents.schemas import Agent, AgentSummary, AgentVersion
from cadre.engine.agents.service import Agents
from cadre.engine.agents.transcript import AgentInput, AgentOutput

__all__ = [
    "KIND",
    "PERSONAL",
    "Agent",
    "AgentDefinition",
    "AgentDriver",
    "AgentInput",
    "AgentNotFound",
    "AgentOutput",
    "AgentShipped",
    "AgentSummary",
    "AgentVersion",
    "Agents",
    "AnswerRefused",
    "BadDefinition",
    "BadInput",
    "CostLimitReached",
    "RunDefinition",
    "StepLimitReached",
    "TimeLimitReached",
    "read_definition",
]
