"""The five verbs, as drivers use them: alone, in parallel, across parking and recovery."""

import asyncio
import time
from decimal import Decimal

import pytest

from cadre.engine.runs import (
    ActiveRun,
    BadKey,
    ChildFailed,
    Outcome,
    RunSpec,
    Safety,
    StepContext,
    StepFailed,
)
from cadre.infra.blobs import Blobs
from cadre.kernel.errors import Denied
from cadre.kernel.messages import Json, Usage
from cadre.kernel.scope import Scope
from tests.engine.runs.harness import Engines


async def test_branches_that_all_wait_are_parked_and_go_on_one_by_one(
    engines: Engines, scope: Scope
):
    async def driver(run: ActiveRun) -> Json:
        async def branch(name: str) -> Json:
            signal = await run.wait(name, key=name, reason=f"{name} must come")
            return signal and signal.data

        async with asyncio.TaskGroup() as group:
            branches = [group.create_task(branch(name)) for name in "abc"]
            branches.append(group.create_task(_napping(run)))
        return [branch.result() for branch in branches]

    runs = await engines.start({"d": driver})
    run = await runs.start(scope, RunSpec("d", {}, None))
    for name in "bca":
        waiting = await engines.until(scope, run.id, "waiting")
        assert f"{name} must come" in (waiting.waiting_for or "")
        await runs.signal(scope, run.id, key=name, name=name, data=name.upper())
        await asyncio.sleep(0.05)

    assert (await engines.until(scope, run.id, "done")).output == ["A", "B", "C", "slept"]


async def _napping(run: ActiveRun) -> Json:
    await run.sleep(0.1, key="nap")
    return "slept"


async def test_a_wait_that_times_out_gives_nothing(engines: Engines, scope: Scope):
    async def driver(run: ActiveRun) -> Json:
        return await run.wait("x", key="x", reason="x must come", until=time.time() + 0.8)

    runs = await engines.start({"d": driver})
    run = await runs.start(scope, RunSpec("d", {}, None))
    await engines.until(scope, run.id, "waiting")

    ended = await engines.until(scope, run.id, "done")

    assert ended.output is None
    types = [event.type for event in await runs.events(scope, run.id)]
    assert types == ["run.started", "wait.started", "wait.finished", "run.finished"]


async def test_a_sleep_ends_when_it_was_meant_to_whoever_is_alive(engines: Engines, scope: Scope):
    async def driver(run: ActiveRun) -> Json:
        await run.sleep(1.5, key="nap")
        return None

    runs = await engines.start({"d": driver})
    run = await runs.start(scope, RunSpec("d", {}, None))
    await engines.until(scope, run.id, "waiting")
    await engines.kill()
    await engines.start({"d": driver})

    ended = await engines.until(scope, run.id, "done")

    assert ended.ended_at is not None
    assert 1.4 < ended.ended_at - ended.created_at < 5.0


async def test_signals_that_have_arrived_are_drained_and_read_the_same_again(
    engines: Engines, scope: Scope
):
    async def driver(run: ActiveRun) -> Json:
        first = await run.signals("steer")
        await run.wait("go", key="go", reason="Go must come")
        second = await run.signals("steer")
        third = await run.signals("steer")
        await run.wait("end", key="end", reason="The end must come")
        return [[signal.data for signal in signals] for signals in (first, second, third)]

    runs = await engines.start({"d": driver})
    run = await runs.start(scope, RunSpec("d", {}, None))
    await engines.until(scope, run.id, "waiting")
    await runs.signal(scope, run.id, key="1", name="steer", data="left")
    await runs.signal(scope, run.id, key="2", name="steer", data="right")
    await runs.signal(scope, run.id, key="3", name="go", data=None)
    await engines.until_event(scope, run.id, "signals.taken")
    await engines.until(scope, run.id, "waiting")
    await engines.kill()
    runs = await engines.start({"d": driver})
    await runs.signal(scope, run.id, key="4", name="steer", data="too late")
    await runs.signal(scope, run.id, key="5", name="end", data=None)

    ended = await engines.until(scope, run.id, "done")

    assert ended.output == [[], ["left", "right"], []]


async def test_a_failed_step_fails_the_same_way_again(engines: Engines, scope: Scope):
    acted: list[int] = []

    async def driver(run: ActiveRun) -> Json:
        async def refuse(_: StepContext) -> Json:
            acted.append(1)
            raise Denied("Not for you.")

        try:
            await run.step("s", refuse, kind="tool", name="refuse")
        except StepFailed as error:
            await run.wait("go", key="go", reason="Go must come")
            return [error.code, error.detail]

    runs = await engines.start({"d": driver})
    run = await runs.start(scope, RunSpec("d", {}, None))
    await engines.until(scope, run.id, "waiting")
    await runs.signal(scope, run.id, key="k", name="go", data=None)

    assert (await engines.until(scope, run.id, "done")).output == ["denied", "Not for you."]
    assert acted == [1]


