"""Decide: a route, an ask and the candidates become an ordered list of models, with reasons.

Pure: the same arguments give the same decision, except that `weighted` draws from the random
source that is given. A model that can't answer is never among the targets.
"""

from collections.abc import Sequence
from random import Random, SystemRandom

from cadre.engine.models.routing.ask import Ask
from cadre.engine.models.routing.candidate import Candidate
from cadre.engine.models.routing.decision import Decision
from cadre.engine.models.routing.fitness import ANY, RESTING, Demand, Wanted
from cadre.engine.models.routing.ordering import ordered
from cadre.engine.models.routing.pool import Found, Pool, pool_of
from cadre.engine.models.routing.route import Needs, Objective, Route, Rule
from cadre.infra.expressions import ExpressionFailed, Variables

MOST_TARGETS = 10
_random = SystemRandom()


def decide(
    route: Route,
    ask: Ask,
    candidates: Sequence[Candidate],
    *,
    random: Random = _random,
    most: int = MOST_TARGETS,
) -> Decision:
    """Choose up to `most` by the first rule of `route` that holds and has a model which can answer.

    Quick for candidates that were seen before: pass the same objects from call to call.
    """
    return _Deciding(route, ask, pool_of(tuple(candidates)), random, most).decide()


class _Deciding:
    def __init__(self, route: Route, ask: Ask, pool: Pool, random: Random, most: int) -> None:
        self._route = route
        self._ask = ask
        self._pool = pool
        self._random = random
        self._most = most
        self._variables: Variables | None = None
        self._decision = Decision(route.name, route.options, ask)

    def decide(self) -> Decision:
        decision = self._decision
        for number, rule in enumerate(self._route.rules):
            if self._holds(number, rule) and self._choose(number, rule):
                decision.rule = number
                break
        if self._route.fallback:
            fallback = self._able_by_name(self._route.fallback, None)
            self._take(fallback, None)
        return decision

    def _holds(self, number: int, rule: Rule) -> bool:
        if rule.condition is None:
            return True
        if self._variables is None:
            self._variables = Variables(self._ask.variables(self._route.reads))
        try:
            holds = rule.condition.holds(self._variables)
        except ExpressionFailed as error:
            self._decision.pass_rule(number, f"its condition failed. {error.detail}")
            return False
        if not holds:
            self._decision.pass_rule(number, f"`{rule.when}` does not hold.")
        return holds

    def _choose(self, number: int, rule: Rule) -> bool:
        """Take the models of `rule` that can answer; whether there are any."""
        weights: dict[str, float] = {}
        if rule.targets:
            able = self._able_by_name([target.model for target in rule.targets], rule.needs)
            weights = self._weights(rule)
        else:
            able = self._able_of_all(rule.needs)
        best = ordered(rule.objective, self._ask, able, weights=weights, random=self._random)
        self._take(best, rule.objective)
        if not best:
            self._decision.pass_rule(number, "none of its models can answer this.")
        return bool(best)

    def _able_of_all(self, needs: Needs | None) -> list[Candidate]:
        screened = self._pool.screen(Wanted.of(self._ask, needs, is_named=False))
        self._decision.pass_over(screened.unfit)
        demand = Demand(self._ask, needs or ANY)
        return [one for one in screened.fit if self._meets(demand, one)]

    def _able_by_name(self, names: Sequence[str], needs: Needs | None) -> list[Candidate]:
        wanted = Wanted.of(self._ask, needs, is_named=True)
        demand = Demand(self._ask, needs or ANY)
        able: dict[str, Candidate] = {}
        for name in names:
            found = self._find(name)
            if found is not None and found.candidate.name not in able:
                one = found.candidate
                if (reason := wanted.why_unfit(one)) is not None:
                    self._decision.pass_over([(one, reason)])
                elif self._meets(demand, one):
                    able[one.name] = one
        return list(able.values())

    def _find(self, name: str) -> Found | None:
        found = self._pool.find(name)
        if found is None:
            self._decision.pass_name(name, "No model of this organisation has this name.")
        elif found.stands_for is not None:
            heir = found.candidate.name
            self._decision.pass_name(found.stands_for, f"It is retired: `{heir}` takes its place.")
        return found

    def _meets(self, demand: Demand, one: Candidate) -> bool:
        reason = demand.why_not(one)
        if reason is None:
            return True
        self._decision.pass_over([(one, reason)])
        self._decision.may_pass |= reason is RESTING
        return False

    def _weights(self, rule: Rule) -> dict[str, float]:
        weights: dict[str, float] = {}
        for target in rule.targets:
            if (found := self._pool.find(target.model)) is not None:
                name = found.candidate.name
                weights[name] = weights.get(name, 0.0) + target.weight
        return weights

    def _take(self, best: Sequence[Candidate], objective: Objective | None) -> None:
        self._decision.take(best, objective, most=self._most)
