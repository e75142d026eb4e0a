"""Answers in one piece: the same failover, and one value instead of a stream."""

import asyncio

import pytest

from cadre.engine.models.calling import (
    AttemptOutcome,
    Breakers,
    CallPolicy,
    Health,
    Tally,
    Target,
    answered_once,
)
from cadre.engine.models.errors import ModelRefused, ModelUnavailable
from cadre.kernel.ids import OrgId
from cadre.kernel.messages import Usage
from tests.engine.models.calling.plays import full_pauses
from tests.engine.models.calling.virtual_time import run_virtually

TARGETS = [Target(OrgId("org_acme"), name) for name in ("a:x", "b:y")]


class Embedders:
    def __init__(self, **answers: list[float] | Exception) -> None:
        self.answers = answers
        self.outcomes: list[AttemptOutcome] = []

    async def ask(self, policy: CallPolicy) -> list[float]:
        breakers = Breakers()
        return await answered_once(
            TARGETS,
            self._embed,
            policy=policy,
            breakers=breakers,
            health=Health(breakers),
            on_attempt=self.outcomes.append,
        )

    async def _embed(self, target: Target, tally: Tally) -> list[float]:
        answer = self.answers[target.name[0]]
        if isinstance(answer, Exception):
            raise answer
        await asyncio.sleep(1)
        tally.reported = Usage(input_tokens=8)
        return answer


AT_ONCE = CallPolicy(retries=full_pauses(per_target=0))


def test_the_first_that_works_answers():
    async def main():
        embedders = Embedders(a=ModelUnavailable("down"), b=[0.5, 0.5])

        assert await embedders.ask(AT_ONCE) == [0.5, 0.5]
        assert [outcome.end for outcome in embedders.outcomes] == ["failed", "complete"]
        assert embedders.outcomes[1].usage == Usage(input_tokens=8)

    run_virtually(main())


def test_a_refused_request_is_raised():
    async def main():
        with pytest.raises(ModelRefused):
            await Embedders(a=ModelRefused("bad"), b=[0.5]).ask(AT_ONCE)

    run_virtually(main())
