"""Failover: who is asked, in what order, for how long, and what the caller sees of it."""

import asyncio
from contextlib import aclosing

import pytest

from cadre.engine.models.calling import CallPolicy
from cadre.engine.models.errors import (
    ContextTooLong,
    ModelAuthFailed,
    ModelLimited,
    ModelOutOfCredit,
    ModelRefused,
    ModelReplyBroken,
    ModelUnavailable,
    UnknownModel,
)
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import Usage
from tests.engine.models.calling.plays import DOWN, Play, Stage, fails, full_pauses, says
from tests.engine.models.calling.virtual_time import run_virtually

AT_ONCE = CallPolicy(retries=full_pauses(per_target=0))
PATIENT = CallPolicy(retries=full_pauses())


def test_the_first_target_answers_and_nobody_else_is_asked():
    async def main():
        stage = Stage({"a:x": says("one", "two"), "b:y": says("no")})

        assert await stage.answer() == ["one", "two"]
        assert stage.opened == stage.closed == ["a:x"]
        assert stage.ends == [("a:x", "complete")]

    run_virtually(main())


@pytest.mark.parametrize(
    "error",
    [
        ModelUnavailable("down"),
        ModelReplyBroken("nonsense"),
        ModelLimited("slow down"),
        ModelOutOfCredit("no money"),
        ModelAuthFailed("bad key"),
        UnknownModel("who?"),
    ],
    ids=lambda error: error.code,
)
def test_a_target_that_fails_before_its_first_item_is_replaced_unseen(error: CadreError):
    async def main():
        stage = Stage({"a:x": [fails(error)], "b:y": says("hello")}, policy=AT_ONCE)

        assert await stage.answer() == ["hello"]
        assert stage.ends == [("a:x", "failed"), ("b:y", "complete")]

    run_virtually(main())


def test_a_short_trouble_is_sat_out_at_the_same_target():
    async def main():
        stage = Stage({"a:x": [fails(), fails(), *says("back")], "b:y": says("no")}, policy=PATIENT)

        assert await stage.answer() == ["back"]
        assert stage.opened == ["a:x"] * 3
        assert stage.now() == 0.5 + 1.0

    run_virtually(main())


def test_the_next_target_is_tried_rather_than_a_long_pause_waited_out():
    async def main():
        limited = ModelLimited("slow down", retry_after_seconds=30)
        stage = Stage({"a:x": [fails(limited)], "b:y": says("quick")}, policy=PATIENT)

        assert await stage.answer() == ["quick"]
        assert stage.now() == 0

    run_virtually(main())


def test_retry_after_is_waited_for_where_there_is_nobody_else():
    async def main():
        limited = ModelLimited("slow down", retry_after_seconds=30)
        stage = Stage({"a:x": [fails(limited), *says("now")]}, policy=PATIENT)

        assert await stage.answer() == ["now"]
        assert stage.now() == 30.5

    run_virtually(main())


def test_a_target_that_was_limited_is_asked_again_when_the_others_are_down():
    async def main():
        limited = ModelLimited("slow down", retry_after_seconds=10)
        stage = Stage(
            {"a:x": [fails(limited), *says("at last")], "b:y": [fails(ModelAuthFailed("no"))]},
            policy=PATIENT,
        )

        assert await stage.answer() == ["at last"]
        assert stage.opened == ["a:x", "b:y", "a:x"]

    run_virtually(main())


def test_retry_after_beyond_patience_ends_the_call_at_once():
    async def main():
        limited = ModelLimited("tomorrow", retry_after_seconds=86_400)
        stage = Stage({"a:x": [fails(limited)]}, policy=PATIENT)

        with pytest.raises(ModelLimited, match="tomorrow") as caught:
            await stage.answer()
        assert caught.value.retry_after_seconds == 86_400
        assert stage.now() == 0

    run_virtually(main())


@pytest.mark.parametrize(
    "error", [ModelRefused("bad tool"), ContextTooLong("too long")], ids=lambda e: e.code
)
def test_what_is_the_callers_own_mistake_is_not_shown_to_others(error: CadreError):
    async def main():
        stage = Stage({"a:x": [fails(error)], "b:y": says("no")})

        with pytest.raises(type(error)):
            await stage.answer()
        assert stage.opened == ["a:x"]

    run_virtually(main())


def test_a_refused_request_goes_to_others_if_the_policy_says_so():
    async def main():
        policy = CallPolicy(retries_refused_elsewhere=True)
        stage = Stage({"a:x": [fails(ModelRefused("no"))], "b:y": says("yes")}, policy=policy)

        assert await stage.answer() == ["yes"]

    run_virtually(main())


