"""A call that is only imagined, as somebody describes it."""

from pydantic import BaseModel, ConfigDict, Field

from cadre.kernel.messages import Json


class CallSketch(BaseModel):
    """A call to be imagined: cadre fills in what else a policy is told."""

    model_config = ConfigDict(extra="forbid")

    agent: str | None = Field(default=None, max_length=200)
    tool: str = Field(max_length=200)
    arguments: dict[str, Json] = Field(default_factory=dict[str, Json])
    taints: list[str] = Field(default_factory=list[str], max_length=20)
    environment: str | None = Field(default=None, max_length=50)
