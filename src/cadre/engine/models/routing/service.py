"""Routing: which models a call goes to, and why; also for calls that are only imagined."""

from collections.abc import Sequence
from random import Random, SystemRandom

from cadre.engine.models.errors import UnknownModel
from cadre.engine.models.routing.ask import Ask, ask_of
from cadre.engine.models.routing.book import RouteBook, Routes, checked_name, route_named
from cadre.engine.models.routing.candidate import Candidate
from cadre.engine.models.routing.decide import decide
from cadre.engine.models.routing.decision import Decision
from cadre.engine.models.routing.dry_run import dry_run
from cadre.engine.models.routing.errors import NoModelCan, NoModelReady
from cadre.engine.models.routing.names import PLAIN
from cadre.engine.models.routing.pool import pool_of
from cadre.engine.models.routing.ports import Candidates, PastAsks
from cadre.engine.models.routing.recommend import recommend
from cadre.engine.models.routing.route_text import read_route, write_route
from cadre.engine.models.routing.schemas import (
    CheckedRoute,
    DryRun,
    ExplainInput,
    Recommendation,
)
from cadre.infra.database import Work
from cadre.kernel.errors import CadreError, Invalid
from cadre.kernel.messages import ModelRequest
from cadre.trust.budgets import Spender


class Routing:
    """Decisions for orgs. `candidates` tells an org's models, `past` what it asked lately."""

    def __init__(
        self,
        candidates: Candidates,
        *,
        past: PastAsks | None = None,
        random: Random | None = None,
    ) -> None:
        self.book = RouteBook()
        self._candidates = candidates
        self._past = past
        self._random = random or SystemRandom()

    async def decide(self, work: Work, spender: Spender, request: ModelRequest) -> Decision:
        """Whom to ask for `request`. There is at least one target, or this raises.

        `UnknownModel` if the name means nothing, `NoModelCan` if every model was passed over,
        `NoModelReady` if some were only because they are given a rest.
        """
        return await self.decide_ask(work, spender, request.model, ask_of(request, spender))

    async def decide_ask(self, work: Work, spender: Spender, name: str, ask: Ask) -> Decision:
        """The same for what is no chat: an embedding, speech, a transcript."""
        routes = await self.book.routes(work)
        return self.decide_among(routes, await self._candidates(work, spender), name, ask)

    def decide_among(
        self, routes: Routes, candidates: Sequence[Candidate], name: str, ask: Ask
    ) -> Decision:
        """The same for an org whose routes and models are known."""
        decision = decide(route_named(routes, name), ask, candidates, random=self._random)
        if not decision.targets:
            raise _refusal(name, decision, sorted(routes))
        return decision

    async def check(self, work: Work, text: str) -> CheckedRoute:
        """Read a draft, or raise `BadRoute` that names the field and the remedy."""
        route = read_route(text)
        checked_name(route, route.name)
        spender = Spender(work.scope, via="console")
        pool = pool_of(tuple(await self._candidates(work, spender)))
        named = [target.model for rule in route.rules for target in rule.targets]
        names = dict.fromkeys([*named, *route.fallback])
        notes = [f"No model here is called `{name}`." for name in names if not pool.find(name)]
        return CheckedRoute(route=route, yaml=write_route(route), notes=notes)

    async def explain(self, work: Work, given: ExplainInput) -> Decision:
        """What would be decided now. Nothing is asked, and having no model is no error."""
        spender = Spender(work.scope, agent=given.agent, via=given.via)
        name = given.model or (given.request.model if given.request else None)
        if given.yaml is not None:
            route = read_route(given.yaml)
        elif name is not None:
            route = await self.book.route(work, name)
        else:
            raise Invalid(
                "Say by what to decide: `model` is a name, `yaml` a draft.", field="model"
            )
        candidates = await self._candidates(work, spender)
        return decide(route, _described(given, spender), candidates, random=self._random)

    async def dry_run(self, work: Work, text: str, limit: int) -> DryRun:
        """How the latest calls of the org would have gone through the draft `text`."""
        route = read_route(text)
        candidates = await self._candidates(work, Spender(work.scope, via="console"))
        return dry_run(route, await self._past(work, limit) if self._past else [], candidates)

    async def recommend(self, work: Work, task: str, limit: int) -> Recommendation:
        """Models for a task in plain words."""
        candidates = await self._candidates(work, Spender(work.scope, via="console"))
        return recommend(task, candidates, limit=limit)


def _described(given: ExplainInput, spender: Spender) -> Ask:
    if given.request is not None:
        return ask_of(given.request, spender)
    described = given.ask.model_dump() if given.ask else {"tokens": 100}
    return Ask.by(spender, kind=given.kind, **described)


def _refusal(name: str, decision: Decision, routes: list[str]) -> CadreError:
    if decision.route == PLAIN and decision.knows_nobody:
        return UnknownModel(
            f"`{name}` is not the name of a model or a route. Write `provider:model`, or one of "
            f"the routes: {', '.join(routes)}.",
            field="model",
        )
    if decision.may_pass:
        return NoModelReady(f"No model is ready for `{name}` right now. {decision.summary}")
    return NoModelCan(f"No model can answer this by `{name}`. {decision.summary}", field="model")