def test_what_is_too_long_goes_only_to_a_larger_window():
    async def main():
        windows = {"a:x": 8_000, "b:same": 8_000, "d:large": 1_000_000}
        too_long = fails(ContextTooLong("9000 tokens"))
        stage = Stage(
            {
                "a:x": [too_long],
                "b:same": says("no"),
                "c:unknown": says("no"),
                "d:large": says("fits"),
            },
            windows=windows,
        )

        assert await stage.answer() == ["fits"]
        assert stage.opened == ["a:x", "d:large"]

    run_virtually(main())


def test_after_the_first_item_a_failure_is_raised_and_never_spliced():
    async def main():
        stage = Stage({"a:x": [fails(begins=["half"])], "b:y": says("other")})
        seen: list[str] = []

        with pytest.raises(ModelUnavailable, match="answer of a:x broke off: down") as caught:
            async for item in stage.ask():
                seen.append(item)
        assert caught.value.code == "model_unavailable"
        assert seen == ["half"]
        assert stage.opened == ["a:x"]
        assert stage.ends == [("a:x", "failed")]

    run_virtually(main())


def test_a_target_that_says_nothing_in_time_is_left():
    async def main():
        policy = CallPolicy(first_item_seconds=20)
        stage = Stage({"a:x": says("late", after=60), "b:y": says("here")}, policy=policy)

        assert await stage.answer() == ["here"]
        assert stage.now() == 20
        assert stage.ends == [("a:x", "failed"), ("b:y", "complete")]
        assert stage.outcomes[0].error is not None

    run_virtually(main())


def test_an_answer_that_has_begun_may_take_its_time():
    async def main():
        policy = CallPolicy(first_item_seconds=20, total_seconds=30)
        stage = Stage({"a:x": says("one", "two", "three", pause=100)}, policy=policy)

        assert await stage.answer() == ["one", "two", "three"]

    run_virtually(main())


def test_an_answer_without_a_word_is_broken():
    async def main():
        stage = Stage({"a:x": says(), "b:y": says("a word")}, policy=AT_ONCE)

        assert await stage.answer() == ["a word"]
        assert isinstance(stage.outcomes[0].error, ModelReplyBroken)

    run_virtually(main())


def test_attempts_are_bounded_across_targets():
    async def main():
        policy = CallPolicy(attempts=4, retries=full_pauses(per_target=100))
        stage = Stage({"a:x": [fails()], "b:y": [fails()]}, policy=policy)

        with pytest.raises(ModelUnavailable):
            await stage.answer()
        assert len(stage.opened) == 4

    run_virtually(main())


def test_seconds_are_bounded_across_targets():
    async def main():
        policy = CallPolicy(total_seconds=50, first_item_seconds=20)
        late = says("late", after=1_000)
        stage = Stage({"a:x": list(late), "b:y": list(late), "c:z": list(late)}, policy=policy)

        with pytest.raises(ModelUnavailable, match=r"Tried: a:x .*, b:y .*, c:z "):
            await stage.answer()
        assert stage.now() == 50

    run_virtually(main())


def test_one_target_that_fails_once_fails_with_its_own_words():
    async def main():
        stage = Stage({"a:x": [fails(ModelAuthFailed("Enter another key."))]})

        with pytest.raises(ModelAuthFailed, match=r"^Enter another key\.$"):
            await stage.answer()

    run_virtually(main())


def test_when_all_are_limited_the_soonest_retry_after_is_told():
    async def main():
        stage = Stage(
            {
                "a:x": [fails(ModelLimited("a is busy", retry_after_seconds=90))],
                "b:y": [fails(ModelLimited("b is busy", retry_after_seconds=70))],
            }
        )

        with pytest.raises(ModelLimited) as caught:
            await stage.answer()
        assert caught.value.retry_after_seconds == 70
        assert "a:x (model_limited), b:y (model_limited)" in caught.value.detail

    run_virtually(main())


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ([ModelUnavailable("u"), ContextTooLong("c"), ModelAuthFailed("a")], ContextTooLong),
        ([ModelAuthFailed("a"), ModelUnavailable("u")], ModelUnavailable),
        ([ModelLimited("l"), ModelUnavailable("u")], ModelUnavailable),
        ([ModelAuthFailed("a"), ModelLimited("l")], ModelLimited),
        ([ModelOutOfCredit("o"), ModelAuthFailed("a")], ModelOutOfCredit),
    ],
)
def test_the_most_useful_error_is_told(errors: list[CadreError], told: type[CadreError]):
    async def main():
        plays = {f"p{number}:m": [fails(error)] for number, error in enumerate(errors)}
        windows = {name: 1_000 * number for number, name in enumerate(plays, 1)}
        stage = Stage(plays, windows=windows, policy=AT_ONCE)

        with pytest.raises(told) as caught:
            await stage.answer()
        assert type(caught.value) is told
        for outcome in stage.outcomes:
            assert outcome.error is not None
            assert f"{outcome.target.name} ({outcome.error.code})" in caught.value.detail

    run_virtually(main())


