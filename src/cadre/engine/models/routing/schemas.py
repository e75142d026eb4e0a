"""Routes, decisions, dry runs and recommendations as they are shown and entered."""

from decimal import Decimal
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from cadre.engine.models.card import Kind
from cadre.engine.models.routing.ask import Ask
from cadre.engine.models.routing.decision import Considered, Decision
from cadre.engine.models.routing.route import Options, Route
from cadre.engine.models.routing.route_text import CHARACTERS
from cadre.kernel.messages import ModelRequest
from cadre.kernel.values import MOST_INT32, Int32
from cadre.trust.budgets import Via


class RouteText(BaseModel):
    """A route as YAML. With `based_on` it is refused if that is not the newest version."""

    model_config = ConfigDict(extra="forbid")

    yaml: str = Field(max_length=CHARACTERS)
    based_on: Int32 | None = None


class RestoreInput(BaseModel):
    """The version to go back to; 0 is the shipped one."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=0, le=MOST_INT32)


class RouteInfo(BaseModel):
    """A route in a list. Version 0 is the one that ships with cadre."""

    name: str
    description: str
    version: int
    is_shipped: bool = Field(description="Whether cadre has a route of this name.")
    updated_at: float | None = None
    updated_by: str | None = None
    problem: str | None = Field(default=None, description="Why it can't be used, if it can't.")


class RouteDetail(RouteInfo):
    """A route with its text as it was written; `route` is None if it can't be read."""

    yaml: str
    route: Route | None


class RouteVersion(BaseModel):
    """A version. Without text it says that the org went back to the shipped route."""

    version: int
    yaml: str | None
    restored_from: int | None = None
    created_at: float | None = None
    created_by: str | None = None
    is_active: bool = False


class CheckedRoute(BaseModel):
    """A sound draft, and `yaml` as cadre would write it, without comments.

    `notes` are names in it that no model of the org has today.
    """

    route: Route
    yaml: str
    notes: list[str]


class AskInput(BaseModel):
    """A call as one describes it; what is not said is as for a short question."""

    model_config = ConfigDict(extra="forbid")

    tokens: int = Field(default=100, ge=0)
    messages: int = Field(default=1, ge=0)
    tools: int = Field(default=0, ge=0)
    has_images: bool = False
    has_documents: bool = False
    has_audio: bool = False
    wants_json: bool = False
    wants_reasoning: bool = False
    max_tokens: int | None = Field(default=None, ge=0)
    text: str = Field(default="", max_length=4_000)


class ExplainInput(BaseModel):
    """What to decide: by a name or by a draft, for a request or for a description of one."""

    model_config = ConfigDict(extra="forbid")

    model: str | None = Field(default=None, min_length=1, max_length=2_000)
    yaml: str | None = Field(default=None, max_length=CHARACTERS)
    request: ModelRequest | None = None
    ask: AskInput | None = None
    kind: Kind = "chat"
    agent: str | None = Field(default=None, max_length=200)
    via: Via = "console"


class Explained(BaseModel):
    """A decision that was not acted on. `rule` counts from 0."""

    route: str
    rule: int | None
    targets: list[str]
    considered: list[Considered]
    passed_rules: list[str]
    options: Options
    ask: Ask

    @classmethod
    def of(cls, decision: Decision) -> Self:
        return cls(
            route=decision.route,
            rule=decision.rule,
            targets=[card.name for card in decision.targets],
            considered=decision.considered,
            passed_rules=decision.passed_rules,
            options=decision.options,
            ask=decision.ask,
        )


class DryRunInput(BaseModel):
    """A draft, and how many of the latest calls to try it on."""

    model_config = ConfigDict(extra="forbid")

    yaml: str = Field(max_length=CHARACTERS)
    limit: int = Field(default=100, ge=1, le=1_000)


class DryRunItem(BaseModel):
    """One call: how it went, and how it would have gone. The new cost is an estimate."""

    at: float
    model_asked: str
    model_answered: str
    would_answer: str | None
    is_changed: bool
    rule: int | None
    reason: str
    seconds: float | None
    cost_usd: Decimal | None
    would_cost_usd: Decimal | None


class DryRun(BaseModel):
    """All of them. The sums are over the `compared` calls whose costs are known both ways."""

    items: list[DryRunItem]
    changed: int
    refused: int
    compared: int
    cost_usd: Decimal
    would_cost_usd: Decimal


class RecommendInput(BaseModel):
    """A task in plain words."""

    model_config = ConfigDict(extra="forbid")

    task: str = Field(min_length=3, max_length=4_000)
    limit: int = Field(default=5, ge=1, le=50)


class Want(BaseModel):
    """What a word of the task was taken for."""

    word: str
    meaning: str


class Recommended(BaseModel):
    """A model that could do it; `points` are from 0 to 1 and mean something only side by side."""

    name: str
    points: float
    reasons: list[str]
    estimated_cost_usd: Decimal | None


class Recommendation(BaseModel):
    """Models for a task, best first, and what stood behind that."""

    wants: list[Want]
    models: list[Recommended]
    passed_over: list[Considered]
    note: str
