"""Routing over a list of candidates and of past calls that a test may change."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from cadre.engine.models.routing import Candidate, PastAsk, Routing
from cadre.infra.database import Work
from cadre.trust.budgets import Spender
from tests.engine.models.routing.examples import candidate


@dataclass
class World:
    """What the rest of cadre tells routing."""

    models: list[Candidate] = field(default_factory=list[Candidate])
    past: list[PastAsk] = field(default_factory=list[PastAsk])

    async def candidates(self, _work: Work, _spender: Spender) -> Sequence[Candidate]:
        return self.models

    async def latest(self, _work: Work, limit: int) -> Sequence[PastAsk]:
        return self.past[:limit]


@pytest.fixture
def world() -> World:
    return World(
        [
            candidate("a:small", "tools", usd="0.1", quality=0.4, context_tokens=8_000),
            candidate("a:big", "tools", "vision", usd="2", quality=0.8),
            candidate("b:far", usd="1", quality=1, is_configured=False),
        ]
    )


@pytest.fixture
def routing(world: World) -> Routing:
    return Routing(world.candidates, past=world.latest)
