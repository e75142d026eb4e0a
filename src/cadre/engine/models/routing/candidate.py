"""Candidates: the models that routing chooses from, with what was seen of each lately.

A candidate is made once for a card and kept: what does not depend on a call is worked out
then, and routing keeps more beside it. `health` may be an object that its owner goes on
changing; each decision reads it anew.
"""

import sys
from dataclasses import dataclass, field
from decimal import Decimal

from cadre.engine.models.card import ModelCard
from cadre.engine.models.prices import TokenPrices

_SCALE = 18  # a cost is counted in 10**-18 USD, so that whole numbers are exact
_MILLION = 1_000_000
_UNLIMITED = sys.maxsize

Rate = tuple[int, int | None, int | None]
"""Above how many input tokens it holds, and the cost of a token of input and of output."""


@dataclass(slots=True)
class Health:
    """What was observed of a model lately, None where nothing was.

    `first_token_seconds` is the median; `is_open` says that its circuit breaker lets no call by.
    """

    success_rate: float | None = None
    first_token_seconds: float | None = None
    tokens_per_second: float | None = None
    is_open: bool = False

    def seconds(self, output_tokens: int) -> float | None:
        """How long an answer of so many tokens would take; None if nobody knows."""
        if self.first_token_seconds is None:
            return None
        speed = self.tokens_per_second
        return self.first_token_seconds + (output_tokens / speed if speed else 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A model of an org. `score` from 0 to 1 is what was observed of its answers, if it was."""

    card: ModelCard
    is_configured: bool = True
    is_local: bool = False
    health: Health = field(default_factory=Health)
    score: float | None = None
    is_hidden: bool = False
    name: str = field(init=False)
    capabilities: frozenset[str] = field(init=False)
    context_tokens: int = field(init=False)
    output_tokens: int = field(init=False)
    rank: tuple[float, bool] = field(init=False)
    rates: tuple[Rate, ...] = field(init=False)

    def __post_init__(self) -> None:
        card = self.card
        text = ["text"] if card.kind == "chat" else []
        quality = self.quality
        worked_out = {
            "name": card.name,
            "capabilities": frozenset([*card.capabilities, *text]),
            "context_tokens": card.context_tokens or _UNLIMITED,
            "output_tokens": card.output_tokens or _UNLIMITED,
            "rank": (1.0 if quality is None else -quality, card.status == "deprecated"),
            "rates": _rates(card, is_local=self.is_local),
        }
        for name, value in worked_out.items():
            object.__setattr__(self, name, value)

    @property
    def quality(self) -> float | None:
        """The observed score, else the card's prior."""
        return self.card.quality if self.score is None else self.score

    def cost(self, input_tokens: int, output_tokens: int) -> int | None:
        """What a call would cost, in 10**-18 USD; None if a price it needs is unknown."""
        for above, per_input, per_output in self.rates:
            if input_tokens > above:
                if per_input is None or per_output is None:
                    return _total((input_tokens, per_input), (output_tokens, per_output))
                return input_tokens * per_input + output_tokens * per_output
        return None

    def per_token(self, input_tokens: int) -> tuple[int | None, int | None]:
        """The cost of a token of input and of output, for a call with so much input."""
        for above, per_input, per_output in self.rates:
            if input_tokens > above:
                return per_input, per_output
        return None, None

    def cost_usd(self, input_tokens: int, output_tokens: int) -> Decimal | None:
        """What a call would cost in USD."""
        cost = self.cost(input_tokens, output_tokens)
        return None if cost is None else usd(cost)


def usd(cost: int) -> Decimal:
    """A cost in USD."""
    return Decimal(cost).scaleb(-_SCALE)


def units(amount: Decimal) -> int:
    """USD as a cost, rounded down to 10**-18 USD."""
    return int(amount.scaleb(_SCALE))


def _rates(card: ModelCard, *, is_local: bool) -> tuple[Rate, ...]:
    if card.price is None:
        return ((-1, 0, 0),) if is_local else ()  # nobody bills the org's own machines
    tiers = [(tier.above_input_tokens, *_per_token(tier)) for tier in card.price.tiers]
    return (*sorted(tiers, reverse=True, key=lambda rate: rate[0]), (-1, *_per_token(card.price)))


def _per_token(prices: TokenPrices) -> tuple[int | None, int | None]:
    return _unit(prices.input), _unit(prices.output)


def _unit(per_million: Decimal | None) -> int | None:
    return None if per_million is None else units(per_million / _MILLION)


def _total(*amounts: tuple[int, int | None]) -> int | None:
    total = 0
    for tokens, price in amounts:
        if tokens and price is None:
            return None
        total += tokens * (price or 0)
    return total
