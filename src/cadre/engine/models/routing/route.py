"""Routes: virtual models. Rules in order, each with a condition, and how to choose among models.

The first rule whose condition holds and that has a model which can answer decides; the
route's `fallback` comes after what it chose.
"""

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_serializer,
    model_validator,
)

from cadre.engine.models.card import Capability, Kind
from cadre.engine.models.routing.ask import NAMES, Ask
from cadre.engine.models.routing.candidate import units
from cadre.infra.expressions import (
    BadExpression,
    Expression,
    ExpressionFailed,
    check,
    compile_expression,
)

NAME = r"^[a-z][a-z0-9_-]{0,62}$"
Objective = Literal["first", "cheapest", "fastest", "best", "weighted"]

INPUT = "A million tokens of input"
OUTPUT = "A million tokens of output"
CALL = "This call"

# A condition is tried on both before it is taken: they are opposites, so that both sides of
# most conditions are evaluated once.
_SAMPLES = (
    Ask(tokens=1, messages=1, tools=1, max_tokens=1, text="1"),
    Ask(
        tokens=100_000,
        messages=50,
        tools=9,
        has_images=True,
        has_documents=True,
        has_audio=True,
        wants_json=True,
        wants_reasoning=True,
        max_tokens=100_000,
        text="1",
    ),
)


def _money(value: object) -> object:
    """A YAML number is a float; its text is the amount that was meant."""
    return str(value) if isinstance(value, float) else value


Usd = Annotated[Decimal, BeforeValidator(_money), Field(ge=0)]
ModelName = Annotated[str, Field(min_length=1, max_length=300)]


class Target(BaseModel):
    """A model by name. `weight` is its share where the objective is `weighted`."""

    model_config = ConfigDict(extra="forbid")

    model: ModelName
    weight: float = Field(default=1.0, gt=0, le=1_000_000)

    @model_serializer
    def _as_short_as_written(self) -> str | dict[str, Any]:
        return self.model if self.weight == 1 else {"model": self.model, "weight": self.weight}


def _target(value: object) -> object:
    return {"model": value} if isinstance(value, str) else value


class Needs(BaseModel):
    """What a model has to be and to be able to. Prices are USD per million tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    capabilities: tuple[Capability, ...] = ()
    kind: Kind | None = None
    min_context: int | None = Field(default=None, gt=0)
    max_input_price: Usd | None = None
    max_output_price: Usd | None = None
    max_cost_usd: Usd | None = None
    providers: tuple[str, ...] | None = Field(default=None, min_length=1, max_length=100)
    local: bool | None = None

    @cached_property
    def required(self) -> frozenset[str]:
        return frozenset(self.capabilities)

    @cached_property
    def ceilings(self) -> tuple[tuple[str, int], ...]:
        """What may cost how much at most, in 10**-18 USD, for tokens by the piece."""
        given = (
            (INPUT, self.max_input_price, 1_000_000),
            (OUTPUT, self.max_output_price, 1_000_000),
            (CALL, self.max_cost_usd, 1),
        )
        return tuple((what, units(usd / per)) for what, usd, per in given if usd is not None)


class Rule(BaseModel):
    """`targets` are models by name, `needs` is what any model must have; both narrow."""

    model_config = ConfigDict(extra="forbid")

    when: str = Field(default="", max_length=2_000)
    objective: Objective = "first"
    targets: list[Annotated[Target, BeforeValidator(_target)]] = Field(
        default_factory=list[Target], max_length=100
    )
    needs: Needs | None = None

    @field_validator("when")
    @classmethod
    def _is_condition(cls, text: str) -> str:
        if text.strip():
            _try(text)
        return text.strip()

    @model_validator(mode="after")
    def _names_somebody(self) -> "Rule":
        if not self.targets and self.needs is None:
            raise ValueError("add `targets` (names of models) or `needs` (what a model must have)")
        return self

    @cached_property
    def condition(self) -> Expression | None:
        return compile_expression(self.when) if self.when else None


class Options(BaseModel):
    """How a call through the route is made; what is not said is as for any call."""

    model_config = ConfigDict(extra="forbid")

    attempts: int | None = Field(default=None, ge=1, le=50)
    seconds: float | None = Field(default=None, gt=0, le=3_600)
    hedge_after_ms: int | None = Field(default=None, ge=1, le=600_000)
    cache_seconds: int | None = Field(default=None, ge=0, le=2_592_000)


class Route(BaseModel):
    """A virtual model."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=NAME)
    description: str = Field(default="", max_length=500)
    rules: list[Rule] = Field(min_length=1, max_length=100)
    fallback: list[ModelName] = Field(default_factory=list[ModelName], max_length=100)
    options: Options = Field(default_factory=Options)

    @cached_property
    def reads(self) -> frozenset[str]:
        """The variables that its conditions read."""
        read = [rule.condition.names for rule in self.rules if rule.condition is not None]
        return frozenset[str]().union(*read)


def _try(text: str) -> None:
    """Refuse a condition that can't be true or false, whatever is asked."""
    try:
        expression = check(text, NAMES)
        for sample in _SAMPLES:
            expression.holds(sample.variables(expression.names))
    except (BadExpression, ExpressionFailed) as error:
        raise ValueError(error.detail) from error
