"""Cancellation and deadlines win within two seconds, whatever the run is doing."""

import asyncio
import time
from contextlib import suppress

import pytest

from cadre.engine.runs import (
    ActiveRun,
    Driver,
    Run,
    RunSpec,
    Safety,
    StepContext,
)
from cadre.infra.database import Database
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope
from tests.engine.runs.harness import Engines


async def streams(run: ActiveRun) -> Json:
    async def stream(context: StepContext) -> Json:
        while True:
            context.emit({"type": "text.delta", "text": "word "})
            await asyncio.sleep(0.01)

    return await run.step("stream", stream, kind="model", name="streamer")


async def ignores_cancellation(run: ActiveRun) -> Json:
    async def ignore(_: StepContext) -> Json:
        stops_at = time.monotonic() + 4.0
        while time.monotonic() < stops_at:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0.2)

    return await run.step("deaf", ignore, kind="tool", name="deaf", safety=Safety.UNSAFE)


async def sleeps(run: ActiveRun) -> Json:
    await run.sleep(3600, key="nap")
    return None


async def waits(run: ActiveRun) -> Json:
    await run.wait("nobody", key="nobody", reason="Nobody must come")
    return None


async def has_a_child(run: ActiveRun) -> Json:
    child = await run.spawn("child", RunSpec("waits", {}, None, title="The child"))
    return await child.result()


DRIVERS: dict[str, Driver] = {
    "streams": streams,
    "ignores_cancellation": ignores_cancellation,
    "sleeps": sleeps,
    "waits": waits,
    "has_a_child": has_a_child,
}
SETTLED = {"streams": "running", "ignores_cancellation": "running"}


async def begun(engines: Engines, scope: Scope, kind: str, deadline: float | None = None) -> Run:
    runs = await engines.start(DRIVERS)
    run = await runs.start(scope, RunSpec(kind, {}, None, deadline_seconds=deadline))
    if deadline is None:
        await engines.until(scope, run.id, SETTLED.get(kind, "waiting"))
        await asyncio.sleep(0.05)
    return run


@pytest.mark.parametrize("kind", list(DRIVERS))
async def test_cancel_wins_whatever_the_run_does(engines: Engines, scope: Scope, kind: str):
    run = await begun(engines, scope, kind)
    runs = engines.engines[-1].runs

    asked_at = time.monotonic()
    await runs.cancel(scope, run.id, "Changed my mind")
    ended = await engines.until(scope, run.id, "cancelled")

    assert time.monotonic() - asked_at < 2.0
    last = (await runs.events(scope, run.id))[-1]
    assert (last.type, last.data["reason"]) == ("run.cancelled", "Changed my mind")
    assert ended.waiting_for is None
    for child in (await runs.list(scope, parent_id=run.id)).items:
        await engines.until(scope, child.id, "cancelled")
    assert time.monotonic() - asked_at < 4.0


@pytest.mark.parametrize("kind", list(DRIVERS))
async def test_a_deadline_wins_whatever_the_run_does(engines: Engines, scope: Scope, kind: str):
    run = await begun(engines, scope, kind, deadline=0.3)

    ended = await engines.until(scope, run.id, "failed", "done", "cancelled")

    assert ended.deadline is not None
    assert ended.ended_at is not None
    assert ended.ended_at - ended.deadline < 2.0
    assert ended.error is not None
    assert ended.error.code == "deadline_passed"


async def test_an_effect_that_outlives_its_run_is_written_down(engines: Engines, scope: Scope):
    run = await begun(engines, scope, "ignores_cancellation")
    runs = engines.engines[-1].runs

    await runs.cancel(scope, run.id)
    await engines.until(scope, run.id, "cancelled")

    events = {event.type: event for event in await runs.events(scope, run.id)}
    assert events["run.cancelled"].data["abandoned"] == ["deaf"]
    assert events["step.unknown"].key == "deaf"


async def test_a_run_that_nobody_hosts_ends_without_its_driver(engines: Engines, scope: Scope):
    run = await begun(engines, scope, "waits")
    await engines.kill()
    runs = await engines.start({})

    await runs.cancel(scope, run.id)

    await engines.until(scope, run.id, "cancelled")


async def test_another_process_can_cancel(engines: Engines, scope: Scope, database: Database):
    run = await begun(engines, scope, "streams")
    other = await engines.start({})

    asked_at = time.monotonic()
    await other.cancel(scope, run.id)

    await engines.until(scope, run.id, "cancelled")
    assert time.monotonic() - asked_at < 2.0


async def test_children_end_with_their_parent_however_it_ends(engines: Engines, scope: Scope):
    async def leaves_early(run: ActiveRun) -> Json:
        await run.spawn("child", RunSpec("waits", {}, None))
        return "done"

    runs = await engines.start(DRIVERS | {"leaves_early": leaves_early})
    run = await runs.start(scope, RunSpec("leaves_early", {}, None))
    await engines.until(scope, run.id, "done")

    child = (await runs.list(scope, parent_id=run.id)).items[0]

    assert (await engines.until(scope, child.id, "cancelled")).parent_id == run.id


async def test_an_ended_run_stays_as_it_ended(engines: Engines, scope: Scope):
    async def returns(run: ActiveRun) -> Json:
        return "done"

    runs = await engines.start({"returns": returns})
    run = await runs.start(scope, RunSpec("returns", {}, None))
    await engines.until(scope, run.id, "done")

    cancelled = await runs.cancel(scope, run.id)

    assert cancelled.status == "done"
    assert not await runs.signal(scope, run.id, key="late", name="late", data=None)
