"""Failover: an ordered list of targets, one operation, the first answer that works.

Until the first item a failure is nobody's business but ours. After it the caller has shown
a piece of this answer to somebody: a failure is raised, and never another answer spliced on.
"""

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Protocol

from cadre.engine.models.calling.attempt import OpenAttempt, say_broken_off
from cadre.engine.models.calling.breaker import Breakers
from cadre.engine.models.calling.hedging import Race
from cadre.engine.models.calling.policy import CallPolicy
from cadre.engine.models.calling.search import Search
from cadre.engine.models.calling.targets import (
    Attempt,
    AttemptOutcome,
    End,
    Item,
    OnAttempt,
    Target,
)
from cadre.kernel.errors import CadreError


class Recorder(Protocol):
    """Something that learns from attempts."""

    def record(self, outcome: AttemptOutcome) -> None: ...


async def answered(
    targets: Sequence[Target],
    attempt: Attempt[Item],
    *,
    policy: CallPolicy,
    breakers: Breakers,
    health: Recorder,
    on_attempt: OnAttempt | None = None,
    now: Callable[[], float] = time.monotonic,
) -> AsyncGenerator[Item]:
    """Yield the items of the first target that answers, or raise the most useful error.

    Closing the generator, or cancelling its task, closes what is open and waits for it.
    `on_attempt` is told of every attempt, won or not: what it used is to be paid.
    """
    report = health.record if on_attempt is None else _both(health.record, on_attempt)
    search = Search(targets, attempt, policy=policy, breakers=breakers, report=report, now=now)
    begun = await _begun(search, policy.hedge_after_seconds if len(targets) > 1 else None)
    if begun is None:
        raise search.error()
    end: End = "abandoned"
    try:
        yield begun.first
        async for item in begun.items:
            yield item
        end = "complete"
    except CadreError as error:
        await begun.failed(error)
        say_broken_off(error, begun.target)
        raise
    except Exception:
        end = "failed"
        raise
    finally:
        await begun.close(end)


async def _begun(search: Search[Item], hedge_after: float | None) -> OpenAttempt[Item] | None:
    if hedge_after is None:
        return await search.begin()
    return await Race(search, hedge_after).run()


def _both(first: OnAttempt, second: OnAttempt) -> OnAttempt:
    def tell(outcome: AttemptOutcome) -> None:
        first(outcome)
        second(outcome)

    return tell
