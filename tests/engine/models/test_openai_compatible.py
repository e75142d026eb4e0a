"""The adapter against a real server on the wire: what it sends, what it reads, every fault."""

import asyncio
import base64
import time
from collections.abc import Callable
from contextlib import aclosing
from decimal import Decimal

import pytest
from openai.types.chat import completion_create_params
from pydantic import TypeAdapter

from cadre.engine.models import (
    ContextTooLong,
    ModelAuthFailed,
    ModelLimited,
    ModelOutOfCredit,
    ModelRefused,
    ModelReplyBroken,
    ModelUnavailable,
    OpenAICompatible,
    Patience,
    Price,
    UnknownModel,
)
from cadre.infra.blobs import Blobs
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import (
    AssistantMessage,
    CallDelta,
    Delta,
    ImagePart,
    ModelReply,
    ModelRequest,
    ReasoningDelta,
    ReplyDone,
    SystemMessage,
    TextDelta,
    TextPart,
    ToolCall,
    ToolMessage,
    ToolSpec,
    UserMessage,
)
from cadre.kernel.scope import Scope
from tests.engine.models.scripted_server import Fault, Reply, ScriptedServer, call

Connect = Callable[..., OpenAICompatible]

QUESTION = ModelRequest(
    model="test:scripted", messages=[UserMessage(parts=[TextPart(text="How are you?")])]
)


async def ask(
    model: OpenAICompatible, scope: Scope, request: ModelRequest = QUESTION
) -> list[Delta]:
    async with aclosing(model.stream(scope, request)) as deltas:
        return [delta async for delta in deltas]


def whole(deltas: list[Delta]) -> ModelReply:
    assert isinstance(deltas[-1], ReplyDone)
    return deltas[-1].reply


async def test_an_answer_comes_in_pieces_and_then_whole(
    server: ScriptedServer, connect: Connect, scope: Scope
):
    server.say(Reply(reasoning="let me think", text="I am well, thank you. Grüße 🎉"))

    deltas = await ask(connect(), scope)

    pieces = [d.text for d in deltas if isinstance(d, TextDelta)]
    thoughts = [d.text for d in deltas if isinstance(d, ReasoningDelta)]
    reply = whole(deltas)
    assert len(pieces) > 2
    assert "".join(pieces) == reply.message.text == "I am well, thank you. Grüße 🎉"
    assert "".join(thoughts) == reply.message.reasoning == "let me think"
    assert reply.stop == "end"
    assert reply.model == "test:scripted"


async def test_parallel_tool_calls_are_put_together(
    server: ScriptedServer, connect: Connect, scope: Scope
):
    wanted = {"path": "größe.txt", "lines": [1, 2, 3]}
    server.say(Reply(calls=[call("read_file", wanted, "a"), call("list_files", {}, "b")]))

    deltas = await ask(connect(), scope)

    reply = whole(deltas)
    first, second = reply.message.calls
    assert (first.id, first.name) == ("a", "read_file")
    assert (second.id, second.name, second.arguments) == ("b", "list_files", "{}")
    said = "".join(d.arguments for d in deltas if isinstance(d, CallDelta) and d.index == 0)
    assert said == first.arguments
    assert reply.stop == "tool_calls"


async def test_usage_and_cost_are_counted(server: ScriptedServer, connect: Connect, scope: Scope):
    usage = {
        "prompt_tokens": 1_000_000,
        "prompt_tokens_details": {"cached_tokens": 400_000},
        "completion_tokens": 500_000,
        "completion_tokens_details": {"reasoning_tokens": 100_000},
    }
    price = Price(input=Decimal("0.40"), output=Decimal("1.60"), cached_input=Decimal("0.10"))
    server.say(Reply(text="hi", usage=usage))

    reply = whole(await ask(connect(price=price), scope))

    assert reply.usage.input_tokens == 1_000_000
    assert reply.usage.cached_tokens == 400_000
    assert reply.usage.reasoning_tokens == 100_000
    assert reply.usage.cost_usd == Decimal("0.24") + Decimal("0.04") + Decimal("0.80")