def test_a_fault_of_our_own_is_raised_as_it_is_and_blames_no_target():
    async def main():
        stage = Stage({"a:x": [fails(ZeroDivisionError("bug"))], "b:y": says("no")})

        for _ in range(10):
            with pytest.raises(ZeroDivisionError):
                await stage.answer()
        assert stage.opened == stage.closed == ["a:x"] * 10
        assert stage.breakers.of(stage.targets[0]).state == "closed"

    run_virtually(main())


def test_closing_the_answer_closes_the_attempt_and_waits_for_it():
    async def main():
        play = Play(items=("one", "two"), pause_seconds=100, closing_seconds=3)
        stage = Stage({"a:x": [play]})

        async with aclosing(stage.ask()) as items:
            assert await anext(items) == "one"
        assert stage.closed == ["a:x"]
        assert stage.now() == 3
        assert stage.ends == [("a:x", "abandoned")]
        assert stage.outcomes[0].usage == Usage(output_tokens=3)

    run_virtually(main())


@pytest.mark.parametrize("when", [0.5, 1.5])
def test_a_cancelled_caller_closes_the_attempt_and_waits_for_it(when: float):
    async def main():
        play = Play(items=("one", "two"), delay_seconds=1, pause_seconds=100, closing_seconds=3)
        stage = Stage({"a:x": [play]})
        caller = asyncio.create_task(stage.answer())

        await asyncio.sleep(when)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        assert stage.closed == ["a:x"]
        assert stage.now() == when + 3
        assert stage.ends == [("a:x", "abandoned")]

    run_virtually(main())


def test_a_caller_can_be_cancelled_between_attempts():
    async def main():
        limited = ModelLimited("wait", retry_after_seconds=30)
        stage = Stage({"a:x": [fails(limited)]}, policy=PATIENT)
        caller = asyncio.create_task(stage.answer())

        await asyncio.sleep(10)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        assert stage.opened == stage.closed == ["a:x"]

    run_virtually(main())


def test_an_open_circuit_is_passed_by():
    async def main():
        stage = Stage({"a:x": [fails()], "b:y": says("here")}, policy=AT_ONCE)

        for _ in range(8):
            assert await stage.answer() == ["here"]
        assert stage.opened.count("a:x") == 5

    run_virtually(main())


def test_a_call_with_nowhere_else_to_go_waits_for_the_circuit():
    async def main():
        stage = Stage({"a:x": [*[fails()] * 5, *says("well again")]}, policy=AT_ONCE)
        for _ in range(5):
            with pytest.raises(ModelUnavailable):
                await stage.answer()

        answers = await asyncio.gather(*[stage.answer() for _ in range(20)])

        assert answers == [["well again"]] * 20
        assert 5 <= stage.now() < 10

    run_virtually(main())


def test_whoever_comes_later_waits_for_retry_after_too():
    async def main():
        limited = ModelLimited("slow down", retry_after_seconds=30)
        stage = Stage({"a:x": [fails(limited), *says("now")]}, policy=AT_ONCE)
        with pytest.raises(ModelLimited):
            await stage.answer()

        assert await stage.answer() == ["now"]
        assert 30 <= stage.now() < 31

    run_virtually(main())


def test_a_circuit_closes_with_the_first_word_of_a_long_answer():
    async def main():
        long = Play(items=("well", "again"), pause_seconds=1_000)
        stage = Stage({"a:x": [*[fails()] * 5, long]}, policy=AT_ONCE)
        for _ in range(5):
            with pytest.raises(ModelUnavailable):
                await stage.answer()
        await asyncio.sleep(5)

        async with aclosing(stage.ask()) as probe, aclosing(stage.ask()) as other:
            assert await anext(probe) == await anext(other) == "well"
        assert stage.now() == 5

    run_virtually(main())


def test_an_open_circuit_is_explained_with_the_time_when_it_may_close():
    async def main():
        stage = Stage({"a:x": [fails()]}, policy=AT_ONCE)
        for _ in range(5):
            with pytest.raises(ModelUnavailable):
                await stage.answer()
        impatient = CallPolicy(open_circuit_seconds=1)

        with pytest.raises(ModelUnavailable, match=r"not asked for another 5\.0 s.*down") as caught:
            await stage.answer(impatient)
        assert caught.value.retry_after_seconds == 5
        assert len(stage.opened) == 5

    run_virtually(main())


def test_without_targets_the_error_says_so():
    async def main():
        with pytest.raises(ModelUnavailable, match="No model is left"):
            await Stage({}).answer()

    run_virtually(main())


def test_errors_are_not_shared_between_calls():
    async def main():
        stage = Stage({"a:x": [fails(DOWN)], "b:y": [fails(DOWN)]}, policy=AT_ONCE)
        details: set[str] = set()
        for _ in range(2):
            with pytest.raises(ModelUnavailable) as caught:
                await stage.answer()
            details.add(caught.value.detail)
        assert len(details) == 1

    run_virtually(main())
