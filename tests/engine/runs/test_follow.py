"""Following a run: all of it, in order, once; and frames for whoever is there."""

import asyncio
from typing import Any

from cadre.engine.runs import ActiveRun, Run, RunEvent, RunSpec, StepContext
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope
from tests.engine.runs.harness import Engines


async def collect(engines: Engines, scope: Scope, run: Run, after: int = -1) -> list[Any]:
    runs = engines.engines[-1].runs
    async with asyncio.timeout(20):
        return [item async for item in runs.follow(scope, run.id, after=after)]


async def test_whoever_joins_in_the_middle_of_an_answer_sees_the_text_so_far(
    engines: Engines, scope: Scope
):
    first_half, second_half = asyncio.Event(), asyncio.Event()

    async def driver(run: ActiveRun) -> Json:
        async def stream(context: StepContext) -> Json:
            context.emit({"type": "text.delta", "text": "Hel"})
            context.emit({"type": "text.delta", "text": "lo, "})
            first_half.set()
            await second_half.wait()
            context.emit({"type": "text.delta", "text": "world"})
            await asyncio.sleep(0.05)
            return "Hello, world"

        return await run.step("answer", stream, kind="model", name="m", input={"q": 1})

    runs = await engines.start({"d": driver})
    run = await runs.start(scope, RunSpec("d", {}, None))
    await first_half.wait()
    following = asyncio.create_task(collect(engines, scope, run))
    await asyncio.sleep(0.1)
    second_half.set()
    items = await following

    events = [item for item in items if isinstance(item, RunEvent)]
    frames: list[dict[str, Any]] = [item for item in items if isinstance(item, dict)]
    states = [item.status for item in items if isinstance(item, Run)]
    assert [event.type for event in events] == ["run.started", "step.finished", "run.finished"]
    assert [frame["type"] for frame in frames] == ["step.started", "text.snapshot", "text.delta"]
    assert (frames[0]["input"], frames[1]["text"], frames[2]["text"]) == (
        {"q": 1},
        "Hello, ",
        "world",
    )
    assert (states[0], states[-1]) == ("running", "done")


async def test_a_follower_that_comes_back_misses_nothing_and_sees_nothing_twice(
    engines: Engines, scope: Scope
):
    async def driver(run: ActiveRun) -> Json:
        async def act(_: StepContext) -> Json:
            await asyncio.sleep(0.003)

        for number in range(30):
            await run.step(str(number), act, kind="code", name="act")

    runs = await engines.start({"d": driver})
    run = await runs.start(scope, RunSpec("d", {}, None))
    seen: list[int] = []
    while not seen or seen[-1] < 31:
        stream = runs.follow(scope, run.id, after=seen[-1] if seen else -1)
        async for item in stream:
            if isinstance(item, RunEvent):
                seen.append(item.seq)
                if item.seq % 7 == 0:
                    break

    assert seen == list(range(32))


async def test_events_of_another_process_are_seen_too(engines: Engines, scope: Scope):
    async def driver(run: ActiveRun) -> Json:
        await run.wait("go", key="go", reason="Go must come")
        return "gone"

    await engines.start({"d": driver})
    other = await engines.start({})
    run = await other.start(scope, RunSpec("d", {}, None))
    items: list[Any] = []
    async with asyncio.timeout(20):
        async for item in other.follow(scope, run.id):
            items.append(item)
            if isinstance(item, Run) and item.waiting_for == "Go must come":
                await other.signal(scope, run.id, key="k", name="go", data=None)

    events = [item for item in items if isinstance(item, RunEvent)]
    assert [event.seq for event in events] == list(range(len(events)))
    assert events[-1].type == "run.finished"
    assert items[-1].status == "done"


async def test_a_follower_that_falls_far_behind_misses_nothing(engines: Engines, scope: Scope):
    begin, over = asyncio.Event(), asyncio.Event()

    async def driver(run: ActiveRun) -> Json:
        async def act(_: StepContext) -> Json:
            await begin.wait()

        for number in range(600):
            await run.step(str(number), act, kind="code", name="act")
        over.set()

    runs = await engines.start({"d": driver})
    run = await runs.start(scope, RunSpec("d", {}, None))
    seen: list[int] = []
    async for item in runs.follow(scope, run.id):
        if isinstance(item, dict):  # it listens by now, and reads no further until all is over
            begin.set()
            await over.wait()
        elif isinstance(item, RunEvent):
            seen.append(item.seq)

    assert seen == list(range(602))
