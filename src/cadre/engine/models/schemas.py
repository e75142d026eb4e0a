"""Providers and models as they are shown and entered."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cadre.engine.models.prices import Price


class ProviderInput(BaseModel):
    """What a person enters. Without `key` the stored one stays; an empty one removes it."""

    model_config = ConfigDict(extra="forbid")

    base_url: str = Field(pattern=r"^https?://", max_length=2000)
    key: str | None = Field(default=None, max_length=2000)
    models: list[str] = Field(default_factory=list[str], max_length=500)
    prices: dict[str, Price] = Field(default_factory=dict[str, Price])


class Provider(BaseModel):
    """A provider as it is shown: whether there is a key, never the key."""

    name: str
    base_url: str
    models: list[str]
    prices: dict[str, Price]
    has_key: bool
    source: Literal["stored", "environment"]
    updated_at: float | None = None


class ModelInfo(BaseModel):
    """A model that an agent can name."""

    name: str
    provider: str
    default: bool


class DefaultModel(BaseModel):
    """The model that "default" stands for."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=300)


class ModelList(BaseModel):
    """All models, and the one that "default" stands for now."""

    items: list[ModelInfo]
    default: str


class ProviderCheck(BaseModel):
    """The outcome of asking a provider for its models."""

    ok: bool
    models: list[str] = Field(default_factory=list[str])
    code: str | None = None
    detail: str
    seconds: float
