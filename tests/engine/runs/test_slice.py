"""The engine from end to end: start, act, wait, be told, recover."""

import asyncio

from cadre.engine.runs import ActiveRun, RunSpec, StepContext
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope
from tests.engine.runs.harness import Engines


async def test_a_run_acts_waits_and_ends_with_its_output(engines: Engines, scope: Scope):
    async def driver(run: ActiveRun) -> Json:
        async def double(_: StepContext) -> Json:
            return run.input["n"] * 2

        doubled = await run.step("double", double, kind="code", name="double", input=run.input)
        signal = await run.wait("more", key="more", reason="Somebody must say how much more")
        assert signal is not None
        return {"sum": doubled + signal.data}

    runs = await engines.start({"test": driver})
    run = await runs.start(scope, RunSpec("test", {}, {"n": 4}))
    await engines.until(scope, run.id, "waiting")
    assert (await runs.get(scope, run.id)).waiting_for == "Somebody must say how much more"

    assert await runs.signal(scope, run.id, key="1", name="more", data=3)
    assert not await runs.signal(scope, run.id, key="1", name="more", data=3)
    ended = await engines.until(scope, run.id, "done")

    assert ended.output == {"sum": 11}
    types = [event.type for event in await runs.events(scope, run.id)]
    assert types == [
        "run.started",
        "step.finished",
        "wait.started",
        "signal.received",
        "wait.finished",
        "run.finished",
    ]


async def test_a_run_of_a_dead_worker_is_taken_over_without_acting_twice(
    engines: Engines, scope: Scope
):
    acted: list[str] = []
    gate = asyncio.Event()

    async def driver(run: ActiveRun) -> Json:
        async def act(context: StepContext) -> Json:
            acted.append(context.key)
            return context.key

        async def blocks(_: StepContext) -> Json:
            await gate.wait()
            return "through"

        first = await run.step("first", act, kind="code", name="act")
        second = await run.step("second", blocks, kind="code", name="blocks")
        return [first, second]

    runs = await engines.start({"test": driver})
    run = await runs.start(scope, RunSpec("test", {}, None))
    await engines.until_event(scope, run.id, "step.finished")
    await engines.kill()
    gate.set()
    await engines.start({"test": driver})
    ended = await engines.until(scope, run.id, "done")

    assert ended.output == ["first", "through"]
    assert acted == ["first"]
