"""The card of a model: what is known about it before it is asked."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cadre.engine.models.prices import Price

Kind = Literal["chat", "embedding", "speech", "transcription", "image", "moderation"]
Capability = Literal[
    "text",
    "code",
    "vision",
    "documents",
    "audio",
    "reasoning",
    "tools",
    "structured_output",
    "search",
    "embeddings",
    "speech",
    "transcription",
    "images",
    "moderation",
]
Status = Literal["current", "deprecated", "retired"]


class ModelCard(BaseModel):
    """`id` is the provider's own name for it; limits are tokens, None where not published.

    `quality` is a prior from 0 to 1 for choosing among models nobody has scored here yet.
    """

    model_config = ConfigDict(extra="forbid")

    provider: str
    id: str = Field(min_length=1, max_length=200)
    title: str = ""
    kind: Kind = "chat"
    capabilities: list[Capability] = Field(default_factory=list[Capability])
    context_tokens: int | None = Field(default=None, gt=0)
    output_tokens: int | None = Field(default=None, gt=0)
    price: Price | None = None
    status: Status = "current"
    successor: str | None = None
    ends_on: date | None = None
    aliases: list[str] = Field(default_factory=list[str])
    quality: float | None = Field(default=None, ge=0, le=1)
    source: Literal["catalog", "org", "discovered"] = "catalog"

    @property
    def name(self) -> str:
        """The name by which agents and routes ask for it."""
        return f"{self.provider}:{self.id}"
