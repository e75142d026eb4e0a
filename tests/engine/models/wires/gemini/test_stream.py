"""What the adapter makes of a stream, in the shapes of Gemini's reference, and of broken ones."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from cadre.engine.models.errors import ModelRefused, ModelReplyBroken, ModelUnavailable
from cadre.engine.models.prices import Price
from cadre.engine.models.wires.gemini import Gemini
from cadre.kernel.messages import CallDelta, Citation, Delta
from cadre.kernel.scope import Scope
from tests.engine.models.wires.asking import (
    answer,
    ask,
    question,
    text_of,
    thoughts_of,
    whole,
)
from tests.engine.models.wires.gemini import recorded
from tests.engine.models.wires.raw_server import Answer, End, RawServer, events, split

Connect = Callable[..., Gemini]

HELLO = [
    recorded.chunk(recorded.text("Hello")),
    recorded.chunk(recorded.text(" there"), stop="STOP"),
]


def streamed(*said: recorded.Chunk, **more: Any) -> Answer:
    return Answer(events(*said), **more)


@pytest.mark.parametrize("size", [1, 7, 4096])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
async def test_bytes_may_be_split_anywhere(
    raw: RawServer, connect: Connect, scope: Scope, size: int, line_end: str
):
    said = recorded.chunk(recorded.text("Übergröße 漢字 🎉"), stop="STOP")
    raw.say(Answer(split(events(said, line_end=line_end), size)))

    deltas = await ask(connect(), scope)

    reply = whole(deltas)
    assert text_of(deltas) == reply.message.text == "Übergröße 漢字 🎉"
    assert reply.model == "gemini:gemini-3.5-flash-001"


async def test_thoughts_come_as_reasoning_and_are_counted_as_output(
    raw: RawServer, connect: Connect, scope: Scope
):
    counts = recorded.usage(
        promptTokenCount=100,
        cachedContentTokenCount=40,
        candidatesTokenCount=20,
        thoughtsTokenCount=30,
        toolUsePromptTokenCount=5,
        totalTokenCount=155,
        promptTokensDetails=[
            {"modality": "TEXT", "tokenCount": 90},
            {"modality": "AUDIO", "tokenCount": 10},
        ],
    )
    raw.say(
        streamed(
            {**recorded.chunk(recorded.thought("First ")), **recorded.usage(thoughtsTokenCount=9)},
            recorded.chunk(recorded.thought("this.")),
            recorded.chunk(recorded.text("Then that.")),
            {**recorded.chunk(stop="STOP"), **counts},
        )
    )
    price = Price(input=Decimal(1), output=Decimal(10), cached_input=Decimal("0.1"))

    deltas = await ask(connect(price=price), scope)

    reply = whole(deltas)
    usage = reply.usage
    assert thoughts_of(deltas) == reply.message.reasoning == "First this."
    assert reply.message.text == "Then that."
    assert (usage.input_tokens, usage.cached_tokens, usage.audio_input_tokens) == (105, 40, 10)
    assert (usage.output_tokens, usage.reasoning_tokens) == (50, 30)
    assert usage.cost_usd == (Decimal(65) + Decimal(4) + Decimal(500)) / 1_000_000


async def test_parallel_calls_get_ids_where_the_model_gives_none(
    raw: RawServer, connect: Connect, scope: Scope
):
    raw.say(
        streamed(
            recorded.chunk(
                recorded.call("look", {"at": "größe"}, id="f1"), recorded.call("look", {})
            ),
            recorded.chunk(recorded.call("list", {"all": True}), stop="STOP"),
        )
    )

    deltas = await ask(connect(), scope)

    calls = whole(deltas).message.calls
    told = [delta for delta in deltas if isinstance(delta, CallDelta)]
    assert [(call.name, call.arguments) for call in calls] == [
        ("look", '{"at":"größe"}'),
        ("look", "{}"),
        ("list", '{"all":true}'),
    ]
    assert calls[0].id == "f1"
    assert len({call.id for call in calls}) == 3
    assert [(d.index, d.id, d.name, d.arguments) for d in told] == [
        (index, call.id, call.name, call.arguments) for index, call in enumerate(calls)
    ]
    assert whole(deltas).stop == "tool_calls"


@pytest.mark.parametrize(
    ("reason", "stop"),
    [
        ("STOP", "end"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "refused"),
        ("RECITATION", "refused"),
        ("PROHIBITED_CONTENT", "refused"),
        ("SPII", "refused"),
        ("SOMETHING_NEW", "end"),
    ],
)
async def test_why_it_stopped_is_told(
    raw: RawServer, connect: Connect, scope: Scope, reason: str, stop: str
):
    raw.say(streamed(recorded.chunk(recorded.text("So far")), recorded.chunk(stop=reason)))

    reply = await answer(connect(), scope)

    assert (reply.stop, reply.message.text) == (stop, "So far")


async def test_a_safety_block_without_content_is_a_refusal(
    raw: RawServer, connect: Connect, scope: Scope
):
    ratings = [{"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "blocked": True}]
    candidate = {"finishReason": "SAFETY", "index": 0, "safetyRatings": ratings}
    raw.say(streamed({"candidates": [candidate], **recorded.usage(candidatesTokenCount=0)}))

    reply = await answer(connect(), scope)

    assert (reply.stop, reply.message.text) == ("refused", "")
    assert reply.usage.input_tokens == 10


async def test_a_blocked_prompt_is_refused_with_its_reason(
    raw: RawServer, connect: Connect, scope: Scope
):
    raw.say(streamed(recorded.BLOCKED))

    with pytest.raises(ModelRefused, match="PROHIBITED_CONTENT"):
        await ask(connect(), scope)


@pytest.mark.parametrize("reason", ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"])
async def test_a_call_that_the_provider_can_not_read_may_be_asked_for_again(
    raw: RawServer, connect: Connect, scope: Scope, reason: str
):
    raw.say(streamed(recorded.chunk(stop=reason, finishMessage="print(look(")))

    with pytest.raises(ModelUnavailable, match="print"):
        await ask(connect(), scope)


async def test_sources_and_searches_are_kept(raw: RawServer, connect: Connect, scope: Scope):
    quoted: recorded.Chunk = {"citationSources": [{"uri": "https://example.org/book"}]}
    raw.say(
        streamed(
            recorded.chunk(recorded.text("Cats purr."), citationMetadata=quoted),
            recorded.chunk(stop="STOP", **recorded.GROUNDED),
        )
    )

    reply = await answer(connect(), scope)

    assert reply.message.citations == [
        Citation(url="https://example.org/book"),
        Citation(url="https://example.org/cats", title="Cats", text="Cats purr."),
        Citation(url="https://example.org/dogs", title="Dogs"),
    ]
    assert reply.usage.searches == 2


async def test_what_is_not_known_is_passed_over(raw: RawServer, connect: Connect, scope: Scope):
    raw.say(
        streamed(
            {"weather": "sunny"},
            recorded.chunk({"executableCode": {"code": "1"}}, recorded.text("Hello")),
            {"candidates": [{"index": 1, "content": {"parts": [{"text": "another"}]}}]},
            recorded.chunk(stop="STOP"),
        )
    )

    assert (await answer(connect(), scope)).message.text == "Hello"


@pytest.mark.parametrize("end", ["close", "end", "hang"])
async def test_an_answer_that_breaks_off_is_an_error_after_what_came(
    raw: RawServer, connect: Connect, scope: Scope, end: End
):
    raw.say(streamed(*HELLO[:1], end=end))
    seen: list[Delta] = []

    with pytest.raises(ModelUnavailable):
        async for delta in connect().stream(scope, question()):
            seen.append(delta)

    assert text_of(seen) == "Hello"
    assert len(raw.requests) == 1


@pytest.mark.parametrize("end", ["close", "hang"])
async def test_an_answer_that_is_whole_needs_no_proper_end(
    raw: RawServer, connect: Connect, scope: Scope, end: End
):
    raw.say(streamed(*HELLO, end=end))

    assert (await answer(connect(), scope)).message.text == "Hello there"


async def test_half_a_character_at_the_end_says_nothing(
    raw: RawServer, connect: Connect, scope: Scope
):
    half = 'data: {"candidates":[{"content":{"parts":[{"text":"é'.encode()[:-1]
    raw.say(Answer([*events(*HELLO[:1]), half], end="close"))
    seen: list[Delta] = []

    with pytest.raises(ModelUnavailable):
        async for delta in connect().stream(scope, question()):
            seen.append(delta)

    assert text_of(seen) == "Hello"


async def test_an_error_in_the_middle_is_told_after_what_came(
    raw: RawServer, connect: Connect, scope: Scope
):
    raw.say(streamed(*HELLO[:1], recorded.OVERLOADED))
    seen: list[Delta] = []

    with pytest.raises(ModelUnavailable, match="overloaded"):
        async for delta in connect().stream(scope, question()):
            seen.append(delta)

    assert text_of(seen) == "Hello"


@pytest.mark.parametrize(
    "answered",
    [
        Answer([b"data: {not json\n\n"]),
        Answer([b"data: [1]\n\n"]),
        Answer(events({"candidates": ["text"]})),
        Answer(events(recorded.chunk({"functionCall": {"args": {}}}))),
        Answer([b"<h1>Welcome</h1>"], content_type="text/html"),
        Answer([b"[]"], content_type="application/json"),
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
    raw.say(streamed(*HELLO[:1] * 1000, pause_seconds=0.02))
    task = asyncio.create_task(ask(connect(), scope))
    await raw.answering.wait()

    task.cancel()

    async with asyncio.timeout(5):
        await raw.hung_up.wait()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_leaving_early_hangs_up_at_the_server(raw: RawServer, connect: Connect, scope: Scope):
    raw.say(streamed(*HELLO[:1] * 1000, pause_seconds=0.02))

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