async def test_an_unknown_price_is_not_zero(server: ScriptedServer, connect: Connect, scope: Scope):
    server.say(Reply(text="hi"), Reply(text="hi", usage=None))
    price = Price(input=Decimal(1), output=Decimal(1))

    without_price = whole(await ask(connect(), scope))
    without_usage = whole(await ask(connect(price=price), scope))

    assert without_price.usage.cost_usd is None
    assert without_usage.usage.cost_usd is None


async def test_a_request_is_what_the_official_sdk_would_send(
    server: ScriptedServer, connect: Connect, scope: Scope, blobs: Blobs
):
    image = await blobs.put(b"\x89PNG")
    request = ModelRequest(
        model="test:scripted",
        messages=[
            SystemMessage(text="Be brief."),
            UserMessage(
                parts=[
                    TextPart(text="What is this?"),
                    ImagePart(blob=image, media_type="image/png"),
                ]
            ),
            AssistantMessage(
                calls=[
                    ToolCall(id="1", name="look", arguments='{"at": 1}'),
                    ToolCall(id="2", name="look", arguments='{"at": '),
                ]
            ),
            ToolMessage(call_id="1", name="look", text="a cat"),
            ToolMessage(call_id="2", name="look", text="not JSON", is_error=True),
            AssistantMessage(text="A cat."),
            UserMessage(parts=[TextPart(text="Sure?"), TextPart(text="Really?")]),
        ],
        tools=[ToolSpec(name="look", description="Look.", parameters={"type": "object"})],
        temperature=0.5,
        max_tokens=100,
    )
    server.say(Reply(text="yes"))

    await ask(connect(), scope, request)

    body = server.requests[0]
    TypeAdapter(completion_create_params.CompletionCreateParamsStreaming).validate_python(body)
    assert body["stream_options"] == {"include_usage": True}
    assert body["max_tokens"] == 100
    url = body["messages"][1]["content"][1]["image_url"]["url"]
    assert url == f"data:image/png;base64,{base64.b64encode(bytes([0x89, *b'PNG'])).decode()}"
    calls = body["messages"][2]["tool_calls"]
    assert calls[0]["function"]["arguments"] == '{"at": 1}'
    assert calls[1]["function"]["arguments"] == '{"malformed_arguments":"{\\"at\\": "}'
    assert body["messages"][6]["content"] == "Sure?\n\nReally?"
    assert server.headers[0]["Authorization"] == "Bearer sk-secret-key"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("write_bytes", [1, 7])
async def test_bytes_may_be_split_anywhere(
    server: ScriptedServer, connect: Connect, scope: Scope, line_end: str, write_bytes: int
):
    server.say(
        Reply(text="Übergröße 漢字 🎉", write_bytes=write_bytes, line_end=line_end, comments=True)
    )

    reply = whole(await ask(connect(), scope))

    assert reply.message.text == "Übergröße 漢字 🎉"
    assert reply.usage.input_tokens == 100


async def test_a_missing_done_is_forgiven_when_the_answer_is_whole(
    server: ScriptedServer, connect: Connect, scope: Scope
):
    server.say(Reply(text="all of it", fault="no_done"))

    assert whole(await ask(connect(), scope)).message.text == "all of it"


@pytest.mark.parametrize("fault", ["close", "half_character", "hang", "error_chunk"])
async def test_an_answer_that_breaks_off_is_an_error_after_what_came(
    server: ScriptedServer, connect: Connect, scope: Scope, fault: Fault
):
    server.say(Reply(text="one two three four five six", fault=fault, fault_after=3))
    seen: list[Delta] = []

    with pytest.raises(ModelUnavailable):
        async for delta in connect().stream(scope, QUESTION):
            seen.append(delta)

    assert [d.text for d in seen if isinstance(d, TextDelta)] == ["one two ", "three fo"]
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", ["close", "half_character", "hang", "error_chunk"])
async def test_an_answer_that_never_began_is_asked_for_again(
    server: ScriptedServer, connect: Connect, scope: Scope, fault: Fault
):
    server.say(Reply(text="lost", fault=fault, fault_after=0), Reply(text="found"))

    deltas = await ask(connect(), scope)

    assert whole(deltas).message.text == "found"
    assert "".join(d.text for d in deltas if isinstance(d, TextDelta)) == "found"


