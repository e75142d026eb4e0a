"""Fork, replay, and answers to unknown outcomes."""

import asyncio

import pytest

from cadre.engine.runs import (
    ActiveRun,
    ForkChanges,
    Run,
    RunConflict,
    RunSpec,
    Safety,
    StepContext,
    StepFailed,
)
from cadre.kernel.errors import Invalid
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope
from tests.engine.runs.harness import Engines


class Adder:
    """Three steps that add; `acted` counts what really acted."""

    def __init__(self) -> None:
        self.acted: list[str] = []
        self.third = "third"
        self.extra = 0

    async def drive(self, run: ActiveRun) -> Json:
        total = int(run.input)
        for key in ("first", "second", self.third):

            async def add(context: StepContext, total: int = total) -> Json:
                self.acted.append(context.key)
                return total + 1

            total = await run.step(key, add, kind="code", name="add", input=total + self.extra)
        signal = await run.wait("go", key="go", reason="Somebody must say go")
        return {"total": total, "signal": signal and signal.data}


async def ended_run(engines: Engines, scope: Scope, adder: Adder) -> Run:
    runs = await engines.start({"adder": adder.drive})
    run = await runs.start(scope, RunSpec("adder", {"v": 1}, 10))
    await runs.signal(scope, run.id, key="k", name="go", data="now")
    ended = await engines.until(scope, run.id, "done")
    assert ended.output == {"total": 13, "signal": "now"}
    adder.acted.clear()
    return ended


async def test_a_fork_shares_the_prefix_and_then_acts_anew(engines: Engines, scope: Scope):
    adder = Adder()
    source = await ended_run(engines, scope, adder)
    runs = engines.engines[-1].runs
    second = next(e for e in await runs.events(scope, source.id) if e.key == "second")

    fork = await runs.fork(
        scope, source.id, at_seq=second.seq, changes=ForkChanges(outputs={"second": 100})
    )
    await runs.signal(scope, fork.id, key="k", name="go", data="again")
    ended = await engines.until(scope, fork.id, "done")

    assert ended.output == {"total": 101, "signal": "again"}
    assert adder.acted == ["third"]
    assert ended.origin is not None
    assert (ended.origin.type, ended.origin.run_id) == ("fork", source.id)


async def test_a_fork_can_begin_with_another_input(engines: Engines, scope: Scope):
    adder = Adder()
    source = await ended_run(engines, scope, adder)
    runs = engines.engines[-1].runs

    fork = await runs.fork(scope, source.id, at_seq=0, changes=ForkChanges(input=20))
    await runs.signal(scope, fork.id, key="k", name="go", data=None)

    assert (await engines.until(scope, fork.id, "done")).output == {"total": 23, "signal": None}
    assert adder.acted == ["first", "second", "third"]


async def test_a_fork_refuses_what_it_cannot_take_over(engines: Engines, scope: Scope):
    source = await ended_run(engines, scope, Adder())
    runs = engines.engines[-1].runs

    with pytest.raises(Invalid, match="third"):
        await runs.fork(scope, source.id, at_seq=1, changes=ForkChanges(outputs={"third": 1}))
    with pytest.raises(Invalid, match="events 0 to"):
        await runs.fork(scope, source.id, at_seq=99)


async def test_a_replay_comes_to_the_same_end_and_nothing_acts(engines: Engines, scope: Scope):
    adder = Adder()
    source = await ended_run(engines, scope, adder)
    runs = engines.engines[-1].runs

    replay = await runs.replay(scope, source.id)
    ended = await engines.until(scope, replay.id, "done", "failed")

    assert (ended.output, ended.error, adder.acted) == (source.output, None, [])


@pytest.mark.parametrize("change", ["key", "input"])
async def test_a_replay_that_diverges_names_the_key(engines: Engines, scope: Scope, change: str):
    adder = Adder()
    source = await ended_run(engines, scope, adder)
    runs = engines.engines[-1].runs
    adder.third, adder.extra = ("other", 0) if change == "key" else ("third", 5)

    replay = await runs.replay(scope, source.id)
    ended = await engines.until(scope, replay.id, "done", "failed")

    assert ended.error is not None
    assert ended.error.code == "replay_diverged"
    assert ("other" if change == "key" else "first") in ended.error.detail
    assert adder.acted == []


async def test_a_replay_of_a_cancelled_run_ends_where_it_was_cancelled(
    engines: Engines, scope: Scope
):
    adder = Adder()
    runs = await engines.start({"adder": adder.drive})
    run = await runs.start(scope, RunSpec("adder", {}, 1))
    await engines.until(scope, run.id, "waiting")
    with pytest.raises(RunConflict):
        await runs.replay(scope, run.id)
    await runs.cancel(scope, run.id, "Enough")
    await engines.until(scope, run.id, "cancelled")

    replay = await runs.replay(scope, run.id)

    await engines.until(scope, replay.id, "cancelled")
    assert adder.acted == ["first", "second", "third"]


@pytest.mark.parametrize(
    ("outcome", "result"),
    [("happened", "told"), ("did_not_happen", "acted 2"), ("abandon", "outcome_abandoned")],
)
async def test_an_unknown_outcome_waits_for_a_person(
    engines: Engines, scope: Scope, outcome: str, result: str
):
    acted: list[str] = []
    begun, stuck = asyncio.Event(), asyncio.Event()

    async def driver(run: ActiveRun) -> Json:
        async def act(context: StepContext) -> Json:
            acted.append(context.idempotency_key)
            begun.set()
            if len(acted) == 1:
                await stuck.wait()
            return f"acted {len(acted)}"

        try:
            return await run.step("mail", act, kind="tool", name="send_email", safety=Safety.UNSAFE)
        except StepFailed as error:
            return error.code

    runs = await engines.start({"d": driver})
    run = await runs.start(scope, RunSpec("d", {}, None))
    await begun.wait()
    await engines.kill()
    runs = await engines.start({"d": driver})
    waiting = await engines.until(scope, run.id, "waiting")
    assert "send_email" in (waiting.waiting_for or "")
    assert acted == [f"{run.id}/mail"]

    with pytest.raises(RunConflict):
        await runs.resolve(scope, run.id, key="other", outcome="happened")
    await runs.resolve(scope, run.id, key="mail", outcome=outcome, output="told")
    ended = await engines.until(scope, run.id, "done")

    assert ended.output == result
    resolved = next(e for e in await runs.events(scope, run.id) if e.type == "step.resolved")
    assert resolved.data["by"] == scope.principal.id


async def test_an_unsafe_step_that_does_not_answer_in_time_is_unknown(
    engines: Engines, scope: Scope
):
    async def driver(run: ActiveRun) -> Json:
        async def act(_: StepContext) -> Json:
            await asyncio.sleep(60)

        return await run.step(
            "pay", act, kind="tool", name="pay", safety=Safety.UNSAFE, timeout_seconds=0.05
        )

    runs = await engines.start({"d": driver})
    run = await runs.start(scope, RunSpec("d", {}, None))

    assert "pay" in ((await engines.until(scope, run.id, "waiting")).waiting_for or "")
    await runs.resolve(scope, run.id, key="pay", outcome="happened", output="paid")
    assert (await engines.until(scope, run.id, "done")).output == "paid"
