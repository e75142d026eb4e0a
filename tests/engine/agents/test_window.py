"""The window: what fits stays whole, what goes is counted, a call never loses its answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadre.engine.agents.window import fit, total_tokens
from cadre.engine.models import ContextTooLong
from cadre.kernel.messages import (
    AssistantMessage,
    Message,
    TextPart,
    ToolCall,
    ToolMessage,
    UserMessage,
)

SIZES = st.integers(0, 4000)


def user(size: int) -> UserMessage:
    return UserMessage(parts=[TextPart(text="u" * size)])


def round_of(number: int, sizes: list[int]) -> list[Message]:
    calls = [ToolCall(id=f"{number}-{i}", name="t", arguments="{}") for i in range(len(sizes))]
    answers = [ToolMessage(call_id=c.id, name="t", text="x" * s) for c, s in zip(calls, sizes, strict=True)]  # fmt: skip
    return [AssistantMessage(calls=calls), *answers]


ROUNDS = st.lists(st.lists(SIZES, min_size=1, max_size=3), max_size=3)
TURNS = st.lists(st.tuples(st.integers(0, 400), ROUNDS), min_size=1, max_size=4)


def conversation(turns: list[tuple[int, list[list[int]]]]) -> list[Message]:
    messages: list[Message] = []
    for turn, (size, rounds) in enumerate(turns):
        messages.append(user(size))
        for number, sizes in enumerate(rounds):
            messages += round_of(turn * 10 + number, sizes)
    return messages


@given(TURNS, st.integers(300, 4000))
def test_what_is_kept_fits_and_every_call_keeps_its_answer(
    turns: list[tuple[int, list[list[int]]]], max_tokens: int
):
    messages = conversation(turns)
    before = [message.model_copy(deep=True) for message in messages]
    try:
        kept, left_out = fit(messages, max_tokens=max_tokens)
    except ContextTooLong:
        return

    assert total_tokens(kept) <= max_tokens
    assert messages == before
    assert isinstance(kept[0], UserMessage)
    asked = [call.id for m in kept if isinstance(m, AssistantMessage) for call in m.calls]
    answered = [m.call_id for m in kept if isinstance(m, ToolMessage)]
    assert asked == answered
    assert (left_out is None) == (kept == messages)


@given(TURNS, st.integers(300, 4000))
def test_the_same_conversation_is_cut_at_the_same_place(
    turns: list[tuple[int, list[list[int]]]], max_tokens: int
):
    def cut() -> object:
        try:
            return fit(conversation(turns), max_tokens=max_tokens)
        except ContextTooLong as error:
            return error.detail

    assert cut() == cut()


def test_old_tool_output_is_compressed_before_a_turn_is_dropped():
    messages = conversation([(40, [[4000]]), (40, [[40]])])

    kept, left_out = fit(messages, max_tokens=500)

    assert left_out is not None
    assert (left_out.turns, left_out.tool_outputs_compressed) == (0, 1)
    assert len(kept) == len(messages)
    assert "left out" in getattr(kept[2], "text", "")


def test_a_turn_that_can_not_fit_says_what_to_change():
    with pytest.raises(ContextTooLong, match=r"context\.max_tokens"):
        fit([user(40_000)], max_tokens=2000)