@pytest.mark.parametrize("fault", ["invalid_json", "html"])
async def test_a_server_that_speaks_something_else_is_named_at_once(
    server: ScriptedServer, connect: Connect, scope: Scope, fault: Fault
):
    server.say(Reply(text="x", fault=fault))

    with pytest.raises(ModelReplyBroken, match="OpenAI-compatible"):
        await ask(connect(), scope)

    assert len(server.requests) == 1


async def test_retry_after_is_honoured(server: ScriptedServer, connect: Connect, scope: Scope):
    server.say(Reply(status=429, headers={"Retry-After": "0.4"}), Reply(text="now"))
    started = time.monotonic()

    reply = whole(await ask(connect(), scope))

    assert reply.message.text == "now"
    assert time.monotonic() - started >= 0.4


async def test_a_long_retry_after_is_told_instead_of_waited_for(
    server: ScriptedServer, connect: Connect, scope: Scope
):
    server.say(Reply(status=429, headers={"Retry-After": "600"}))

    with pytest.raises(ModelLimited) as caught:
        await ask(connect(), scope)

    assert caught.value.retry_after_seconds == 600


async def test_a_server_error_is_tried_again_and_then_told(
    server: ScriptedServer, connect: Connect, scope: Scope
):
    server.say(Reply(status=500, times=0))

    with pytest.raises(ModelUnavailable, match="500"):
        await ask(connect(), scope)

    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (401, {"message": "Incorrect API key provided: sk-secret-key"}, ModelAuthFailed),
        (403, {"message": "no"}, ModelAuthFailed),
        (404, {"message": "The model does not exist"}, UnknownModel),
        (400, {"message": "x", "code": "context_length_exceeded"}, ContextTooLong),
        (400, {"message": "bad temperature"}, ModelRefused),
        (429, {"message": "You exceeded", "code": "insufficient_quota"}, ModelOutOfCredit),
        (422, "plain words", ModelRefused),
    ],
)
async def test_what_can_not_get_better_is_not_tried_again(
    server: ScriptedServer,
    connect: Connect,
    scope: Scope,
    status: int,
    error: dict[str, str] | str,
    kind: type[CadreError],
):
    server.say(Reply(status=status, error=error, times=0))

    with pytest.raises(kind) as caught:
        await ask(connect(), scope)

    assert "sk-secret-key" not in caught.value.detail
    assert len(server.requests) == 1


async def test_nobody_listening_is_unavailable(
    server: ScriptedServer, connect: Connect, scope: Scope
):
    await server.__aexit__()
    model = connect(patience=Patience(retries=1, first_pause_seconds=0.01))

    with pytest.raises(ModelUnavailable, match="does not answer"):
        await ask(model, scope)


async def test_cancelling_hangs_up_at_the_server(
    server: ScriptedServer, connect: Connect, scope: Scope
):
    server.say(Reply(text="word " * 1000, chunk_delay_seconds=0.05))
    task = asyncio.create_task(ask(connect(), scope))
    await server.answering.wait()

    task.cancel()

    async with asyncio.timeout(5):
        await server.hung_up.wait()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_leaving_early_hangs_up_at_the_server(
    server: ScriptedServer, connect: Connect, scope: Scope
):
    server.say(Reply(text="word " * 1000, chunk_delay_seconds=0.05))

    stream = connect().stream(scope, QUESTION)
    await anext(stream)
    await stream.aclose()

    async with asyncio.timeout(5):
        await server.hung_up.wait()


async def test_an_endless_event_is_refused(server: ScriptedServer, connect: Connect, scope: Scope):
    server.say(Reply(text="x" * 9_000_000, chunk_characters=9_000_000))

    with pytest.raises(ModelReplyBroken, match="bytes"):
        await ask(connect(), scope)


async def test_connections_are_used_again(server: ScriptedServer, connect: Connect, scope: Scope):
    server.say(Reply(text="hi", times=0))
    model = connect()

    for _ in range(3):
        await ask(model, scope)

    assert len(set(server.peers)) == 1
