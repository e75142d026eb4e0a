"""The Gemini adapter against aimock, a server that we did not write, and its faults."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from cadre.engine.models.errors import (
    ModelAuthFailed,
    ModelLimited,
    ModelReplyBroken,
    ModelUnavailable,
    UnknownModel,
)
from cadre.engine.models.wires.gemini import Gemini
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import Delta, TextDelta, ToolMessage
from cadre.kernel.scope import Scope
from tests.engine.models.wires.aimock import Aimock
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

Connect = Callable[..., Gemini]


def fixture(response: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"match": {}, "response": response, **more}


async def test_an_answer_comes_in_pieces_and_then_whole(
    aimock: Aimock, connect: Connect, scope: Scope
):
    said = "I am well, thank you. Grüße 🎉 and a lot more text"
    usage = {"promptTokenCount": 12, "candidatesTokenCount": 34}
    await aimock.say(fixture({"content": said, "reasoning": "let me think", "usage": usage}))

    deltas = await ask(connect("gemini-2.5-flash", url=aimock.url), scope)

    reply = whole(deltas)
    assert len([d for d in deltas if isinstance(d, TextDelta)]) > 2
    assert text_of(deltas) == reply.message.text == said
    assert thoughts_of(deltas) == reply.message.reasoning == "let me think"
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (12, 34)
    assert reply.stop == "end"
    assert reply.model == "gemini:gemini-2.5-flash"


async def test_a_loop_of_parallel_calls_comes_to_its_answer(
    aimock: Aimock, connect: Connect, scope: Scope
):
    calls = [
        {"name": "look", "arguments": {"at": "größe.txt"}, "id": "call_1"},
        {"name": "look", "arguments": {"at": "b"}},
    ]
    await aimock.say(
        {"match": {"hasToolResult": False}, "response": {"toolCalls": calls}},
        {"match": {"toolResultContains": "a dog"}, "response": {"content": "A cat and a dog."}},
    )
    request = question(tools=[LOOK])
    model = connect(url=aimock.url)

    deltas = await ask(model, scope, request)
    wanted = whole(deltas)
    first, second = wanted.message.calls
    request.messages += [
        wanted.message,
        ToolMessage(call_id=first.id, name="look", text="a cat"),
        ToolMessage(call_id=second.id, name="look", text="a dog"),
    ]
    final = await answer(model, scope, request)

    assert (first.id, first.name) == ("call_1", "look")
    assert first.arguments == arguments_of(deltas, 0) == '{"at":"größe.txt"}'
    assert second.id
    assert wanted.stop == "tool_calls"
    assert final.message.text == "A cat and a dog."


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, ModelAuthFailed),
        (403, ModelAuthFailed),
        (404, UnknownModel),
        (500, ModelUnavailable),
        (503, ModelUnavailable),
    ],
)
async def test_its_errors_are_told_by_kind(
    aimock: Aimock, connect: Connect, scope: Scope, status: int, kind: type[CadreError]
):
    await aimock.say(fixture({"error": {"message": "no"}, "status": status}))

    with pytest.raises(kind):
        await ask(connect(url=aimock.url), scope)

    assert len(await aimock.journal()) == 1


async def test_its_limit_says_when_to_come_back(aimock: Aimock, connect: Connect, scope: Scope):
    error = {"message": "slow down"}
    await aimock.say(fixture({"error": error, "status": 429, "retryAfter": 7}))

    with pytest.raises(ModelLimited) as caught:
        await ask(connect(url=aimock.url), scope)

    assert caught.value.retry_after_seconds == 7


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"chaos": {"dropRate": 1}}, ModelUnavailable),
        ({"chaos": {"malformedRate": 1}}, ModelReplyBroken),
        ({"chaos": {"rateLimitRate": 1}}, ModelLimited),
        ({"chaos": {"disconnectRate": 1}}, ModelUnavailable),
    ],
)
async def test_its_faults_before_the_answer_are_told_by_kind(
    aimock: Aimock, connect: Connect, scope: Scope, fault: dict[str, Any], kind: type[CadreError]
):
    await aimock.say(fixture({"content": "never"}, **fault))

    with pytest.raises(kind):
        await ask(connect(url=aimock.url), scope)


@pytest.mark.parametrize(
    "fault",
    [{"truncateAfterChunks": 3, "latency": 20}, {"disconnectAfterMs": 200, "latency": 30}],
)
async def test_an_answer_that_it_breaks_off_is_an_error_after_what_came(
    aimock: Aimock, connect: Connect, scope: Scope, fault: dict[str, Any]
):
    await aimock.say(fixture({"content": "one two three four five six seven " * 9}, **fault))
    seen: list[Delta] = []

    with pytest.raises(ModelUnavailable):
        async for delta in connect(url=aimock.url).stream(scope, question()):
            seen.append(delta)

    assert text_of(seen).startswith("one two three")


async def test_a_slow_beginning_and_a_slow_stream_are_waited_for(
    aimock: Aimock, connect: Connect, scope: Scope
):
    profile = {"ttft": 300, "tps": 50, "jitter": 0.1}
    await aimock.say(fixture({"content": "slow but sure " * 10}, streamingProfile=profile))
    started = time.monotonic()

    reply = await answer(connect(url=aimock.url), scope)

    assert reply.message.text == "slow but sure " * 10
    assert time.monotonic() - started >= 0.2


async def test_a_silence_longer_than_our_patience_is_the_end(
    aimock: Aimock, connect: Connect, scope: Scope
):
    await aimock.say(fixture({"content": "never"}, chaos={"latencyMs": 3000}))
    started = time.monotonic()

    with pytest.raises(ModelUnavailable, match="does not answer"):
        await ask(connect(url=aimock.url), scope)

    assert time.monotonic() - started < 2


async def test_cancelling_ends_the_call_at_once(aimock: Aimock, connect: Connect, scope: Scope):
    await aimock.say(fixture({"content": "word " * 1000}, latency=50))
    task = asyncio.create_task(ask(connect(url=aimock.url), scope))
    await asyncio.sleep(0.3)

    task.cancel()

    async with asyncio.timeout(1):
        with pytest.raises(asyncio.CancelledError):
            await task
