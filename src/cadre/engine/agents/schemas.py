"""Agents as they are listed, shown and put."""

from pydantic import BaseModel, ConfigDict, Field

from cadre.engine.agents.definition import DEFINITION_CHARACTERS
from cadre.engine.tools import Tool
from cadre.kernel.messages import Json


class AgentSummary(BaseModel):
    """An agent in a list. `version` 0 is the one that ships with cadre."""

    name: str
    description: str
    version: int
    model: str
    tools: list[str]
    updated_at: float | None
    builtin: bool


class Agent(AgentSummary):
    """One version of an agent; `yaml` is exactly what was put."""

    yaml: str
    digest: str
    created_by: str | None = None


class AgentVersion(BaseModel):
    """One line of an agent's history."""

    version: int
    digest: str
    created_at: float | None
    created_by: str | None


class AgentText(BaseModel):
    """A definition to save."""

    model_config = ConfigDict(extra="forbid")

    yaml: str = Field(max_length=DEFINITION_CHARACTERS)


class ToolInfo(BaseModel):
    """An installed tool; `why_not` says why it is off on this machine."""

    name: str
    description: str
    parameters: dict[str, Json]
    read_only: bool
    idempotent: bool
    dangerous: bool
    outside: bool
    available: bool
    why_not: str | None

    @classmethod
    def of(cls, tool: Tool, why_not: str | None) -> "ToolInfo":
        return cls(
            name=tool.name,
            description=tool.description,
            parameters=tool.parameters,
            read_only=tool.read_only,
            idempotent=tool.idempotent,
            dangerous=tool.dangerous,
            outside=tool.outside,
            available=why_not is None,
            why_not=why_not,
        )


class ExplainInput(BaseModel):
    """A call to explain: for an agent, or for one that has every tool and no rules."""

    model_config = ConfigDict(extra="forbid")

    tool: str
    arguments: dict[str, Json] = Field(default_factory=dict[str, Json])
    agent: str | None = None
    tainted: bool = False
