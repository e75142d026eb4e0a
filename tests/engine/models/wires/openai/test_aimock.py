"""The adapters against aimock, a server that we did not write, and its faults."""

import asyncio
import base64
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
from cadre.engine.models.providers import KNOWN, model_names
from cadre.engine.models.wires.openai import (
    OpenAICompatible,
    OpenAIEmbedder,
    OpenAISpeaker,
    OpenAITranscriber,
)
from cadre.infra.http_client import HttpClient
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import AnswerFormat, Delta, ReplyDone, TextDelta, ToolMessage
from cadre.kernel.scope import Scope
from tests.engine.models.wires.aimock import Aimock
from tests.engine.models.wires.openai.asking import (
    IMPATIENT,
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

Connect = Callable[..., OpenAICompatible]
OPENAI = KNOWN["openai"].deviations


def fixture(response: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"match": {}, "response": response, **more}


def base(aimock: Aimock) -> str:
    return f"{aimock.url}/v1"


async def test_an_answer_comes_in_pieces_and_then_whole(
    aimock: Aimock, connect: Connect, scope: Scope
):
    said = "I am well, thank you. Grüße 🎉 and a lot more text"
    usage = {"prompt_tokens": 12, "completion_tokens": 34, "total_tokens": 46}
    await aimock.say(fixture({"content": said, "reasoning": "let me think", "usage": usage}))

    deltas = await ask(connect("o3", url=base(aimock)), scope)

    reply = whole(deltas)
    assert len([d for d in deltas if isinstance(d, TextDelta)]) > 2
    assert text_of(deltas) == reply.message.text == said
    assert thoughts_of(deltas) == reply.message.reasoning == "let me think"
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (12, 34)
    assert reply.stop == "end"
    assert reply.model == "test:o3"


async def test_parallel_calls_are_put_together(aimock: Aimock, connect: Connect, scope: Scope):
    calls = [
        {"name": "look", "arguments": {"at": "größe.txt und noch viel mehr"}, "id": "call_1"},
        {"name": "look", "arguments": {"at": "b"}, "id": "call_2"},
    ]
    await aimock.say(fixture({"toolCalls": calls}))

    deltas = await ask(connect(url=base(aimock)), scope, question(tools=[LOOK]))

    reply = whole(deltas)
    first, second = reply.message.calls
    assert (first.id, first.name) == ("call_1", "look")
    assert first.arguments == arguments_of(deltas, 0) == '{"at":"größe.txt und noch viel mehr"}'
    assert second.arguments == arguments_of(deltas, 1) == '{"at":"b"}'
    assert reply.stop == "tool_calls"


async def test_a_loop_of_calls_and_results_goes_round(
    aimock: Aimock, connect: Connect, scope: Scope
):
    call = {"name": "look", "arguments": {"at": "a"}, "id": "call_1"}
    await aimock.say(
        {"match": {"hasToolResult": False}, "response": {"toolCalls": [call]}},
        {"match": {"toolResultContains": "a cat"}, "response": {"content": "A cat."}},
    )
    request = question(tools=[LOOK])
    model = connect(url=base(aimock))

    wanted = await answer(model, scope, request)
    result = ToolMessage(call_id="call_1", name="look", text="a cat")
    request.messages += [wanted.message, result]
    final = await answer(model, scope, request)

    assert final.message.text == "A cat."


async def test_an_answer_by_schema_is_asked_for_as_such(
    aimock: Aimock, connect: Connect, scope: Scope
):
    schema: dict[str, Any] = {"type": "object", "properties": {"name": {"type": "string"}}}
    await aimock.say(
        {
            "match": {"responseFormat": "json_schema"},
            "response": {"content": '{"name":"Ada"}'},
        }
    )
    request = question(answer_format=AnswerFormat(json_schema=schema))

    streamed = await answer(connect(url=base(aimock)), scope, request)
    in_one_piece = await answer(
        connect(url=base(aimock), deviations=KNOWN["groq"].deviations), scope, request
    )

    assert streamed.message.text == in_one_piece.message.text == '{"name":"Ada"}'
    sent = [entry["body"]["stream"] for entry in await aimock.journal()]
    assert sent == [True, False]


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (
            {"error": {"message": "no", "type": "invalid_request_error"}, "status": 401},
            ModelAuthFailed,
        ),
        ({"error": {"message": "gone", "type": "not_found"}, "status": 404}, UnknownModel),
        ({"error": {"message": "oops"}, "status": 500}, ModelUnavailable),
        ({"error": {"message": "later"}, "status": 503}, ModelUnavailable),
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
        await ask(connect(url=base(aimock)), scope)

    assert len(await aimock.journal()) == 1


async def test_its_limit_says_when_to_come_back(aimock: Aimock, connect: Connect, scope: Scope):
    error = {"message": "slow down", "type": "rate_limit_error"}
    await aimock.say(fixture({"error": error, "status": 429, "retryAfter": 7}))

    with pytest.raises(ModelLimited) as caught:
        await ask(connect(url=base(aimock)), scope)

    assert caught.value.retry_after_seconds == 7


@pytest.mark.parametrize(
    ("fault", "kind", "has_begun"),
    [
        ({"chaos": {"dropRate": 1}}, ModelUnavailable, False),
        ({"chaos": {"malformedRate": 1}}, ModelReplyBroken, False),
        ({"chaos": {"rateLimitRate": 1}}, ModelLimited, False),
        ({"chaos": {"disconnectRate": 1}}, ModelUnavailable, False),
        ({"truncateAfterChunks": 4, "latency": 20}, ModelUnavailable, True),
        ({"disconnectAfterMs": 100, "latency": 20}, ModelUnavailable, True),
    ],
)
async def test_its_faults_are_told_by_kind(
    aimock: Aimock,
    connect: Connect,
    scope: Scope,
    fault: dict[str, Any],
    kind: type[CadreError],
    has_begun: bool,
):
    await aimock.say(fixture({"content": "one two three four five six seven " * 9}, **fault))
    seen: list[Delta] = []

    with pytest.raises(kind):
        async for delta in connect(url=base(aimock)).stream(scope, question()):
            seen.append(delta)

    assert bool(seen) == has_begun
    assert not any(isinstance(delta, ReplyDone) for delta in seen)


async def test_a_slow_beginning_and_a_slow_stream_are_waited_for(
    aimock: Aimock, connect: Connect, scope: Scope
):
    profile = {"ttft": 300, "tps": 50, "jitter": 0.5}
    await aimock.say(fixture({"content": "slow but sure " * 10}, streamingProfile=profile))
    started = time.monotonic()

    reply = await answer(connect(url=base(aimock)), scope)

    assert reply.message.text == "slow but sure " * 10
    assert time.monotonic() - started >= 0.3


async def test_a_silence_longer_than_our_patience_is_the_end(
    aimock: Aimock, connect: Connect, scope: Scope
):
    await aimock.say(fixture({"content": "never"}, chaos={"latencyMs": 3000}))

    with pytest.raises(ModelUnavailable, match="does not answer"):
        await ask(connect(url=base(aimock)), scope)


async def test_cancelling_ends_the_call_at_once(aimock: Aimock, connect: Connect, scope: Scope):
    await aimock.say(fixture({"content": "word " * 1000}, latency=50))
    task = asyncio.create_task(ask(connect(url=base(aimock)), scope))
    await asyncio.sleep(0.3)

    task.cancel()

    async with asyncio.timeout(1):
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_its_models_are_listed(aimock: Aimock, http: HttpClient):
    names = await model_names(http, Endpoint("test", base(aimock), KEY))

    assert any(name.startswith("gpt-") for name in names)


async def test_texts_are_embedded(aimock: Aimock, http: HttpClient):
    vector = [0.1, -0.2, 0.3]
    await aimock.say({"match": {"inputText": "cat"}, "response": {"embedding": vector}})
    endpoint = Endpoint("test", base(aimock), KEY)
    embedder = OpenAIEmbedder(http, endpoint, "text-embedding-3-small", deviations=OPENAI)

    found = await embedder.embed(["a cat", "the cat"])

    assert [pytest.approx(vector, abs=1e-6)] * 2 == found.vectors
    assert found.usage.input_tokens >= 0


async def test_text_is_read_aloud(aimock: Aimock, http: HttpClient):
    sound = base64.b64encode(b"ID3sound").decode()
    await aimock.say({"match": {"endpoint": "speech"}, "response": {"audio": sound}})
    endpoint = Endpoint("test", base(aimock), KEY)

    speech = await OpenAISpeaker(http, endpoint, "tts-1", deviations=OPENAI).speak(
        "Hello", voice="alloy"
    )

    assert b"".join([chunk async for chunk in speech.chunks]) == b"ID3sound"


async def test_speech_is_written_down(aimock: Aimock, http: HttpClient):
    heard = {"text": "Hello world", "language": "english", "duration": 2.5}
    await aimock.say({"match": {"endpoint": "transcription"}, "response": {"transcription": heard}})
    endpoint = Endpoint("test", base(aimock), KEY)
    model = OpenAITranscriber(http, endpoint, "whisper-1", deviations=OPENAI, patience=IMPATIENT)

    found = await model.transcribe(b"RIFFxxxxWAVE", name="a.wav", media_type="audio/wav")

    assert (found.text, found.language, found.seconds) == ("Hello world", "english", 2.5)
    assert found.usage.seconds == 2.5
