"""Fitness: why a model can't answer, in one sentence; None if it can.

What depends on the model and the rule alone is told by `why_unfit`, and kept from call to
call; what depends on the one call, by `Demand`.
"""

from dataclasses import dataclass

from cadre.engine.models.card import Kind
from cadre.engine.models.routing.ask import Ask
from cadre.engine.models.routing.candidate import Candidate, usd
from cadre.engine.models.routing.route import CALL, INPUT, Needs

ANY = Needs()
RESTING = "It failed too often just now and is given a rest."
_LACKS = {
    "vision": "It can't see images.",
    "documents": "It can't read documents.",
    "audio": "It can't hear.",
    "tools": "It can't call tools.",
    "structured_output": "It can't be held to a JSON shape.",
    "reasoning": "It does not reason before it answers.",
    "search": "It can't search.",
    "code": "It is not made for code.",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a rule and an ask want of every model, whatever the size of the ask.

    What is only assumed of a model, because nobody described it, does not speak against it
    when it `is_named`: whoever names it knows more.
    """

    kind: Kind
    capabilities: frozenset[str]
    needs: Needs = ANY
    is_named: bool = False

    @classmethod
    def of(cls, ask: Ask, needs: Needs | None, *, is_named: bool) -> "Wanted":
        asked = ask.capabilities
        if needs is None:
            return cls(ask.kind, asked, ANY, is_named)
        return cls(ask.kind, asked | needs.required, needs, is_named)

    def why_unfit(self, one: Candidate) -> str | None:
        """Why `one` can't answer anything of the sort, now or later."""
        is_guess = self.is_named and one.card.source == "discovered"
        return (
            _why_out_of_reach(one)
            or (None if is_guess else self._why_unable(one))
            or (None if self.needs is ANY else self._why_unwanted(one))
        )

    def _why_unable(self, one: Candidate) -> str | None:
        kind = one.card.kind
        for wanted in (self.kind, self.needs.kind or self.kind):
            if kind != wanted:
                return f"It is a model for {kind}, not for {wanted}."
        if self.capabilities <= one.capabilities:
            return None
        lacking = min(self.capabilities - one.capabilities)
        return _LACKS.get(lacking, f"It lacks {lacking}.")

    def _why_unwanted(self, one: Candidate) -> str | None:
        needs, card = self.needs, one.card
        if needs.providers is not None and card.provider not in needs.providers:
            return f"The rule allows {', '.join(needs.providers)} only."
        if needs.local is not None and needs.local != one.is_local:
            return f"The rule allows models on {'own' if needs.local else 'other'} machines only."
        if needs.min_context is not None and (card.context_tokens or 0) < needs.min_context:
            held = f"{card.context_tokens:,}" if card.context_tokens else "an unknown number of"
            return f"It holds {held} tokens; the rule demands {needs.min_context:,}."
        return None


class Demand:
    """The size of one ask and what it may cost, worked out once for all models."""

    __slots__ = ("_ask", "_ceilings", "_needs", "_output", "_total")

    def __init__(self, ask: Ask, needs: Needs) -> None:
        self._ask = ask
        self._needs = needs
        self._ceilings = needs.ceilings
        self._output = ask.max_tokens or 0
        self._total = ask.tokens + self._output

    def why_not(self, one: Candidate) -> str | None:
        """Why `one` can't answer this ask now."""
        if self._total > one.context_tokens:
            return f"It holds {one.context_tokens:,} tokens; this needs about {self._total:,}."
        if self._output > one.output_tokens:
            return (
                f"It writes at most {one.output_tokens:,} tokens; {self._output:,} are asked for."
            )
        if self._ceilings and (said := self._why_too_dear(one)) is not None:
            return said
        return RESTING if one.health.is_open else None

    def _why_too_dear(self, one: Candidate) -> str | None:
        ask = self._ask
        per_input, per_output = one.per_token(ask.tokens)
        for what, ceiling in self._ceilings:
            cost = per_input if what == INPUT else per_output
            if what == CALL:
                cost = one.cost(ask.tokens, ask.output_tokens)
            if cost is None or cost > ceiling:
                return (
                    f"{what} costs {_shown(what, cost)}; the rule allows {_shown(what, ceiling)}."
                )
        return None


def _why_out_of_reach(one: Candidate) -> str | None:
    card = one.card
    if one.is_hidden:
        return "It is hidden in this organisation."
    if card.status == "retired":
        return f"It is retired: use `{card.successor}`." if card.successor else "It is retired."
    if not one.is_configured:
        return f"`{card.provider}` is not configured: add its key under Models."
    return None


def _shown(what: str, cost: int | None) -> str:
    if cost is None:
        return "an unknown price"
    amount = usd(cost) * (1 if what == CALL else 1_000_000)
    return f"${amount.normalize():f}"
