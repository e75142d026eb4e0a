"""Dry run: how calls that were made would have gone through a route that is not saved yet."""

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from cadre.engine.models.routing.candidate import Candidate
from cadre.engine.models.routing.decide import decide
from cadre.engine.models.routing.decision import Decision
from cadre.engine.models.routing.ports import PastAsk
from cadre.engine.models.routing.route import Route
from cadre.engine.models.routing.schemas import DryRun, DryRunItem


def dry_run(route: Route, past: Sequence[PastAsk], candidates: Sequence[Candidate]) -> DryRun:
    """Decide each of `past` anew, by today's candidates; the same each time for `weighted` too."""
    random = Random(0)  # noqa: S311  # repeatable, and nothing depends on it
    items = [_item(one, decide(route, one.ask, candidates, random=random)) for one in past]
    both = [
        (item.cost_usd, item.would_cost_usd)
        for item in items
        if item.cost_usd is not None and item.would_cost_usd is not None
    ]
    return DryRun(
        items=items,
        changed=sum(item.is_changed for item in items),
        refused=sum(item.would_answer is None for item in items),
        compared=len(both),
        cost_usd=sum((was for was, _ in both), Decimal(0)),
        would_cost_usd=sum((would for _, would in both), Decimal(0)),
    )


def _item(one: PastAsk, decision: Decision) -> DryRunItem:
    would = decision.targets[0].name if decision.targets else None
    return DryRunItem(
        at=one.at,
        model_asked=one.model_asked,
        model_answered=one.model_answered,
        would_answer=would,
        is_changed=would != one.model_answered,
        rule=decision.rule,
        reason=decision.summary,
        seconds=one.seconds,
        cost_usd=one.cost_usd,
        would_cost_usd=decision.estimated_cost_usd,
    )
