"""Decision: whom to ask, in which order, and what was said of every model that was looked at.

The targets are there at once; the sentences are written when somebody reads them, for
most decisions are acted on and never read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from cadre.engine.models.card import ModelCard
from cadre.engine.models.routing.ask import Ask
from cadre.engine.models.routing.candidate import Candidate
from cadre.engine.models.routing.ordering import why
from cadre.engine.models.routing.route import Objective, Options

_FALLBACK = "The route's fallback."
_MOST_SAID = 4


@dataclass(frozen=True, slots=True)
class Considered:
    """A model that was looked at; `estimated_cost_usd` is None where a price is unknown."""

    name: str
    chosen: bool
    reason: str
    estimated_cost_usd: Decimal | None = None


@dataclass(slots=True)
class Decision:
    """`rule` counts from 0; None if no rule led to a model.

    `may_pass` is true where a model was passed over only because it is given a rest.
    """

    route: str
    options: Options
    ask: Ask
    targets: list[ModelCard] = field(default_factory=list[ModelCard])
    rule: int | None = None
    may_pass: bool = False
    _chosen: list[tuple[Candidate, Objective | None]] = field(
        default_factory=list[tuple[Candidate, Objective | None]]
    )
    _passed: list[Sequence[tuple[Candidate | str, str]]] = field(
        default_factory=list[Sequence[tuple[Candidate | str, str]]]
    )
    _rules: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    @property
    def considered(self) -> list[Considered]:
        """The targets in their order, then the models that were passed over, by name."""
        chosen = [
            self._seen(one, why(objective, self.ask, one, place) if objective else _FALLBACK, True)
            for place, (one, objective) in enumerate(self._chosen)
        ]
        names = {one.name for one in chosen}
        passed: dict[str, tuple[bool, Considered]] = {}
        for one, reason in (each for some in self._passed for each in some):
            seen = self._seen(one, reason, False)
            is_far = isinstance(one, Candidate) and not one.is_configured
            if seen.name not in names:
                passed[seen.name] = (is_far, seen)
        # What could be asked if it were able comes before what is not even configured.
        by_nearness = sorted(passed.values(), key=lambda one: (one[0], one[1].name))
        return chosen + [seen for _, seen in by_nearness]

    @property
    def knows_nobody(self) -> bool:
        """Whether not one of the names that were looked up is a model's."""
        looked_at = [one for some in self._passed for one, _ in some]
        return not self._chosen and all(isinstance(one, str) for one in looked_at)

    @property
    def estimated_cost_usd(self) -> Decimal | None:
        """What the first target would cost; None if there is none, or its price is unknown."""
        if not self._chosen:
            return None
        return self._chosen[0][0].cost_usd(self.ask.tokens, self.ask.output_tokens)

    @property
    def summary(self) -> str:
        """Why the first target, or why none, in a sentence or a few."""
        seen = self.considered
        if self.targets:
            return f"`{seen[0].name}`: {seen[0].reason}"
        if not seen:
            return " ".join(self.passed_rules) or "There are no models."
        said = " ".join(f"`{one.name}`: {one.reason}" for one in seen[:_MOST_SAID])
        more = len(seen) - _MOST_SAID
        return f"{said} And {more} more." if more > 0 else said

    @property
    def passed_rules(self) -> list[str]:
        """Why each rule before the one that decided did not, counted from 1 for people."""
        return [f"Rule {number + 1}: {said}" for number, said in self._rules]

    def take(self, best: Sequence[Candidate], objective: Objective | None, *, most: int) -> None:
        """Add `best` to the targets, up to `most` in all."""
        taken = {one.name for one, _ in self._chosen}
        more = [one for one in best if one.name not in taken] if taken else best
        room = max(most - len(taken), 0)
        for one in more[:room]:
            self._chosen.append((one, objective))
            self.targets.append(one.card)
        if len(more) > room:
            said = f"It could answer, but {most} come before it."
            self._passed.append([(one, said) for one in more[room:]])

    def pass_over(self, some: Sequence[tuple[Candidate, str]]) -> None:
        self._passed.append(some)

    def pass_name(self, name: str, reason: str) -> None:
        self._passed.append([(name, reason)])

    def pass_rule(self, number: int, said: str) -> None:
        self._rules.append((number, said))

    def _seen(self, one: Candidate | str, reason: str, chosen: bool) -> Considered:
        if isinstance(one, str):
            return Considered(one, chosen, reason)
        cost = one.cost_usd(self.ask.tokens, self.ask.output_tokens)
        return Considered(one.name, chosen, reason, cost)
