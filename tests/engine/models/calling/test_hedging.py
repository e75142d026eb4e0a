"""Hedging: a slow target gets a rival; one answer is given, both are accounted for."""

import asyncio

import pytest

from cadre.engine.models.calling import CallPolicy
from cadre.engine.models.errors import ModelAuthFailed, ModelRefused, ModelUnavailable
from cadre.kernel.messages import Usage
from tests.engine.models.calling.plays import Play, Stage, fails, full_pauses, says
from tests.engine.models.calling.virtual_time import run_virtually

HEDGED = CallPolicy(hedge_after_seconds=2, retries=full_pauses(per_target=0))


def test_a_quick_first_target_gets_no_rival():
    async def main():
        stage = Stage({"a:x": says("a", after=1), "b:y": says("b")}, policy=HEDGED)

        assert await stage.answer() == ["a"]
        assert stage.opened == ["a:x"]
        assert stage.now() == 1

    run_virtually(main())


def test_a_quicker_rival_wins_and_the_first_is_closed_before_its_answer_is_given():
    async def main():
        slow = Play(items=("a",), delay_seconds=60, closing_seconds=1)
        stage = Stage({"a:x": [slow], "b:y": says("b1", "b2", after=3)}, policy=HEDGED)

        items = stage.ask()
        assert await anext(items) == "b1"
        assert stage.closed == ["a:x"]
        assert [item async for item in items] == ["b2"]
        assert stage.ends == [("a:x", "lost"), ("b:y", "complete")]
        assert [outcome.is_hedge for outcome in stage.outcomes] == [False, True]

    run_virtually(main())


def test_the_first_may_still_win_while_the_rival_is_under_way():
    async def main():
        stage = Stage({"a:x": says("a", after=4), "b:y": says("b", after=60)}, policy=HEDGED)

        assert await stage.answer() == ["a"]
        assert sorted(stage.ends) == [("a:x", "complete"), ("b:y", "lost")]
        assert stage.now() == 4

    run_virtually(main())


def test_when_both_begin_in_the_same_moment_one_answer_is_given_and_both_are_closed():
    async def main():
        stage = Stage({"a:x": says("a", after=4), "b:y": says("b", after=2)}, policy=HEDGED)

        assert await stage.answer() in (["a"], ["b"])
        assert sorted(stage.closed) == ["a:x", "b:y"]
        assert sorted(end for _, end in stage.ends) == ["complete", "lost"]

    run_virtually(main())


def test_what_the_loser_used_is_told():
    async def main():
        stage = Stage({"a:x": says("a", after=60), "b:y": says("bb", after=1)}, policy=HEDGED)

        await stage.answer()
        lost, won = stage.outcomes
        assert (lost.end, lost.first_item_seconds, lost.seconds) == ("lost", None, 3)
        assert (won.usage, won.first_item_seconds) == (Usage(output_tokens=2), 1)

    run_virtually(main())


def test_a_first_target_that_fails_quickly_is_replaced_and_the_replacement_gets_a_rival():
    async def main():
        stage = Stage(
            {"a:x": [fails()], "b:y": says("b", after=60), "c:z": says("c", after=1)},
            policy=HEDGED,
        )

        assert await stage.answer() == ["c"]
        assert stage.ends == [("a:x", "failed"), ("b:y", "lost"), ("c:z", "complete")]
        assert stage.now() == 3

    run_virtually(main())


def test_a_rival_that_fails_leaves_the_first_alone():
    async def main():
        stage = Stage(
            {"a:x": says("a", after=10), "b:y": [fails(ModelAuthFailed("no"))]}, policy=HEDGED
        )

        assert await stage.answer() == ["a"]

    run_virtually(main())


def test_a_rival_that_refuses_the_request_leaves_the_first_alone():
    async def main():
        stage = Stage(
            {"a:x": says("a", after=10), "b:y": [fails(ModelRefused("no"))]}, policy=HEDGED
        )

        assert await stage.answer() == ["a"]

    run_virtually(main())


def test_a_request_that_the_first_refuses_ends_the_race():
    async def main():
        stage = Stage(
            {"a:x": [fails(ModelRefused("bad"), after=5)], "b:y": says("b", after=60)},
            policy=HEDGED,
        )

        with pytest.raises(ModelRefused, match="bad"):
            await stage.answer()
        assert sorted(stage.closed) == ["a:x", "b:y"]
        assert stage.now() == 5

    run_virtually(main())


def test_when_both_fail_the_error_names_both():
    async def main():
        stage = Stage({"a:x": [fails(after=5)], "b:y": [fails(after=1)]}, policy=HEDGED)

        with pytest.raises(ModelUnavailable, match=r"Tried: b:y .*, a:x "):
            await stage.answer()

    run_virtually(main())


def test_when_the_first_fails_early_and_nobody_is_left_the_error_comes_at_once():
    async def main():
        stage = Stage({"a:x": [fails()], "b:y": [fails()]}, policy=HEDGED)

        with pytest.raises(ModelUnavailable):
            await stage.answer()
        assert stage.now() == 0

    run_virtually(main())


def test_a_fault_of_our_own_leaves_the_race_as_itself():
    async def main():
        bug = fails(ZeroDivisionError("bug"), after=3)
        stage = Stage({"a:x": [bug], "b:y": says("b", after=60)}, policy=HEDGED)

        with pytest.raises(ZeroDivisionError):
            await stage.answer()
        assert sorted(stage.closed) == ["a:x", "b:y"]

    run_virtually(main())


@pytest.mark.parametrize("when", [1, 3, 5.5, 20])
def test_a_cancelled_caller_closes_both(when: float):
    async def main():
        slow = Play(items=("a", "aa"), delay_seconds=5, pause_seconds=100, closing_seconds=1)
        later = Play(items=("b",), delay_seconds=60, closing_seconds=1)
        stage = Stage({"a:x": [slow], "b:y": [later]}, policy=HEDGED)
        caller = asyncio.create_task(stage.answer())

        await asyncio.sleep(when)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        assert sorted(stage.closed) == sorted(stage.opened)
        assert len(stage.outcomes) == len(stage.opened)

    run_virtually(main())
