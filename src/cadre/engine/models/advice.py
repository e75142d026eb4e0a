"""Advice: which calls of late would have cost less on another model that can do the same.

A model is only put beside another if it has every capability of it, a window as large, and, as
far as both were scored, answers as good. Whether they were is said.
"""

from collections.abc import Sequence
from decimal import Decimal

from pydantic import BaseModel

from cadre.engine.models.routing import Candidate
from cadre.engine.models.targets import Target
from cadre.engine.models.views import View, Views
from cadre.infra.database import Work
from cadre.kernel import messages
from cadre.trust.usage import Share, Timespan, Usage, UsageFilter

_MOST_MODELS = 50
_LEAST_SAVED_USD = Decimal("0.01")
_LEAST_SAVED_SHARE = Decimal("0.1")


class Advice(BaseModel):
    """`scored` says whether the answers of both were ever compared."""

    model: str
    calls: int
    cost_usd: Decimal
    instead: str
    would_cost_usd: Decimal
    saved_share: Decimal
    scored: bool
    sentence: str


class Advisor:
    """Advice for every org."""

    def __init__(self, views: Views, usage: Usage) -> None:
        self._views = views
        self._usage = usage

    async def advise(self, work: Work, span: Timespan) -> list[Advice]:
        """The greatest savings first."""
        view = await self._views.of(work)
        wanted = UsageFilter(kind="chat", status="ok")
        used = await self._usage.breakdown(work, span, wanted, "model", _MOST_MODELS)
        found = [advice for share in used.items if (advice := _advise(view, share)) is not None]
        return sorted(found, key=lambda one: one.would_cost_usd - one.cost_usd)


def _advise(view: View, share: Share) -> Advice | None:
    mine = next((one for one in view.candidates if one.name == share.name), None)
    paid_calls = share.calls - share.cache_hits
    if mine is None or paid_calls <= 0 or not share.cost_usd or share.unpriced:
        return None
    priced = [
        (cost, one) for one in _rivals(view.candidates, mine) if (cost := _cost(view, one, share))
    ]
    if not priced:
        return None
    cost, best = min(priced, key=lambda pair: (pair[0], pair[1].name))
    saved = share.cost_usd - cost
    if saved < _LEAST_SAVED_USD or saved / share.cost_usd < _LEAST_SAVED_SHARE:
        return None
    scored = mine.quality is not None and best.quality is not None
    part = saved / share.cost_usd
    told = "with an equal score" if scored else "nobody has compared their answers here yet"
    return Advice(
        model=mine.name,
        calls=paid_calls,
        cost_usd=share.cost_usd,
        instead=best.name,
        would_cost_usd=cost,
        saved_share=part.quantize(Decimal("0.0001")),
        scored=scored,
        sentence=f"These {paid_calls:,} calls of {mine.name} would have cost {part:.0%} less on "
        f"{best.name}; {told}.",
    )


def _rivals(candidates: Sequence[Candidate], mine: Candidate) -> list[Candidate]:
    return [one for one in candidates if one.name != mine.name and _can_replace(one, mine)]


def _can_replace(one: Candidate, mine: Candidate) -> bool:
    is_able = one.is_configured and one.card.status == "current" and one.card.kind == "chat"
    window, needed = one.card.context_tokens, mine.card.context_tokens
    is_wide = needed is None or (window is not None and window >= needed)
    is_as_good = mine.quality is None or one.quality is None or one.quality >= mine.quality
    return is_able and is_wide and is_as_good and one.capabilities >= mine.capabilities


def _cost(view: View, one: Candidate, share: Share) -> Decimal | None:
    """What the calls of `share` would have cost on `one`, by the average of them."""
    target: Target | None = view.target(one.card)
    calls = share.calls - share.cache_hits
    if target is None:
        return None
    average = messages.Usage(
        input_tokens=share.input_tokens // calls,
        cached_tokens=share.cached_tokens // calls,
        output_tokens=share.output_tokens // calls,
    )
    cost = target.cost_usd(average)
    return None if cost is None else cost * calls
