"""Upstreams and clients that behave badly: a clear error in the dialect, and nothing left over."""

from asyncio import all_tasks
from typing import Any

import anthropic
import openai
import orjson
import pytest

from cadre.trust.usage import Usage, UsageCall, UsageFilter, read_timespan
from tests.edge.openai_api.gateway import Gateway, nothing_left
from tests.engine.models.wires.raw_server import Answer, RawServer, events

ASK: list[Any] = [{"role": "user", "content": "How are you?"}]
GPT, CLAUDE = "openai:gpt-4.1-mini", "anthropic:claude-haiku-4-5"


def chunk(text: str, finish: str | None = None) -> dict[str, Any]:
    delta = {"content": text}
    return {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "gpt",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


MESSAGE: dict[str, Any] = {
    "id": "m",
    "type": "message",
    "role": "assistant",
    "model": "claude",
    "content": [],
    "stop_reason": None,
    "stop_sequence": None,
    "usage": {"input_tokens": 9, "output_tokens": 1},
}
BEGUN = events(
    {"type": "message_start", "message": MESSAGE},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "text_delta", "text": "Hello"},
    },
)
HALF = b'data: {"choices":[{"index":0,"delta":{"content":"\xc3'
BREAKS = [
    Answer([], end="close"),
    Answer([b"data: {not json\n\n"]),
    Answer([b'data: {"error":{"message":"overloaded"}}\n\n']),
    Answer([b'event: error\ndata: {"type":"error","error":{"message":"busy"}}\n\n']),
    Answer([b"<h1>Welcome</h1>"], content_type="text/html"),
    Answer([b"data: [1,2]\n\n"]),
    Answer([b""]),
    Answer([], end="hang"),
]


@pytest.mark.parametrize("fault", BREAKS, ids=range(len(BREAKS)))
@pytest.mark.parametrize("model", [GPT, CLAUDE])
@pytest.mark.parametrize("is_stream", [False, True])
async def test_an_upstream_that_fails_before_its_first_word_is_an_error_with_a_status(
    raw: Gateway, upstream: RawServer, fault: Answer, model: str, is_stream: bool
):
    upstream.say(*[fault] * 2)
    before = all_tasks()

    async with raw.openai() as client:
        with pytest.raises(openai.InternalServerError) as one:
            await client.chat.completions.create(model=model, messages=ASK, stream=is_stream)
    async with raw.anthropic() as client:
        with pytest.raises(anthropic.APIStatusError) as other:
            await client.messages.create(model=model, messages=ASK, max_tokens=9, stream=is_stream)

    assert one.value.status_code in {502, 503}
    assert other.value.status_code in {502, 529}
    await nothing_left(before)


ENDS = [
    Answer([], end="close"),
    Answer([HALF], end="close"),
    Answer([b"data: {not json\n\n"]),
    Answer([b'data: {"error":{"message":"overloaded"},"type":"error"}\n\n']),
    Answer([], end="hang"),
    Answer([]),
]


@pytest.mark.parametrize("end", ENDS, ids=range(len(ENDS)))
async def test_a_chat_that_breaks_off_is_an_error_in_the_stream(
    raw: Gateway, upstream: RawServer, end: Answer
):
    upstream.say(Answer([*events(chunk("Hello")), *end.chunks], end=end.end, pause_seconds=0.02))
    before, seen = all_tasks(), ""

    async with raw.openai() as client:
        stream = await client.chat.completions.create(model=GPT, messages=ASK, stream=True)
        with pytest.raises(openai.APIError, match="broke off"):
            async for piece in stream:
                seen += piece.choices[0].delta.content or ""

    assert seen == "Hello"
    await nothing_left(before)


@pytest.mark.parametrize("end", ENDS, ids=range(len(ENDS)))
async def test_a_message_that_breaks_off_is_an_error_in_the_stream(
    raw: Gateway, upstream: RawServer, end: Answer
):
    upstream.say(Answer([*BEGUN, *end.chunks], end=end.end, pause_seconds=0.02))
    before, seen = all_tasks(), ""

    async with raw.anthropic() as client:
        stream = await client.messages.create(model=CLAUDE, messages=ASK, max_tokens=9, stream=True)
        with pytest.raises(anthropic.APIStatusError, match="broke off") as caught:
            async for event in stream:
                if event.type == "content_block_delta":
                    seen += getattr(event.delta, "text", "")

    assert seen == "Hello"
    assert caught.value.type in {"overloaded_error", "api_error"}
    await nothing_left(before)


@pytest.mark.parametrize(("model", "begun"), [(GPT, events(chunk("Hello"))), (CLAUDE, BEGUN)])
async def test_a_translated_answer_that_breaks_off_is_an_error_in_the_stream(
    raw: Gateway, upstream: RawServer, model: str, begun: list[bytes]
):
    upstream.say(*[Answer(begun, end="close") for _ in range(3)])

    async with raw.openai() as client:
        stream = await client.responses.create(model=model, input="x", stream=True)
        kinds = [event.type async for event in stream]
        chat = await client.chat.completions.create(model=model, messages=ASK, stream=True)
        with pytest.raises(openai.APIError, match="broke off"):
            [piece async for piece in chat]
    async with raw.anthropic() as client:
        stream = await client.messages.create(model=model, messages=ASK, max_tokens=9, stream=True)
        with pytest.raises(anthropic.APIStatusError, match="broke off"):
            [event async for event in stream]

    assert kinds[-1] == "response.failed"
    assert "response.output_text.delta" in kinds


