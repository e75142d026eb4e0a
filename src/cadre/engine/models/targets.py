"""Targets: one model at one endpoint, and what is known of a call before it is made."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from cadre.engine.models.calling import CacheMode, CacheRule, CallPolicy
from cadre.engine.models.card import ModelCard
from cadre.engine.models.endpoints import Endpoint
from cadre.engine.models.prices import Price
from cadre.engine.models.routing import Ask, Options
from cadre.kernel.messages import Usage

_BYTES_PER_TOKEN = 4
_LONGEST_ANSWER_TOKENS = 32_000
_FREE = Price(input=Decimal(0), output=Decimal(0))


@dataclass(frozen=True, slots=True)
class Target:
    """`is_local`: nobody sends a bill for what it does."""

    card: ModelCard
    endpoint: Endpoint
    is_local: bool = False

    @property
    def name(self) -> str:
        return self.card.name

    @property
    def price(self) -> Price | None:
        """What it costs; None if that is not known."""
        return self.card.price or (_FREE if self.is_local else None)

    def cost_usd(self, usage: Usage) -> Decimal | None:
        """What `usage` costs here; None if its price is not known."""
        if self.card.price is None and self.is_local:
            return Decimal(0)
        return None if self.price is None else self.price.cost_usd(usage)

    def worst_usd(self, call: "Call") -> Decimal | None:
        """The most that one attempt can cost: every byte a token, the answer as long as it may be."""
        if call.most is not None:
            return self.cost_usd(call.most)
        ask, price = call.ask, self.price
        answer = ask.max_tokens or self.card.output_tokens or _LONGEST_ANSWER_TOKENS
        if price is None:
            return None
        return price.tokens_usd(ask.tokens * _BYTES_PER_TOKEN, answer if ask.kind == "chat" else 0)


@dataclass(frozen=True, slots=True)
class CallOptions:
    """What a caller may ask for besides the answer; None: as the route or the org has it.

    `cache` is "use", "refresh" (ask, and keep the new answer) or "bypass".
    """

    cache: CacheMode = "use"
    cache_seconds: int | None = None
    hedge_after_seconds: float | None = None
    request_id: str | None = None


@dataclass(slots=True)
class Wording:
    """A request as it was written, by which its answer is found again.

    `dialect` tells apart what looks alike; `is_fixed`: nothing random was asked for.
    """

    dialect: str
    body: bytes
    is_fixed: bool = False


@dataclass(slots=True)
class Call:
    """One call: the name asked for, and what routing and money need to know of it.

    `most` is the most that it can use, where that does not follow from `ask`; without
    `wording`, no answer of before is looked for.
    """

    model: str
    ask: Ask
    options: CallOptions = field(default_factory=CallOptions)
    most: Usage | None = None
    wording: Wording | None = None


@dataclass(slots=True)
class Plan:
    """Whom to ask, in this order; `route` is the name that led to them."""

    call: Call
    route: str
    targets: Sequence[Target]
    options: Options = field(default_factory=Options)

    def worst_usd(self) -> Decimal | None:
        """The most that the call can cost; None if somebody's price is not known."""
        costs = [target.worst_usd(self.call) for target in self.targets]
        known = [cost for cost in costs if cost is not None]
        if len(known) < len(costs):
            return None
        rivals = 2 if self.hedge_after_seconds is not None and len(costs) > 1 else 1
        return sum(sorted(known, reverse=True)[:rivals], Decimal(0))

    def priced(self) -> "Plan":
        """The same without those whose price is not known."""
        targets = [one for one in self.targets if one.worst_usd(self.call) is not None]
        return replace(self, targets=targets)

    @property
    def hedge_after_seconds(self) -> float | None:
        asked = self.call.options.hedge_after_seconds
        if asked is not None:
            return asked
        milliseconds = self.options.hedge_after_ms
        return None if milliseconds is None else milliseconds / 1000

    def cache_rule(self) -> CacheRule:
        """Whether an answer that is known will do, and how long this one is to be kept."""
        asked, routed = self.call.options.cache_seconds, self.options.cache_seconds
        seconds = routed if asked is None else asked
        # Who asks for it by name wants the answer of before, whatever the temperature.
        return CacheRule(
            seconds or 0, even_if_random=asked is not None, mode=self.call.options.cache
        )

    def line(self) -> str:
        """The route and all whom it leads to: what a known answer depends on besides the request."""
        return " ".join([self.route, *(target.name for target in self.targets)])

    def policy(self, usual: CallPolicy) -> CallPolicy:
        """How far the call may go: as usual, but for what its route or its caller says."""
        options, hedge = self.options, self.hedge_after_seconds
        if not options.attempts and not options.seconds and hedge is None:
            return usual
        return replace(
            usual,
            attempts=options.attempts or usual.attempts,
            total_seconds=options.seconds or usual.total_seconds,
            hedge_after_seconds=hedge,
        )
