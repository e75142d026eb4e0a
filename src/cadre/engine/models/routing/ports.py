"""What routing is given from outside: the candidates, and what was asked lately."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cadre.engine.models.routing.ask import Ask
from cadre.engine.models.routing.candidate import Candidate
from cadre.infra.database import Work
from cadre.trust.budgets import Spender

Candidates = Callable[[Work, Spender], Awaitable[Sequence[Candidate]]]
"""The org's models. The same objects from call to call, until one of the cards changes."""


@dataclass(frozen=True, slots=True)
class PastAsk:
    """A call that was made. `at` is epoch seconds; `cost_usd` None where it is not known."""

    at: float
    model_asked: str
    model_answered: str
    ask: Ask
    cost_usd: Decimal | None
    seconds: float | None


PastAsks = Callable[[Work, int], Awaitable[Sequence[PastAsk]]]
"""The org's latest calls, newest first, at most so many."""