async def test_bytes_of_the_same_words_pass_unchanged(raw: Gateway, upstream: RawServer):
    whole = {"id": "x", "choices": [{"odd": "ünknown"}], "usage": {"prompt_tokens": 3}}
    content = orjson.dumps(whole) + b" \n"
    limits = {"x-ratelimit-remaining-requests": "41", "set-cookie": "no=way"}
    upstream.say(Answer([content], content_type="application/json", headers=limits))

    async with raw.plain() as client:
        asked = {"model": GPT, "messages": ASK, "odd": {"kept": True}}
        answer = await client.post("/v1/chat/completions", json=asked)

    assert answer.content == content
    assert answer.headers["x-ratelimit-remaining-requests"] == "41"
    assert "set-cookie" not in answer.headers
    assert upstream.requests[0].body == {**asked, "model": "gpt-4.1-mini"}
    assert upstream.requests[0].headers["authorization"] == "Bearer sk-test"


async def test_messages_of_the_same_words_pass_unchanged(raw: Gateway, upstream: RawServer):
    limits = {"anthropic-ratelimit-requests-remaining": "41"}
    content = orjson.dumps({**MESSAGE, "odd": 1})
    upstream.say(Answer([content], content_type="application/json", headers=limits))

    async with raw.plain() as client:
        asked = {"model": CLAUDE, "messages": ASK, "max_tokens": 9, "odd": [1]}
        answer = await client.post("/v1/messages", json=asked)

    assert answer.content == content
    assert answer.headers["anthropic-ratelimit-requests-remaining"] == "41"
    assert upstream.requests[0].path == "/v1/messages"
    assert upstream.requests[0].body["odd"] == [1]
    assert upstream.requests[0].headers["x-api-key"] == "sk-test"


async def _recorded(gateway: Gateway) -> list[UsageCall]:
    await gateway.usage.flush()
    async with gateway.database.read(gateway.scope) as work:
        lately = read_timespan("1d", None)
        return (await Usage().calls(work, lately, UsageFilter(), None, 50)).items


async def test_what_passes_is_paid(raw: Gateway, upstream: RawServer):
    told: dict[str, Any] = {"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 7}}
    stream = [*events(chunk("Hello", "stop"), told), b"data: [DONE]\n\n"]
    upstream.say(Answer(stream))

    async with raw.openai() as client:
        answer = await client.chat.completions.create(model=GPT, messages=ASK, stream=True)
        chunks = [piece async for piece in answer]

    assert [piece.choices[0].delta.content for piece in chunks] == ["Hello"]
    call = (await _recorded(raw))[0]
    assert (call.input_tokens, call.output_tokens, call.via) == (100, 7, "gateway")


async def test_what_was_used_before_the_client_left_is_paid(raw: Gateway, upstream: RawServer):
    upstream.say(Answer([*events(*[chunk("word " * 8)] * 20)], end="hang"))
    before = all_tasks()

    async with raw.openai() as client:
        stream = await client.chat.completions.create(model=GPT, messages=ASK, stream=True)
        async for _ in stream:
            break
        await stream.close()
    await nothing_left(before)

    call = (await _recorded(raw))[0]
    assert call.status == "cancelled"
    assert call.output_tokens > 0
    assert upstream.hung_up.is_set()


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/responses", "/v1/messages"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'{"model": 5}', 400),
        (b'{"model": "m", "messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
        (b'{"model": "m", "input": ' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}", 400),
        (b'{"model": "m", "messages": [{"role": "user", "content": "' + b"x" * 21_000_000, 413),
    ],
    ids=range(7),
)
async def test_a_bad_body_is_an_error_in_the_dialect(
    raw: Gateway, path: str, body: bytes, status: int
):
    async with raw.plain() as client:
        answer = await client.post(path, content=body)

    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["message"]
    is_anthropic = path == "/v1/messages"
    assert ("request-id" in answer.headers) == is_anthropic
    assert ("x-request-id" in answer.headers) == (not is_anthropic)
    if is_anthropic and status == 413:
        assert error["type"] == "request_too_large"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/chat/completions", 400),
        ("POST", "/v1/nowhere", 404),
        ("POST", "/v1/models", 400),
        ("GET", "/v1/messages", 400),
        ("POST", "/v1/messages/batches", 404),
    ],
)
async def test_an_address_that_is_not_served_is_an_error_in_the_dialect(
    raw: Gateway, method: str, path: str, status: int
):
    async with raw.plain() as client:
        answer = await client.request(method, path)

    assert answer.status_code == status
    assert answer.json()["error"]["type"]
