"""What the adapter makes of a stream, in the shapes of Anthropic's reference, and of broken ones."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from cadre.engine.models.errors import ModelReplyBroken, ModelUnavailable
from cadre.engine.models.prices import Price
from cadre.engine.models.wires.anthropic import AnthropicMessages
from cadre.kernel.messages import (
    AnswerFormat,
    Citation,
    Delta,
    ModelRequest,
    SystemMessage,
    ToolMessage,
)
from cadre.kernel.scope import Scope
from tests.engine.models.wires.anthropic import recorded
from tests.engine.models.wires.asking import (
    LOOK,
    answer,
    arguments_of,
    ask,
    question,
    text_of,
    thoughts_of,
    whole,
)
from tests.engine.models.wires.raw_server import Answer, End, RawServer, events, split

Connect = Callable[..., AnthropicMessages]


def streamed(*said: recorded.Event, **more: Any) -> Answer:
    return Answer(events(*said), **more)


HELLO = [recorded.start(), *recorded.text(0, "Hello", " there"), *recorded.end()]


@pytest.mark.parametrize("size", [1, 7, 4096])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
async def test_bytes_may_be_split_anywhere(
    raw: RawServer, connect: Connect, scope: Scope, size: int, line_end: str
):
    said = [recorded.start(), recorded.PING, *recorded.text(0, "Übergröße 漢字", " 🎉")]
    raw.say(Answer(split(events(*said, *recorded.end(), line_end=line_end), size)))

    deltas = await ask(connect(), scope)

    assert text_of(deltas) == whole(deltas).message.text == "Übergröße 漢字 🎉"


async def test_thoughts_come_as_reasoning_and_go_back_signed_and_in_their_place(
    raw: RawServer, connect: Connect, scope: Scope
):
    raw.say(
        streamed(
            recorded.start(),
            *recorded.thinking(0, "First ", "this."),
            *recorded.redacted(1),
            *recorded.text(2, "I look", " twice."),
            *recorded.thinking(3, "Then that.", signature="c2Vjb25k"),
            *recorded.call(4, "toolu_1", "look", '{"at": ', '"a"}'),
            *recorded.end("tool_use", output_tokens_details={"thinking_tokens": 7}),
        ),
        streamed(*HELLO),
    )
    request = question(tools=[LOOK], reasoning_effort="high")

    deltas = await ask(connect(), scope, request)

    reply = whole(deltas)
    assert thoughts_of(deltas) == reply.message.reasoning == "First this.Then that."
    assert reply.usage.reasoning_tokens == 7
    request.messages += [
        type(reply.message).model_validate_json(reply.message.model_dump_json()),
        ToolMessage(call_id="toolu_1", name="look", text="a cat"),
    ]
    await ask(connect(), scope, request)
    assert raw.requests[1].body["messages"][1]["content"] == [
        {"type": "thinking", "thinking": "First this.", "signature": "c2lnbmVk"},
        {"type": "redacted_thinking", "data": "ZW5jcnlwdGVk"},
        {"type": "text", "text": "I look twice."},
        {"type": "thinking", "thinking": "Then that.", "signature": "c2Vjb25k"},
        {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "a"}},
    ]
    assert raw.requests[1].body["thinking"]["type"] == "enabled"


async def test_thoughts_go_back_to_the_model_that_had_them_only(
    raw: RawServer, connect: Connect, scope: Scope
):
    request = await _looped(raw, connect("claude-haiku-4-5"), scope)

    await ask(connect("claude-sonnet-4"), scope, request)

    content = raw.requests[-1].body["messages"][1]["content"]
    assert [block["type"] for block in content] == ["tool_use"]
    assert "thinking" not in raw.requests[-1].body


@pytest.mark.parametrize(
    ("model", "is_sent"), [("claude-opus-5-5", False), ("claude-haiku-4-5", True)]
)
async def test_thoughts_that_are_bound_to_what_came_before_are_left_out_after_a_change(
    raw: RawServer, connect: Connect, scope: Scope, model: str, is_sent: bool
):
    request = await _looped(raw, connect(model), scope)

    await ask(connect(model), scope, request)
    request.messages.insert(0, SystemMessage(text="Now be brief."))
    raw.say(streamed(*HELLO))
    await ask(connect(model), scope, request)

    unchanged, changed = [seen.body["messages"][1]["content"] for seen in raw.requests[-2:]]
    assert unchanged[0]["type"] == "thinking"
    assert (changed[0]["type"] == "thinking") == is_sent


async def test_thoughts_whose_text_is_kept_back_still_go_back(
    raw: RawServer, connect: Connect, scope: Scope
):
    raw.say(
        streamed(
            recorded.start(),
            *recorded.thinking(0),
            *recorded.call(1, "toolu_1", "look", "{}"),
            *recorded.end("tool_use"),
        )
    )

    reply = await answer(connect(), scope)

    assert reply.message.reasoning == ""
    assert reply.message.state is not None
    sealed = reply.message.state["order"][0]["sealed"]
    assert sealed == {"type": "thinking", "thinking": "", "signature": "c2lnbmVk"}


async def test_parallel_calls_with_broken_arguments_stay_as_they_were_written(
    raw: RawServer, connect: Connect, scope: Scope
):
    raw.say(
        streamed(
            recorded.start(),
            *recorded.call(0, "toolu_1", "look", '{"at": ', '"a'),
            *recorded.call(1, "toolu_2", "look"),
            *recorded.end("tool_use"),
        )
    )

    deltas = await ask(connect(), scope)

    first, second = whole(deltas).message.calls
    assert first.arguments == arguments_of(deltas, 0) == '{"at": "a'
    assert second.arguments == "{}"


async def test_an_input_that_comes_whole_is_taken_too(
    raw: RawServer, connect: Connect, scope: Scope
):
    opening = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "a"}}
    raw.say(streamed(recorded.start(), *recorded.block(0, opening), *recorded.end("tool_use")))

    deltas = await ask(connect(), scope)

    assert whole(deltas).message.calls[0].arguments == arguments_of(deltas, 0) == '{"at":"a"}'


async def test_the_input_of_the_answers_tool_is_the_text(
    raw: RawServer, connect: Connect, scope: Scope
):
    raw.say(
        streamed(
            recorded.start(),
            *recorded.call(0, "toolu_1", "pet", '{"name": ', '"Tom"}'),
            *recorded.end("tool_use"),
        )
    )
    form = AnswerFormat(name="pet", json_schema={"type": "object"})
    request = question(answer_format=form)

    deltas = await ask(connect("claude-3-7-sonnet-20250219"), scope, request)

    reply = whole(deltas)
    assert text_of(deltas) == reply.message.text == '{"name": "Tom"}'
    assert (reply.message.calls, reply.stop) == ([], "end")


async def test_usage_counts_the_cache_as_input_and_costs(
    raw: RawServer, connect: Connect, scope: Scope
):
    price = Price(
        input=Decimal(3),
        output=Decimal(15),
        cached_input=Decimal("0.30"),
        cache_write=Decimal("3.75"),
    )
    counts: dict[str, Any] = {
        "cache_read_input_tokens": 600_000,
        "cache_creation_input_tokens": 300_000,
    }
    raw.say(
        streamed(
            recorded.start(input_tokens=100_000, **counts),
            *recorded.text(0, "hi"),
            *recorded.end(output_tokens=1000, server_tool_use={"web_search_requests": 0}),
        )
    )

    usage = (await answer(connect(price=price), scope)).usage

    assert usage.input_tokens == 1_000_000
    assert (usage.cached_tokens, usage.cache_write_tokens) == (600_000, 300_000)
    assert usage.cost_usd == Decimal("0.3") + Decimal("0.18") + Decimal("1.125") + Decimal("0.015")


async def test_the_last_counts_are_the_total(raw: RawServer, connect: Connect, scope: Scope):
    last = recorded.end(input_tokens=50, output_tokens=9, cache_read_input_tokens=None)
    raw.say(
        streamed(
            recorded.start(cache_read_input_tokens=4),
            *recorded.text(0, "hi"),
            *last,
        )
    )

    usage = (await answer(connect(), scope)).usage

    assert (usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (54, 4, 9)
    assert usage.cost_usd is None


@pytest.mark.parametrize(
    ("reason", "stop"),
    [
        ("end_turn", "end"),
        ("pause_turn", "end"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("stop_sequence", "stop_sequence"),
        ("refusal", "refused"),
        ("something_new", "end"),
    ],
)
async def test_why_it_stopped_is_told(
    raw: RawServer, connect: Connect, scope: Scope, reason: str, stop: str
):
    raw.say(streamed(recorded.start(), *recorded.text(0, "hi"), *recorded.end(reason)))

    assert (await answer(connect(), scope)).stop == stop


async def test_a_refusal_without_a_word_says_its_reason(
    raw: RawServer, connect: Connect, scope: Scope
):
    details = {"type": "refusal", "category": "cyber", "explanation": "Not this."}
    raw.say(streamed(recorded.start(), *recorded.end("refusal", details)))

    deltas = await ask(connect(), scope)

    assert text_of(deltas) == whole(deltas).message.text == "Not this."
    assert whole(deltas).stop == "refused"


async def test_citations_and_searches_are_kept(raw: RawServer, connect: Connect, scope: Scope):
    web = {
        "type": "web_search_result_location",
        "url": "https://example.org/cats",
        "title": "Cats",
        "cited_text": "Cats purr.",
        "encrypted_index": "x",
    }
    page = {"type": "page_location", "document_title": "a.pdf", "cited_text": "Dogs bark."}
    deltas = [{"type": "citations_delta", "citation": citation} for citation in (web, page)]
    opening: recorded.Event = {"type": "text", "text": "", "citations": []}
    search: recorded.Event = {
        "type": "server_tool_use",
        "id": "srvtoolu_1",
        "name": "web_search",
        "input": {},
    }
    raw.say(
        streamed(
            recorded.start(),
            *recorded.block(0, search, {"type": "input_json_delta", "partial_json": '{"q":1}'}),
            *recorded.block(1, opening, {"type": "text_delta", "text": "They purr."}, *deltas),
            *recorded.end(server_tool_use={"web_search_requests": 2}),
        )
    )

    reply = await answer(connect(), scope)

    assert reply.message.citations == [
        Citation(url="https://example.org/cats", title="Cats", text="Cats purr."),
        Citation(url="", title="a.pdf", text="Dogs bark."),
    ]
    assert reply.usage.searches == 2
    assert reply.message.calls == []


async def test_what_is_not_known_is_passed_over(raw: RawServer, connect: Connect, scope: Scope):
    new_block = recorded.block(1, {"type": "hologram", "data": 1}, {"type": "hologram_delta"})
    raw.say(
        streamed(
            {"type": "weather_report", "sunny": True},
            recorded.start(),
            recorded.PING,
            *recorded.text(0, "Hello"),
            *new_block,
            *recorded.end(),
        )
    )

    assert (await answer(connect(), scope)).message.text == "Hello"


@pytest.mark.parametrize("end", ["close", "end", "hang"])
async def test_an_answer_that_breaks_off_is_an_error_after_what_came(
    raw: RawServer, connect: Connect, scope: Scope, end: End
):
    raw.say(streamed(recorded.start(), *recorded.text(0, "one ", "two"), end=end))
    seen: list[Delta] = []

    with pytest.raises(ModelUnavailable):
        async for delta in connect().stream(scope, question()):
            seen.append(delta)

    assert text_of(seen) == "one two"
    assert len(raw.requests) == 1


@pytest.mark.parametrize("end", ["close", "end", "hang"])
async def test_a_missing_farewell_is_forgiven(
    raw: RawServer, connect: Connect, scope: Scope, end: End
):
    raw.say(streamed(*HELLO[:-1], end=end))

    assert (await answer(connect(), scope)).message.text == "Hello there"


async def test_half_a_character_at_the_end_says_nothing(
    raw: RawServer, connect: Connect, scope: Scope
):
    half = 'data: {"type":"content_block_delta","index":0,"delta":{"text":"é'.encode()[:-1]
    raw.say(Answer([*events(*HELLO[:3]), half], end="close"))
    seen: list[Delta] = []

    with pytest.raises(ModelUnavailable):
        async for delta in connect().stream(scope, question()):
            seen.append(delta)

    assert text_of(seen) == "Hello"


async def test_an_error_in_the_middle_is_told_after_what_came(
    raw: RawServer, connect: Connect, scope: Scope
):
    raw.say(streamed(recorded.start(), *recorded.text(0, "one"), recorded.OVERLOADED))
    seen: list[Delta] = []

    with pytest.raises(ModelUnavailable, match="Overloaded"):
        async for delta in connect().stream(scope, question()):
            seen.append(delta)

    assert text_of(seen) == "one"


@pytest.mark.parametrize(
    "answered",
    [
        Answer([b"data: {not json\n\n"]),
        Answer([b'data: "just a string"\n\n']),
        Answer(events({"type": "content_block_delta", "index": 9, "delta": {}})),
        Answer(events({"type": "message_start"})),
        Answer([b"<h1>Welcome</h1>"], content_type="text/html"),
        Answer([b"{}"], content_type="application/json"),
        Answer([b"data: " + b"x" * 9_000_000]),
    ],
)
async def test_what_is_not_the_protocol_is_named(
    raw: RawServer, connect: Connect, scope: Scope, answered: Answer
):
    raw.say(answered)

    with pytest.raises(ModelReplyBroken):
        await ask(connect(), scope)


async def test_nobody_listening_is_unavailable(raw: RawServer, connect: Connect, scope: Scope):
    await raw.__aexit__()

    with pytest.raises(ModelUnavailable, match="does not answer"):
        await ask(connect(), scope)


async def test_cancelling_hangs_up_at_the_server(raw: RawServer, connect: Connect, scope: Scope):
    raw.say(streamed(recorded.start(), *recorded.text(0, *["word "] * 1000), pause_seconds=0.02))
    task = asyncio.create_task(ask(connect(), scope))
    await raw.answering.wait()

    task.cancel()

    async with asyncio.timeout(5):
        await raw.hung_up.wait()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_leaving_early_hangs_up_at_the_server(raw: RawServer, connect: Connect, scope: Scope):
    raw.say(streamed(recorded.start(), *recorded.text(0, *["word "] * 1000), pause_seconds=0.02))

    stream = connect().stream(scope, question())
    await anext(stream)
    await stream.aclose()

    async with asyncio.timeout(5):
        await raw.hung_up.wait()


async def test_connections_are_used_again(raw: RawServer, connect: Connect, scope: Scope):
    raw.say(streamed(*HELLO, times=0))
    model = connect()

    for _ in range(3):
        await ask(model, scope)

    assert len({seen.peer for seen in raw.requests}) == 1


async def _looped(raw: RawServer, model: AnthropicMessages, scope: Scope) -> ModelRequest:
    """A request in the middle of a loop that `model` began with a thought."""
    raw.say(
        streamed(
            recorded.start(),
            *recorded.thinking(0, "hm"),
            *recorded.call(1, "toolu_1", "look", "{}"),
            *recorded.end("tool_use"),
        ),
        streamed(*HELLO),
    )
    request = question(tools=[LOOK], reasoning_effort="high")
    reply = await answer(model, scope, request)
    request.messages += [reply.message, ToolMessage(call_id="toolu_1", name="look", text="cat")]
    return request
