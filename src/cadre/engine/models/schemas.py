"""Providers and models as they are shown and entered."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cadre.engine.models.prices import Price


class ProviderInput(BaseModel):
    """What a person enters. Without `key` the stored one stays; an empty one removes it.

    `kind` is a known provider or "compatible"; left out, the provider's name tells. A known one has
    an address of its own.
    """

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(default="", max_length=40)
    base_url: str = Field(default="", pattern=r"^(https?://.*)?$", max_length=2000)
    key: str | None = Field(default=None, max_length=2000)
    models: list[str] = Field(default_factory=list[str], max_length=500)
    prices: dict[str, Price] = Field(default_factory=dict[str, Price])


class Provider(BaseModel):
    """A provider as it is shown: whether there is a key, never the key."""

    name: str
    kind: str = ""
    base_url: str
    models: list[str]
    prices: dict[str, Price]
    has_key: bool
    source: Literal["stored", "environment"]
    updated_at: float | None = None


class ModelInfo(BaseModel):
    """A model or a route that an agent can name. The provider of a route is "route"."""

    name: str
    provider: str
    title: str = ""
    default: bool = False


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