async def test_a_driver_that_fails_fails_its_run_and_says_why(engines: Engines, scope: Scope):
    async def refuses(run: ActiveRun) -> Json:
        raise Denied("Not for you.")

    async def crashes(run: ActiveRun) -> Json:
        async with asyncio.TaskGroup() as group:
            group.create_task(_divides(run))

    runs = await engines.start({"refuses": refuses, "crashes": crashes})
    codes: list[str] = []
    for kind in ("refuses", "crashes"):
        run = await runs.start(scope, RunSpec(kind, {}, None))
        ended = await engines.until(scope, run.id, "failed")
        assert ended.error is not None
        codes.append(ended.error.code)

    assert codes == ["denied", "driver_crashed"]


async def test_a_run_waits_for_a_worker_that_has_its_driver(engines: Engines, scope: Scope):
    async def driver(run: ActiveRun) -> Json:
        return "driven"

    runs = await engines.start({"other": driver})
    run = await runs.start(scope, RunSpec("rare", {}, None))
    await asyncio.sleep(0.3)
    assert "'rare'" in ((await runs.get(scope, run.id)).waiting_for or "")

    await engines.start({"rare": driver})

    assert (await engines.until(scope, run.id, "done")).output == "driven"


async def _divides(run: ActiveRun) -> Json:
    return 1 / len(run.id[:0])


async def test_a_child_gives_its_result_or_its_failure(engines: Engines, scope: Scope):
    async def child(run: ActiveRun) -> Json:
        if run.input == "fail":
            raise Denied("Not this child.")
        return f"{run.input} from {run.workspace_id == run.id}"

    async def parent(run: ActiveRun) -> Json:
        good = await run.spawn("good", RunSpec("child", {}, "word", title="Good"))
        bad = await run.spawn("bad", RunSpec("child", {}, "fail", title="Bad"))
        try:
            await bad.result()
        except ChildFailed as error:
            return [await good.result(), error.code, error.detail]

    runs = await engines.start({"child": child, "parent": parent})
    run = await runs.start(scope, RunSpec("parent", {}, None))

    ended = await engines.until(scope, run.id, "done")

    assert ended.output == ["word from True", "denied", "Bad: Not this child."]


async def test_keys_are_checked_before_anything_acts(engines: Engines, scope: Scope):
    async def nothing(_: StepContext) -> Json:
        return None

    async def driver(run: ActiveRun) -> Json:
        await run.step("once", nothing, kind="code", name="n")
        for key in ("once", "", "a\0b"):
            with pytest.raises(BadKey):
                await run.step(key, nothing, kind="code", name="n")
        return "checked"

    runs = await engines.start({"d": driver})
    run = await runs.start(scope, RunSpec("d", {}, None))

    assert (await engines.until(scope, run.id, "done")).output == "checked"
    with pytest.raises(BadKey):
        await runs.signal(scope, run.id, key="k", name="child:x", data=None)


async def test_odd_payloads_survive_or_fail_alone(engines: Engines, scope: Scope):
    async def driver(run: ActiveRun) -> Json:
        async def odd(_: StepContext) -> Json:
            return {"nul": "a\0b", "smile": "\U0001f600", "looks": {"$blobs": {"x": 1}}}

        async def no_json(_: StepContext) -> Json:
            return {"surrogate": "\ud800"}

        value = await run.step("odd", odd, kind="code", name="odd", input={"nul": "\0"})
        with pytest.raises(StepFailed, match="JSON"):
            await run.step("bad", no_json, kind="code", name="bad")
        return value

    runs = await engines.start({"d": driver})
    run = await runs.start(scope, RunSpec("d", {}, None, title="a\0title"))

    ended = await engines.until(scope, run.id, "done")

    assert ended.output["nul"] == "a\0b"
    assert ended.output["looks"] == {"$blobs": {"x": 1}}


async def test_a_big_payload_is_a_blob_and_reads_as_if_it_were_not(
    engines: Engines, scope: Scope, blobs: Blobs
):
    big, huge = "b" * 100_000, "h" * 2_000_000

    async def driver(run: ActiveRun) -> Json:
        async def make(_: StepContext) -> Json:
            return {"big": big, "$blob": "not a reference"}

        async def grow(_: StepContext) -> Json:
            return huge

        made = await run.step("make", make, kind="code", name="make", input=run.input)
        await run.step("grow", grow, kind="code", name="grow")
        signal = await run.wait("go", key="go", reason="Go must come")
        assert signal is not None
        return [made["big"] == big, signal.data == big, run.input == big]

    runs = await engines.start({"d": driver})
    run = await runs.start(scope, RunSpec("d", {}, big))
    await engines.until(scope, run.id, "waiting")
    await runs.signal(scope, run.id, key="k", name="go", data=big)
    ended = await engines.until(scope, run.id, "done")
    events = {(event.type, event.key): event for event in await runs.events(scope, run.id)}

    assert ended.output == [True, True, True]
    assert ended.input == big
    assert events["step.finished", "make"].data["output"]["big"] == big
    shown = events["step.finished", "grow"].data["output"]
    assert (shown["size"], shown["preview"]) == (2_000_002, "h" * 400)
    assert await runs.payload(scope, run.id, shown["$blob"]) == f'"{huge}"'.encode()


