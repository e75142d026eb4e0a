"""Under any mix of faults, delays, cancels and closes nothing is left open and nothing is mixed up."""

import asyncio
from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cadre.engine.models.calling import BreakerSettings, CallPolicy, Retries
from cadre.engine.models.errors import (
    ContextTooLong,
    ModelAuthFailed,
    ModelLimited,
    ModelRefused,
    ModelReplyBroken,
    ModelUnavailable,
)
from cadre.kernel.errors import CadreError
from tests.engine.models.calling.plays import Play, Stage
from tests.engine.models.calling.virtual_time import run_virtually

# Few distinct moments, so that things often happen in the same one.
moments = st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0, 10.0, 200.0])
faults = st.sampled_from(
    [
        None,
        ModelUnavailable("down"),
        ModelLimited("busy", retry_after_seconds=1.0),
        ModelLimited("busy"),
        ModelAuthFailed("key"),
        ModelReplyBroken("noise"),
        ModelRefused("bad"),
        ContextTooLong("long"),
        ZeroDivisionError("bug"),
    ]
)
plays = st.builds(
    Play,
    items=st.integers(0, 3).map(lambda n: tuple(str(number) for number in range(n))),
    error=faults,
    delay_seconds=moments,
    pause_seconds=moments,
    closing_seconds=moments,
)
policies = st.builds(
    CallPolicy,
    retries=st.builds(Retries, per_target=st.integers(0, 3)),
    attempts=st.integers(1, 8),
    total_seconds=st.sampled_from([5.0, 50.0]),
    first_item_seconds=st.sampled_from([1.0, 3.0, 20.0]),
    linger_seconds=moments,
    hedge_after_seconds=st.none() | moments,
)
stops = st.none() | st.tuples(moments, st.sampled_from(["cancel", "cancel twice", "close"]))


@settings(max_examples=600, deadline=None)
@given(
    scripts=st.lists(st.lists(plays, min_size=1, max_size=3), min_size=1, max_size=4),
    policy=policies,
    stop=stops,
    callers=st.integers(1, 3),
)
def test_nothing_is_left_open_and_no_answer_is_spliced(
    scripts: list[list[Play]],
    policy: CallPolicy,
    stop: tuple[float, str] | None,
    callers: int,
):
    async def main():
        named = {
            f"p{number}:m": [_signed(play, f"p{number}") for play in script]
            for number, script in enumerate(scripts)
        }
        windows = {name: 1000 * number for number, name in enumerate(named, 1)}
        stage = Stage(named, windows, policy, BreakerSettings(failures=2, open_seconds=1.0))
        # The scripts draw their jitter by chance, which changes only who waits how long.
        results = await asyncio.gather(*[_call(stage, stop) for _ in range(callers)])

        assert Counter(stage.opened) == Counter(stage.closed)
        assert len(stage.outcomes) == len(stage.opened)
        for seen in results:
            assert len({item.partition("/")[0] for item in seen}) <= 1
            assert [item.partition("/")[2] for item in seen] == [str(n) for n in range(len(seen))]
        for target in stage.targets:
            breaker = stage.breakers.of(target)
            await asyncio.sleep(1_000)
            permit = breaker.enter()
            assert permit is not None, "a probe was never given back"
            permit.left()

    run_virtually(main())


async def _call(stage: Stage, stop: tuple[float, str] | None) -> list[str]:
    seen: list[str] = []
    answer = stage.ask()

    async def read() -> None:
        try:
            async for item in answer:
                seen.append(item)
        except (CadreError, ZeroDivisionError):
            pass
        finally:
            await answer.aclose()

    async def read_one() -> None:
        try:
            async with asyncio.timeout(stop[0] if stop else None):
                seen.append(await anext(answer))
        except (CadreError, ZeroDivisionError, StopAsyncIteration, TimeoutError):
            pass
        await answer.aclose()

    reading = asyncio.create_task(read_one() if stop and stop[1] == "close" else read())
    if stop and stop[1] != "close":
        await asyncio.sleep(stop[0])
        reading.cancel()
        if stop[1] == "cancel twice":
            await asyncio.sleep(0)
            reading.cancel()
    await asyncio.wait([reading])
    assert reading.cancelled() or reading.exception() is None
    return seen


def _signed(play: Play, name: str) -> Play:
    return replace(play, items=tuple(f"{name}/{item}" for item in play.items))
