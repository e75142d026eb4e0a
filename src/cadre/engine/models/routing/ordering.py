"""Ordering: which of the models that can answer comes first, for each objective.

Equal ones are told apart by their names, so that the same ask gives the same order whatever
order the candidates came in; only `first` keeps the order given, and `weighted` draws lots.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from cadre.engine.models.routing.ask import Ask
from cadre.engine.models.routing.candidate import Candidate, usd
from cadre.engine.models.routing.route import Objective

Key = Callable[[Candidate], tuple[Any, ...]]


def ordered(
    objective: Objective,
    ask: Ask,
    able: Sequence[Candidate],
    *,
    weights: Mapping[str, float],
    random: Random,
) -> Sequence[Candidate]:
    """`able` with the one to ask first at the front."""
    if objective == "first":
        return able
    if objective == "weighted":
        # Of waits with the weights as their rates, each is the next with its weight as its chance.
        lots = {one.name: random.expovariate(weights.get(one.name, 1.0)) for one in able}
        return sorted(able, key=lambda one: (lots[one.name], one.name))
    return sorted(able, key=_KEYS[objective](ask))


def why(objective: Objective, ask: Ask, chosen: Candidate, place: int) -> str:
    """Why `chosen` stands at `place`, counted from 0."""
    said = measure(objective, ask, chosen)
    start = _FIRST[objective] if place == 0 else f"Number {place + 1}, if those before it fail"
    return f"{start}: {said}." if said else f"{start}."


_FIRST = {
    "first": "The first that can",
    "cheapest": "The cheapest that can",
    "fastest": "The fastest that can",
    "best": "The best that can",
    "weighted": "Drawn by weight",
}


def measure(objective: Objective, ask: Ask, one: Candidate) -> str:
    """What `one` offers of what the objective is after, in a few words; empty if nothing counts."""
    if objective == "cheapest":
        cost = one.cost(ask.tokens, ask.output_tokens)
        return "price unknown" if cost is None else f"about ${usd(cost).normalize():f}"
    if objective == "fastest":
        seconds = one.health.seconds(ask.output_tokens)
        return "speed not observed yet" if seconds is None else f"about {seconds:.1f} s"
    if objective == "best":
        if one.score is not None:
            return f"observed score {one.score:.2f}"
        known = one.card.quality
        return "quality unknown" if known is None else f"expected quality {known:.2f}"
    return ""


def _by_cost(ask: Ask) -> Key:
    tokens, output = ask.tokens, ask.output_tokens

    def key(one: Candidate) -> tuple[Any, ...]:
        cost = one.cost(tokens, output)
        return cost is None, cost or 0, one.rank, one.name

    return key


def _by_speed(ask: Ask) -> Key:
    tokens, output = ask.tokens, ask.output_tokens

    def key(one: Candidate) -> tuple[Any, ...]:
        seconds, cost = one.health.seconds(output), one.cost(tokens, output)
        return seconds is None, seconds or 0.0, cost is None, cost or 0, one.name

    return key


def _by_quality(_: Ask) -> Key:
    def key(one: Candidate) -> tuple[Any, ...]:
        works = one.health.success_rate
        return one.rank, 0.0 if works is None else -works, one.name

    return key


_KEYS: dict[str, Callable[[Ask], Key]] = {
    "cheapest": _by_cost,
    "fastest": _by_speed,
    "best": _by_quality,
}