async def test_costs_are_summed_and_an_unknown_price_is_not_zero(engines: Engines, scope: Scope):
    async def driver(run: ActiveRun) -> Json:
        async def priced(_: StepContext) -> Outcome:
            usage = Usage(input_tokens=10, output_tokens=5, cost_usd=Decimal("0.000123456"))
            return Outcome("ok", usage)

        async def unpriced(_: StepContext) -> Outcome:
            return Outcome("ok", Usage(input_tokens=1, output_tokens=1))

        for key in ("a", "b"):
            await run.step(key, priced, kind="model", name="m")
        if run.input:
            await run.step("c", unpriced, kind="model", name="m")
        return None

    runs = await engines.start({"d": driver})
    known = await runs.start(scope, RunSpec("d", {}, False))
    unknown = await runs.start(scope, RunSpec("d", {}, True))
    known = await engines.until(scope, known.id, "done")
    unknown = await engines.until(scope, unknown.id, "done")

    assert (known.cost_usd, known.input_tokens, known.steps) == (Decimal("0.000246912"), 20, 2)
    assert (unknown.cost_usd, unknown.output_tokens, unknown.steps) == (None, 11, 3)


async def test_the_same_id_starts_once(engines: Engines, scope: Scope):
    async def driver(run: ActiveRun) -> Json:
        return run.input

    runs = await engines.start({"d": driver})
    first = await runs.start(scope, RunSpec("d", {}, 1))
    again = await asyncio.gather(
        *[runs.start(scope, RunSpec("d", {}, 2, id=first.id)) for _ in range(5)]
    )

    assert {run.id for run in again} == {first.id}
    assert (await engines.until(scope, first.id, "done")).output == 1


async def test_runs_of_a_session_never_overlap(engines: Engines, scope: Scope):
    running = most = 0
    order: list[int] = []

    async def driver(run: ActiveRun) -> Json:
        async def act(_: StepContext) -> Json:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.02)
            order.append(run.input)
            running -= 1

        await run.step("act", act, kind="code", name="act")

    runs = await engines.start({"d": driver})
    started = [
        await runs.start(scope, RunSpec("d", {}, number, session_id="talk")) for number in range(6)
    ]
    assert started[-1].status == "queued"
    assert "earlier run" in ((await runs.get(scope, started[-1].id)).waiting_for or "")
    await engines.until(scope, started[-1].id, "done")

    assert (most, order) == (1, list(range(6)))


async def test_a_worker_that_closes_hands_its_runs_back_at_once(engines: Engines, scope: Scope):
    begun = asyncio.Event()
    acted: list[str] = []

    async def driver(run: ActiveRun) -> Json:
        async def act(context: StepContext) -> Json:
            begun.set()
            await asyncio.sleep(0.1)
            acted.append(context.key)
            return context.key

        return [
            await run.step(key, act, kind="code", name=key, safety=Safety.UNSAFE)
            for key in ("one", "two", "three")
        ]

    runs = await engines.start({"d": driver})
    run = await runs.start(scope, RunSpec("d", {}, None))
    await begun.wait()
    await engines.close()
    closed_at = time.monotonic()
    await engines.start({"d": driver})
    ended = await engines.until(scope, run.id, "done")

    assert ended.output == ["one", "two", "three"]
    assert acted == ["one", "two", "three"]
    assert time.monotonic() - closed_at < 3.0


async def test_a_worker_takes_no_more_than_it_may(engines: Engines, scope: Scope):
    running = most = 0

    async def driver(run: ActiveRun) -> Json:
        async def act(_: StepContext) -> Json:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.01)
            running -= 1

        await run.step("act", act, kind="code", name="act")

    runs = await engines.start({"d": driver}, concurrency=3)
    started = [await runs.start(scope, RunSpec("d", {}, None)) for _ in range(20)]
    for run in started:
        await engines.until(scope, run.id, "done")

    assert most <= 3


async def test_what_prepares_a_step_is_written_with_it_and_done_again_after_a_crash(
    engines: Engines, scope: Scope
):
    prepared: list[int] = []
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def driver(run: ActiveRun) -> Json:
        async def prepare(_: StepContext) -> Json:
            prepared.append(len(prepared))
            return prepared[-1]

        async def act(_: StepContext) -> Json:
            begun.set()
            await go_on.wait()
            return "acted"

        first = await run.step("p", prepare, kind="code", name="p", settles_with_next=True)
        return [first, await run.step("a", act, kind="tool", name="a")]

    runs = await engines.start({"d": driver})
    run = await runs.start(scope, RunSpec("d", {}, None))
    await begun.wait()
    before = [event.type for event in await runs.events(scope, run.id)]
    await engines.kill()
    go_on.set()
    runs = await engines.start({"d": driver})
    ended = await engines.until(scope, run.id, "done")

    events = await runs.events(scope, run.id)
    assert before == ["run.started"]
    assert [(event.seq, event.key) for event in events] == [
        (0, None),
        (1, "p"),
        (2, "a"),
        (3, None),
    ]
    assert (ended.output, ended.steps) == ([1, "acted"], 2)
