"""Recommend: models for a task in plain words, by rules that one can read.

Nothing here has tried the task: it goes by words, cards, prices, and what was observed of
each model so far, and says so.
"""

from collections.abc import Sequence

from cadre.engine.models.routing.ask import Ask
from cadre.engine.models.routing.candidate import Candidate
from cadre.engine.models.routing.decide import decide
from cadre.engine.models.routing.ordering import measure
from cadre.engine.models.routing.route import Needs, Objective, Route, Rule
from cadre.engine.models.routing.schemas import Recommendation, Recommended
from cadre.engine.models.routing.wishes import Leaning, Wishes, wishes_of

_LONG_TOKENS = 100_000
_USUAL_TOKENS = 1_000
_UNKNOWN_QUALITY = 0.3
_OBJECTIVES: tuple[Objective, ...] = ("best", "cheapest", "fastest")
_WEIGHTS: dict[Leaning | None, tuple[float, float, float]] = {
    None: (0.6, 0.3, 0.1),
    "quality": (0.85, 0.1, 0.05),
    "price": (0.3, 0.6, 0.1),
    "speed": (0.3, 0.2, 0.5),
}
_NOTE = (
    "By the words of the task, the models' cards and prices, and what was observed of them here. "
    "No model has tried the task: compare the first two or three on real examples."
)


def recommend(task: str, candidates: Sequence[Candidate], *, limit: int) -> Recommendation:
    """The models that could do `task`, the most fitting first."""
    wishes = wishes_of(task)
    ask = Ask(tokens=_LONG_TOKENS if wishes.is_long else _USUAL_TOKENS, kind=wishes.kind)
    decision = decide(_route(wishes), ask, candidates, most=len(candidates))
    names = {card.name for card in decision.targets}
    able = [one for one in candidates if one.name in names]
    models = [_recommended(one, able, ask, wishes) for one in able]
    models.sort(key=lambda one: (-one.points, one.name))
    return Recommendation(
        wants=wishes.wants,
        models=models[:limit],
        passed_over=[one for one in decision.considered if not one.chosen],
        note=_NOTE,
    )


def _route(wishes: Wishes) -> Route:
    needs = Needs(
        capabilities=tuple(wishes.capabilities),
        kind=wishes.kind,
        min_context=_LONG_TOKENS if wishes.is_long else None,
        local=True if wishes.is_local else None,
    )
    return Route(name="recommend", rules=[Rule(objective="first", needs=needs)])


def _recommended(
    one: Candidate, able: Sequence[Candidate], ask: Ask, wishes: Wishes
) -> Recommended:
    parts = (
        _UNKNOWN_QUALITY if one.quality is None else one.quality,
        _place(_cost(one, ask), [_cost(other, ask) for other in able]),
        _place(_seconds(one, ask), [_seconds(other, ask) for other in able]),
    )
    weighed = zip(_WEIGHTS[wishes.leaning], parts, strict=True)
    reasons = [measure(objective, ask, one) for objective in _OBJECTIVES]
    return Recommended(
        name=one.name,
        points=round(sum(weight * part for weight, part in weighed), 4),
        reasons=reasons,
        estimated_cost_usd=one.cost_usd(ask.tokens, ask.output_tokens),
    )


def _place(value: float | None, all_values: Sequence[float | None]) -> float:
    """From 1 for the least of those that are known to 0 for the most; unknown is 0."""
    if value is None:
        return 0.0
    known = sorted({other for other in all_values if other is not None})
    return 1.0 if len(known) == 1 else 1 - known.index(value) / (len(known) - 1)


def _cost(one: Candidate, ask: Ask) -> float | None:
    return one.cost(ask.tokens, ask.output_tokens)


def _seconds(one: Candidate, ask: Ask) -> float | None:
    return one.health.seconds(ask.output_tokens)
