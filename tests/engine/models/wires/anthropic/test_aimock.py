"""The Messages adapter against aimock, a server that we did not write, and its faults."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from cadre.engine.models.endpoints import Endpoint
from cadre.engine.models.errors import (
    ModelAuthFailed,
    ModelLimited,
    ModelReplyBroken,
    ModelUnavailable,
    UnknownModel,
)
from cadre.engine.models.wires.anthropic import AnthropicMessages, model_names
from cadre.infra.http_client import HttpClient
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import AssistantMessage, Delta, TextDelta, ToolCall, ToolMessage
from cadre.kernel.scope import Scope
from tests.engine.models.wires.aimock import Aimock
from tests.engine.models.wires.asking import (
    KEY,
    LOOK,
    answer,
    arguments_of,
    ask,
    question,
    text_of,
    thoughts_of,
    whole,
)

Connect = Callable[..., AnthropicMessages]


def fixture(response: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"match": {}, "response": response, **more}


async def test_an_answer_comes_in_pieces_and_then_whole(
    aimock: Aimock, connect: Connect, scope: Scope
):
    said = "I am well, thank you. Grüße 🎉 and a lot more text"
    usage = {"input_tokens": 12, "output_tokens": 34}
    await aimock.say(fixture({"content": said, "reasoning": "let me think", "usage": usage}))

    deltas = await ask(connect(url=aimock.url), scope)

    reply = whole(deltas)
    assert len([d for d in deltas if isinstance(d, TextDelta)]) > 2
    assert text_of(deltas) == reply.message.text == said
    assert thoughts_of(deltas) == reply.message.reasoning == "let me think"
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (12, 34)
    assert reply.stop == "end"
    assert reply.model == "claude:claude-haiku-4-5"


async def test_parallel_calls_are_put_together(aimock: Aimock, connect: Connect, scope: Scope):
    calls = [
        {"name": "look", "arguments": {"at": "größe.txt und noch viel mehr"}, "id": "toolu_1"},
        {"name": "look", "arguments": {"at": "b"}, "id": "toolu_2"},
    ]
    await aimock.say(fixture({"toolCalls": calls}))

    deltas = await ask(connect(url=aimock.url), scope, question(tools=[LOOK]))

    reply = whole(deltas)
    first, second = reply.message.calls
    assert (first.id, first.name) == ("toolu_1", "look")
    assert first.arguments == arguments_of(deltas, 0) == '{"at":"größe.txt und noch viel mehr"}'
    assert second.arguments == arguments_of(deltas, 1) == '{"at":"b"}'
    assert reply.stop == "tool_calls"


async def test_a_loop_of_thoughts_and_calls_is_accepted_by_a_strict_server(
    aimock: Aimock, connect: Connect, scope: Scope
):
    first = {
        "toolCalls": [{"name": "look", "arguments": {"at": "a"}, "id": "toolu_1"}],
        "content": "I look.",
        "reasoning": "where to look",
    }
    await aimock.say(
        {"match": {"hasToolResult": False}, "response": first},
        {"match": {"toolResultContains": "a cat"}, "response": {"content": "A cat."}},
    )
    request = question(tools=[LOOK], reasoning_effort="low")
    model = connect(url=aimock.url)

    wanted = await answer(model, scope, request)
    result = ToolMessage(call_id="toolu_1", name="look", text="a cat")
    request.messages += [wanted.message, result]
    final = await answer(model, scope, request)

    assert wanted.message.state is not None
    assert final.message.text == "A cat."


async def test_a_loop_that_another_model_began_is_accepted_by_a_strict_server(
    aimock: Aimock, connect: Connect, scope: Scope
):
    await aimock.say(fixture({"content": "A cat."}))
    request = question(tools=[LOOK], reasoning_effort="low")
    call = ToolCall(id="functions.look:0", name="look", arguments='{"at": ')
    request.messages += [
        AssistantMessage(text="I look.", reasoning="hm", calls=[call], state={"provider": "other"}),
        ToolMessage(call_id="functions.look:0", name="look", text="a cat"),
    ]

    assert (await answer(connect(url=aimock.url), scope, request)).message.text == "A cat."


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (
            {"error": {"message": "no", "type": "authentication_error"}, "status": 401},
            ModelAuthFailed,
        ),
        ({"error": {"message": "gone", "type": "not_found_error"}, "status": 404}, UnknownModel),
        (
            {"error": {"message": "busy", "type": "overloaded_error"}, "status": 529},
            ModelUnavailable,
        ),
        ({"error": {"message": "oops"}, "status": 500}, ModelUnavailable),
    ],
)
async def test_its_errors_are_told_by_kind(
    aimock: Aimock,
    connect: Connect,
    scope: Scope,
    response: dict[str, Any],
    kind: type[CadreError],
):
    await aimock.say(fixture(response))

    with pytest.raises(kind):
        await ask(connect(url=aimock.url), scope)

    assert len(await aimock.journal()) == 1


async def test_its_limit_says_when_to_come_back(aimock: Aimock, connect: Connect, scope: Scope):
    error = {"message": "slow down", "type": "rate_limit_error"}
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
    "fault", [{"truncateAfterChunks": 6, "latency": 20}, {"disconnectAfterMs": 200, "latency": 30}]
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


async def test_its_models_are_listed(aimock: Aimock, http: HttpClient):
    names = await model_names(http, Endpoint("claude", aimock.url, KEY, "anthropic"))

    assert any(name.startswith("claude") for name in names)
