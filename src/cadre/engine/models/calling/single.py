"""Single answers: an embedding, a transcript, anything that comes in one piece."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing

from cadre.engine.models.calling.breaker import Breakers
from cadre.engine.models.calling.failover import Recorder, answered
from cadre.engine.models.calling.policy import CallPolicy
from cadre.engine.models.calling.targets import Item, OnAttempt, Tally, Target


async def answered_once(
    targets: Sequence[Target],
    ask: Callable[[Target, Tally], Awaitable[Item]],
    *,
    policy: CallPolicy,
    breakers: Breakers,
    health: Recorder,
    on_attempt: OnAttempt | None = None,
    now: Callable[[], float] = time.monotonic,
) -> Item:
    """What the first target that works answers to `ask`; everything else is as with `answered`."""

    async def attempt(target: Target, tally: Tally) -> AsyncGenerator[Item]:
        answer = await ask(target, tally)
        tally.is_complete = True
        yield answer

    answers = answered(
        targets,
        attempt,
        policy=policy,
        breakers=breakers,
        health=health,
        on_attempt=on_attempt,
        now=now,
    )
    async with aclosing(answers):
        return await anext(answers)
