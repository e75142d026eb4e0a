"""What compatible servers say differently, read from bytes that they send."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from cadre.engine.models.errors import ModelReplyBroken, ModelUnavailable
from cadre.engine.models.prices import Price
from cadre.engine.models.wires.openai import Deviations, OpenAICompatible
from cadre.kernel.messages import Citation, ModelReply, StopReason
from cadre.kernel.scope import Scope
from tests.engine.models.wires.openai.asking import answer, ask, text_of, thoughts_of, whole
from tests.engine.models.wires.raw_server import Answer, RawServer, events, split

Connect = Callable[..., OpenAICompatible]
DONE = b"data: [DONE]\n\n"


def chunk(delta: dict[str, Any], stop: str | None = None, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": stop}
    return {"id": "c", "model": "m", "choices": [choice], **more}


async def read(
    raw: RawServer,
    connect: Connect,
    scope: Scope,
    *chunks: dict[str, Any],
    **how: Any,
) -> ModelReply:
    raw.say(Answer([*events(*chunks), DONE]))
    return await answer(connect(url=raw.url, **how), scope)


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
async def test_reasoning_has_two_names(raw: RawServer, connect: Connect, scope: Scope, name: str):
    reply = await read(
        raw, connect, scope, chunk({name: "hm, "}), chunk({name: "ok"}), chunk({"content": "Yes"})
    )

    assert reply.message.reasoning == "hm, ok"
    assert reply.message.text == "Yes"


@pytest.mark.parametrize("size", [1, 3, 1000])
async def test_inlined_thinking_is_taken_out_of_the_text(
    raw: RawServer, connect: Connect, scope: Scope, size: int
):
    said = "\n<think>\nIs 1 < 2? </thin yes.</think>\n\nYes: <think> is a tag."
    pieces = [said[start : start + size] for start in range(0, len(said), size)]
    chunks = events(*(chunk({"content": piece}) for piece in pieces), chunk({}, "stop"))
    raw.say(Answer(split([*chunks, DONE], 11)))

    deltas = await ask(connect(url=raw.url), scope)

    reply = whole(deltas)
    assert thoughts_of(deltas) == reply.message.reasoning == "\nIs 1 < 2? </thin yes."
    assert text_of(deltas) == reply.message.text == "Yes: <think> is a tag."


async def test_a_server_that_keeps_thoughts_apart_may_speak_of_the_tag(
    raw: RawServer, connect: Connect, scope: Scope
):
    apart = Deviations(inlines_thinking=False)

    reply = await read(
        raw, connect, scope, chunk({"content": "<think> opens thoughts"}, "stop"), deviations=apart
    )

    assert reply.message.text == "<think> opens thoughts"


@pytest.mark.parametrize("said", ["<think>unfinished", "<thi", "  \n"])
async def test_text_that_is_held_back_comes_when_it_ends(
    raw: RawServer, connect: Connect, scope: Scope, said: str
):
    raw.say(Answer([*events(chunk({"content": said}), chunk({}, "length")), DONE]))

    deltas = await ask(connect(url=raw.url), scope)

    reply = whole(deltas)
    held = f"<think>{reply.message.reasoning}" if reply.message.reasoning else reply.message.text
    assert held == said
    assert text_of(deltas) + thoughts_of(deltas) == reply.message.text + reply.message.reasoning


async def test_content_may_come_in_typed_parts(raw: RawServer, connect: Connect, scope: Scope):
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}

    reply = await read(
        raw,
        connect,
        scope,
        chunk({"content": [thinking]}),
        chunk({"content": [{"type": "text", "text": "Yes"}]}, "stop"),
    )

    assert (reply.message.reasoning, reply.message.text) == ("hm", "Yes")


async def test_an_answer_in_one_piece_is_an_answer(raw: RawServer, connect: Connect, scope: Scope):
    call = {"id": "1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    message = {"role": "assistant", "content": "I look.", "tool_calls": [call]}
    raw.say_json(
        {
            "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 2},
        }
    )

    deltas = await ask(connect(url=raw.url), scope)

    reply = whole(deltas)
    assert text_of(deltas) == reply.message.text == "I look."
    assert [(c.id, c.name, c.arguments) for c in reply.message.calls] == [("1", "look", "{}")]
    assert reply.stop == "tool_calls"
    assert reply.usage.input_tokens == 7


async def test_json_that_is_no_answer_is_not_taken_for_one(
    raw: RawServer, connect: Connect, scope: Scope
):
    raw.say_json({"status": "ok"})

    with pytest.raises(ModelReplyBroken, match="OpenAI-compatible"):
        await ask(connect(url=raw.url), scope)


@pytest.mark.parametrize(
    "body", [[], "hello", {"choices": 3}, {"choices": [{"delta": {"content": 5}}]}]
)
async def test_nonsense_is_named(raw: RawServer, connect: Connect, scope: Scope, body: Any):
    raw.say(Answer([b"data: " + json.dumps(body).encode() + b"\n\n", DONE]))

    with pytest.raises(ModelReplyBroken, match="chat completion"):
        await ask(connect(url=raw.url), scope)


async def test_an_error_with_status_200_is_an_error(raw: RawServer, connect: Connect, scope: Scope):
    raw.say_json({"error": {"message": "The engine is overloaded", "type": "server_error"}})

    with pytest.raises(ModelUnavailable, match="overloaded"):
        await ask(connect(url=raw.url), scope)


@pytest.mark.parametrize(
    ("reason", "stop"),
    [
        ("stop", "end"),
        ("eos", "end"),
        ("length", "length"),
        ("max_tokens", "length"),
        ("content_filter", "refused"),
        ("tool_calls", "tool_calls"),
    ],
)
async def test_reasons_to_stop_are_told(
    raw: RawServer, connect: Connect, scope: Scope, reason: str, stop: StopReason
):
    reply = await read(raw, connect, scope, chunk({"content": "x"}, reason))

    assert reply.stop == stop


async def test_a_refusal_is_the_text_and_the_reason(raw: RawServer, connect: Connect, scope: Scope):
    reply = await read(
        raw, connect, scope, chunk({"refusal": "I can't "}), chunk({"refusal": "do that."}, "stop")
    )

    assert reply.message.text == "I can't do that."
    assert reply.stop == "refused"


async def test_calls_without_index_or_id_are_told_apart(
    raw: RawServer, connect: Connect, scope: Scope
):
    def call(name: str, arguments: Any) -> dict[str, Any]:
        return {"tool_calls": [{"function": {"name": name, "arguments": arguments}}]}

    reply = await read(
        raw, connect, scope, chunk(call("a", '{"x":1}')), chunk(call("b", {"y": 2}), "stop")
    )

    first, second = reply.message.calls
    assert (first.name, first.arguments) == ("a", '{"x":1}')
    assert (second.name, second.arguments) == ("b", '{"y":2}')
    assert first.id
    assert first.id != second.id
    assert reply.stop == "tool_calls"


async def test_annotations_are_citations(raw: RawServer, connect: Connect, scope: Scope):
    def cited(url: str, **more: Any) -> dict[str, Any]:
        return {"type": "url_citation", "url_citation": {"url": url, "title": "T", **more}}

    reply = await read(
        raw,
        connect,
        scope,
        chunk({"content": "So it is.", "annotations": [cited("https://a", start_index=0)]}),
        chunk({"annotations": [cited("https://b", content="text"), cited("https://a")]}, "stop"),
    )

    assert reply.message.citations == [
        Citation(url="https://a", title="T"),
        Citation(url="https://b", title="T", text="text"),
    ]


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (
            {"prompt_tokens": 9, "completion_tokens": 5, "prompt_tokens_details": None},
            {"input_tokens": 9, "output_tokens": 5},
        ),
        (
            {
                "prompt_tokens": 9,
                "completion_tokens": 5,
                "prompt_tokens_details": {
                    "audio_tokens": 3,
                    "cached_tokens": 2,
                    "cache_write_tokens": 1,
                },
                "completion_tokens_details": {"audio_tokens": 2},
            },
            {
                "input_tokens": 9,
                "audio_input_tokens": 3,
                "cached_tokens": 2,
                "cache_write_tokens": 1,
                "output_tokens": 5,
                "audio_output_tokens": 2,
            },
        ),
        (
            {"prompt_tokens": 9, "completion_tokens": 5, "prompt_cache_hit_tokens": 8},
            {"input_tokens": 9, "output_tokens": 5, "cached_tokens": 8},
        ),
        (
            {
                "prompt_tokens": 9,
                "completion_tokens": 5,
                "total_tokens": 114,
                "completion_tokens_details": {"reasoning_tokens": 100},
            },
            {"input_tokens": 9, "output_tokens": 105, "reasoning_tokens": 100},
        ),
        (
            {
                "prompt_tokens": 9,
                "completion_tokens": 105,
                "total_tokens": 114,
                "completion_tokens_details": {"reasoning_tokens": 100},
            },
            {"input_tokens": 9, "output_tokens": 105, "reasoning_tokens": 100},
        ),
    ],
)
async def test_counts_are_read_where_they_are(
    raw: RawServer,
    connect: Connect,
    scope: Scope,
    usage: dict[str, Any],
    expected: dict[str, Any],
):
    reply = await read(raw, connect, scope, chunk({"content": "x"}, "stop", usage=usage))

    counts = reply.usage.model_dump(exclude_defaults=True)
    assert counts == expected


async def test_what_the_provider_says_it_cost_counts_where_no_price_is_known(
    raw: RawServer, connect: Connect, scope: Scope
):
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 0, "cost": 0.0125}
    said = chunk({"content": "x"}, "stop", usage=usage)
    price = Price(input=Decimal(3), output=Decimal(3))

    unpriced = await read(raw, connect, scope, said)
    priced = await read(raw, connect, scope, said, price=price)
    exact = await read(
        raw, connect, scope, said, price=price, deviations=Deviations(reports_cost=True)
    )

    assert unpriced.usage.cost_usd == Decimal("0.0125")
    assert priced.usage.cost_usd == Decimal(3)
    assert exact.usage.cost_usd == Decimal("0.0125")


async def test_other_choices_are_not_mixed_in(raw: RawServer, connect: Connect, scope: Scope):
    second = {"index": 1, "delta": {"content": "other"}, "finish_reason": None}

    reply = await read(
        raw, connect, scope, {"choices": [second]}, chunk({"content": "first"}, "stop")
    )

    assert reply.message.text == "first"
