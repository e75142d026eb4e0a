"""Upstreams and clients that behave badly: a clear error in Google's shape, and nothing left over."""

from asyncio import all_tasks
from typing import Any
from urllib.parse import unquote

import orjson
import pytest
from google.genai import errors

from cadre.trust.usage import Usage, UsageCall, UsageFilter, read_timespan
from tests.edge.openai_api.gateway import Gateway, nothing_left
from tests.edge.openai_api.test_hostile import BREAKS
from tests.engine.models.wires.raw_server import Answer, RawServer, events

pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")

MODEL, OTHER = "google:gemini-2.5-flash", "openai:gpt-4.1-mini"
BODY: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": "How are you?"}]}]}
PATH = f"/v1beta/models/{MODEL}"


def chunk(text: str, finish: str | None = None, **more: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": [{"text": text}]}}
    if finish is not None:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], **more}


TOLD = {"usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 7}}
ENDS = [
    Answer([], end="close"),
    Answer([b'data: {"candidates":[{"content":{"parts":[{"text":"\xc3'], end="close"),
    Answer([b"data: {not json\n\n"]),
    Answer([b'data: {"odd":1}\n\n']),
    Answer([b'data: {"error":{"code":503,"message":"overloaded"}}\n\n']),
    Answer([], end="hang"),
    Answer([]),
]


@pytest.mark.parametrize("fault", BREAKS, ids=range(len(BREAKS)))
@pytest.mark.parametrize("model", [MODEL, OTHER])
@pytest.mark.parametrize("is_stream", [False, True])
async def test_an_upstream_that_fails_before_its_first_word_is_an_error_with_a_status(
    raw: Gateway, upstream: RawServer, fault: Answer, model: str, is_stream: bool
):
    upstream.say(fault)
    before = all_tasks()

    async with raw.gemini().aio as client:
        with pytest.raises(errors.ServerError) as caught:
            if is_stream:
                stream = await client.models.generate_content_stream(model=model, contents="x")
                [piece async for piece in stream]
            else:
                await client.models.generate_content(model=model, contents="x")

    assert caught.value.code in {500, 503}
    assert caught.value.status in {"INTERNAL", "UNAVAILABLE"}
    await nothing_left(before)


@pytest.mark.parametrize("end", ENDS, ids=range(len(ENDS)))
async def test_a_stream_that_breaks_off_is_an_error_in_the_stream(
    raw: Gateway, upstream: RawServer, end: Answer
):
    answer = Answer([*events(chunk("Hello")), *end.chunks], end=end.end, pause_seconds=0.02)
    upstream.say(answer, answer)
    before, seen = all_tasks(), ""

    async with raw.gemini().aio as client:
        stream = await client.models.generate_content_stream(model=MODEL, contents="x")
        with pytest.raises(errors.ServerError, match="broke off"):
            async for piece in stream:
                seen += piece.text or ""
    async with raw.plain() as client:
        listed = await client.post(f"{PATH}:streamGenerateContent", json=BODY)

    assert seen == "Hello"
    first, last = listed.json()
    assert first == chunk("Hello")
    assert last["error"]["status"] in {"INTERNAL", "UNAVAILABLE"}
    await nothing_left(before)


async def test_bytes_of_the_same_words_pass_unchanged(raw: Gateway, upstream: RawServer):
    whole = {**chunk("Hällo", "STOP"), "odd": 1}
    content = orjson.dumps(whole) + b" \n"
    upstream.say(Answer([content], content_type="application/json"))
    asked = {**BODY, "generation_config": {"odd": True}}

    async with raw.plain(Authorization="") as client:
        key = {"key": raw.key}
        answer = await client.post(f"{PATH}:generateContent", json=asked, params=key)

    assert answer.content == content
    assert answer.headers["x-cadre-model"] == MODEL
    seen = upstream.requests[0]
    assert seen.path == "/v1beta/models/gemini-2.5-flash:generateContent"
    assert seen.body == asked
    assert seen.headers["x-goog-api-key"] == "sk-test"
    assert seen.query == {}


async def test_a_stream_of_the_same_words_passes_unchanged(raw: Gateway, upstream: RawServer):
    stream = b"".join(events(chunk("Hel"), chunk("lo"), chunk("", "STOP", **TOLD)))
    pieces = [stream[at : at + 7] for at in range(0, len(stream), 7)]
    upstream.say(Answer(pieces), Answer(pieces))

    async with raw.plain() as client:
        sse = await client.post(f"{PATH}:streamGenerateContent?alt=sse", json=BODY)
        listed = await client.post(f"{PATH}:streamGenerateContent", json=BODY)

    assert sse.content == stream
    assert sse.headers["content-type"].startswith("text/event-stream")
    assert listed.json() == [chunk("Hel"), chunk("lo"), chunk("", "STOP", **TOLD)]
    assert listed.headers["content-type"] == "application/json"
    assert [request.query for request in upstream.requests] == [{"alt": "sse"}] * 2


async def test_a_translated_stream_is_a_list_too(raw: Gateway, upstream: RawServer):
    said = {"choices": [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": "stop"}]}
    upstream.say(Answer([*events(said), b"data: [DONE]\n\n"]))

    async with raw.plain() as client:
        path = f"/v1beta/models/{OTHER}:streamGenerateContent"
        answer = await client.post(path, json=BODY)

    texts = [one["candidates"][0]["content"]["parts"][0]["text"] for one in answer.json()]
    assert texts == ["Hello", ""]
    assert answer.json()[-1]["candidates"][0]["finishReason"] == "STOP"


async def _recorded(gateway: Gateway) -> list[UsageCall]:
    await gateway.usage.flush()
    async with gateway.database.read(gateway.scope) as work:
        lately = read_timespan("1d", None)
        return (await Usage().calls(work, lately, UsageFilter(), None, 50)).items


@pytest.mark.parametrize("alt", ["", "?alt=sse"])
async def test_what_passes_is_paid(raw: Gateway, upstream: RawServer, alt: str):
    upstream.say(Answer(events(chunk("Hello"), chunk("", "STOP", **TOLD))))

    async with raw.plain() as client:
        await client.post(f"{PATH}:streamGenerateContent{alt}", json=BODY)

    call = (await _recorded(raw))[0]
    assert (call.input_tokens, call.output_tokens, call.via) == (100, 7, "gateway")


async def test_what_was_used_before_the_client_left_is_paid(raw: Gateway, upstream: RawServer):
    upstream.say(Answer(events(*[chunk("word " * 8)] * 20), end="hang"))
    before = all_tasks()

    async with (
        raw.plain() as client,
        client.stream("POST", f"{PATH}:streamGenerateContent?alt=sse", json=BODY) as stream,
    ):
        async for _ in stream.aiter_bytes():
            break
    await nothing_left(before)

    call = (await _recorded(raw))[0]
    assert call.status == "cancelled"
    assert call.output_tokens > 0


@pytest.mark.parametrize("method", ["generateContent", "streamGenerateContent", "countTokens"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'{"contents": 5}', 400),
        (b'{"contents": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
        (b'{"contents": ' + b'{"parts":' * 5000 + b"1" + b"}" * 5000 + b"}", 400),
        (b'{"contents": [{"parts": [{"text": "' + b"x" * 21_000_000, 413),
    ],
    ids=range(7),
)
async def test_a_bad_body_is_an_error_of_googles(
    raw: Gateway, method: str, body: bytes, status: int
):
    async with raw.plain() as client:
        answer = await client.post(f"/v1beta/models/{OTHER}:{method}", content=body)

    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["code"] == status
    assert error["message"]
    assert error["status"] == "INVALID_ARGUMENT"
    assert "x-request-id" in answer.headers


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"contents": [{"role": "system", "parts": [{"text": "x"}]}]}, "contents[0].role"),
    ({"contents": [{"parts": [{"text": 5}]}]}, "contents[0].parts[0].text"),
    ({"contents": [{"parts": []}]}, "contents[0].parts"),
    ({**BODY, "generationConfig": {"temperature": "hot"}}, "generationConfig.temperature"),
    ({**BODY, "generation_config": {"top_p": 7}}, "generationConfig.topP"),
    ({**BODY, "generationConfig": {"candidateCount": 3}}, "generationConfig.candidateCount"),
    ({**BODY, "tools": [{"googleSearch": {}}]}, "tools[0].googleSearch"),
    (
        {
            **BODY,
            "tools": [{"functionDeclarations": [{"name": "x", "parameters": {"type": 7}}]}],
        },
        "tools[0].functionDeclarations[0].parameters",
    ),
    (
        {**BODY, "tools": [{"functionDeclarations": [{"description": "x"}]}]},
        "tools[0].functionDeclarations[0].name",
    ),
    (
        {"contents": [{"parts": [{"functionResponse": {"name": "x", "response": {}}}]}]},
        "contents[0].parts[0].functionResponse.name",
    ),
    (
        {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "ü"}}]}]},
        "contents[0].parts[0].inlineData.data",
    ),
]


