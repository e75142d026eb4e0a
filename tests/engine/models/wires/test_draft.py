"""A reply as it grows, and on its way back."""

import pytest

from cadre.engine.models.errors import ModelReplyBroken
from cadre.engine.models.wires.draft import REPLY_CALLS, REPLY_CHARACTERS, Draft, pieces
from cadre.kernel.messages import AssistantMessage, ToolCall


def written() -> AssistantMessage:
    draft = Draft()
    draft.seal({"secret": 1})
    draft.say("one ")
    draft.say("two")
    draft.open_call("a", "look", {"secret": 2})
    draft.say("three")
    return draft.message("claude", "opus", "prefix")


def order(message: AssistantMessage, *, model: str = "opus", after: str | None = None) -> list[str]:
    found = pieces(message, "claude", model, after)
    return [piece.call.id if piece.call else piece.text or "sealed" for piece in found]


def test_everything_goes_back_in_the_order_in_which_it_was_written():
    assert order(written()) == ["sealed", "one two", "a", "three"]
    assert order(written(), after="prefix") == ["sealed", "one two", "a", "three"]


def test_what_another_model_wrote_or_behind_another_prefix_goes_back_unsealed():
    unsealed = ["one twothree", "a"]

    assert order(written(), model="sonnet") == unsealed
    assert order(written(), after="other") == unsealed
    assert [piece.sealed for piece in pieces(written(), "gemini", "opus")] == [None, None]


@pytest.mark.parametrize(
    "change",
    [
        {"text": "one"},
        {"calls": []},
        {"calls": [ToolCall(id="b", name="look", arguments="{}")]},
        {"state": {"provider": "claude", "model": "opus", "order": ["?"]}},
    ],
)
def test_a_message_that_was_changed_since_goes_back_unsealed(change: dict[str, object]):
    changed = written().model_copy(update=change)

    assert "sealed" not in order(changed)


def test_nothing_is_kept_of_a_message_without_sealed_blocks():
    draft = Draft()
    draft.say("plain")

    assert draft.message("claude", "opus").state is None


def test_an_endless_answer_is_refused():
    draft = Draft()
    draft.say("x" * REPLY_CHARACTERS)

    with pytest.raises(ModelReplyBroken, match="characters"):
        draft.think("x")


def test_endless_calls_are_refused():
    draft = Draft()
    for number in range(REPLY_CALLS):
        draft.open_call(str(number), "look")

    with pytest.raises(ModelReplyBroken, match="calls"):
        draft.open_call("last", "look")
