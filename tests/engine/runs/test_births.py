"""A driver prepares while its run is being written down, and acts only once it is."""

import asyncio
import time

from cadre.engine.runs import ActiveRun, RunSpec, StepContext
from cadre.engine.runs.schemas import new_run_id
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope
from tests.engine.runs.harness import Engines


async def test_what_a_step_does_finds_its_run_in_the_journal(engines: Engines, scope: Scope):
    seen: list[str] = []

    async def driver(run: ActiveRun) -> Json:
        async def act(_: StepContext) -> Json:
            seen.append((await runs.get(scope, run.id)).status)

        await run.step("act", act, kind="tool", name="act")

    runs = await engines.start({"d": driver})
    started = await asyncio.gather(*(runs.start(scope, RunSpec("d", {}, None)) for _ in range(50)))
    for run in started:
        await engines.until(scope, run.id, "done")

    assert seen == ["running"] * 50


async def test_a_run_that_is_asked_for_twice_at_once_acts_once(engines: Engines, scope: Scope):
    prepared: list[str] = []
    acted: list[str] = []

    async def driver(run: ActiveRun) -> Json:
        async def prepare(_: StepContext) -> Json:
            prepared.append(run.id)

        async def act(_: StepContext) -> Json:
            acted.append(run.id)

        await run.step("prepare", prepare, kind="code", name="prepare", settles_with_next=True)
        await run.step("act", act, kind="tool", name="act")

    runs = await engines.start({"d": driver})
    others = await engines.start({"d": driver})
    ids = [new_run_id() for _ in range(20)]
    asked = [
        service.start(scope, RunSpec("d", {}, None, id=run_id))
        for run_id in ids
        for service in (runs, others, runs)
    ]
    started = await asyncio.gather(*asked)
    for run in started:
        await engines.until(scope, run.id, "done")

    assert sorted(acted) == sorted(ids)
    assert len(prepared) >= len(ids)
    for run_id in ids:
        types = [event.type for event in await runs.events(scope, run_id)]
        assert types == ["run.started", "step.finished", "step.finished", "run.finished"]


async def test_what_waits_for_its_session_sees_what_the_run_before_it_left(
    engines: Engines, scope: Scope
):
    async def driver(run: ActiveRun) -> Json:
        async def look(_: StepContext) -> Json:
            await run.born()
            return len(await runs.before(scope, run.id, limit=100))

        before = await run.step("look", look, kind="code", name="look", settles_with_next=True)
        await run.step("act", _nothing, kind="tool", name="act")
        return before

    runs = await engines.start({"d": driver})
    found: list[Json] = []
    for _ in range(30):  # each begins the moment that the one before is seen to have ended
        run = await runs.start(scope, RunSpec("d", {}, None, session_id="s"))
        found.append((await engines.until(scope, run.id, "done")).output)

    assert found == list(range(30))


async def test_a_caller_that_goes_away_does_not_take_its_run_with_it(
    engines: Engines, scope: Scope
):
    async def driver(run: ActiveRun) -> Json:
        return await run.step("act", _nothing, kind="tool", name="act")

    runs = await engines.start({"d": driver})
    run_id = new_run_id()
    asking = asyncio.create_task(runs.start(scope, RunSpec("d", {}, None, id=run_id)))
    await asyncio.sleep(0)
    began = time.monotonic()
    asking.cancel()
    await asyncio.wait([asking])
    while not (await runs.list(scope)).items:
        assert time.monotonic() < began + 10
        await asyncio.sleep(0.01)
    ended = await engines.until(scope, run_id, "done")

    assert ended.status == "done"


async def _nothing(_: StepContext) -> Json:
    return None