@pytest.mark.parametrize(("body", "field"), WRONG, ids=range(len(WRONG)))
async def test_a_field_of_a_wrong_kind_is_named(raw: Gateway, body: dict[str, Any], field: str):
    async with raw.plain() as client:
        answer = await client.post(f"/v1beta/models/{OTHER}:generateContent", json=body)

    assert answer.status_code == 400
    error = answer.json()["error"]
    violations = [one for one in error["details"] if "fieldViolations" in one]
    assert violations[0]["fieldViolations"][0]["field"] == field
    assert field in error["message"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v1beta/models", 400),
        ("POST", "/v1beta/models/x", 404),
        ("POST", "/v1beta/models/x:predict", 404),
        ("POST", "/v1beta/models/:generateContent", 404),
        ("GET", "/v1beta/files", 404),
        ("POST", "/v1beta/cachedContents", 404),
        ("PUT", "/v1beta/models/x:generateContent", 400),
    ],
)
async def test_an_address_that_is_not_served_is_an_error_of_googles(
    raw: Gateway, method: str, path: str, status: int
):
    async with raw.plain() as client:
        answer = await client.request(method, path)

    assert answer.status_code == status
    assert answer.json()["error"]["status"] in {"NOT_FOUND", "INVALID_ARGUMENT"}


async def test_a_name_with_slashes_and_colons_is_one_name(raw: Gateway, upstream: RawServer):
    upstream.say(Answer(events(chunk("Hi", "STOP"))))
    content = orjson.dumps(chunk("Hi", "STOP"))
    upstream.say(Answer([content], content_type="application/json"))

    async with raw.plain() as client:
        path = "/v1beta/models/google%3Amodels%2Fours%3Alatest:streamGenerateContent"
        await client.post(path, json=BODY)

    seen = unquote(upstream.requests[0].path)
    assert seen == "/v1beta/models/ours:latest:streamGenerateContent"


async def test_a_known_answer_is_not_asked_for_again(raw: Gateway, upstream: RawServer):
    stream = b"".join(events(chunk("Hello"), chunk("", "STOP", **TOLD)))
    upstream.say(Answer([stream]))
    keep = {"X-Cadre-Cache-Seconds": "60"}

    async with raw.plain(**keep) as client:
        path = f"{PATH}:streamGenerateContent?alt=sse"
        first = await client.post(path, json=BODY)
        again = await client.post(path, json=BODY)

    assert first.content == again.content == stream
    assert len(upstream.requests) == 1
