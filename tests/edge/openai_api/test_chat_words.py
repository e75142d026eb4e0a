"""Chat completions in words: requests read, answers written, streams looked at on their way."""

from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from cadre.edge.openai_api.chat.passing import ChunkPassage
from cadre.edge.openai_api.chat.reply import ChunkWriter, completion
from cadre.edge.openai_api.chat.request import read_request
from cadre.engine.models import (
    Endpoint,
    ModelCard,
    ModelReplyBroken,
    ModelUnavailable,
    Patience,
    Target,
)
from cadre.engine.models.passing import passing
from cadre.infra.asgi import BadField, Fields, MalformedJson, NotSupported, RequestFiles
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import (
    AnswerFormat,
    AssistantMessage,
    AudioPart,
    CallDelta,
    Citation,
    DocumentPart,
    ImagePart,
    ModelReply,
    ReasoningDelta,
    ReplyDone,
    SystemMessage,
    TextDelta,
    TextPart,
    ToolCall,
    ToolMessage,
    Usage,
    UserMessage,
)

_PNG = b"\x89PNG\r\n\x1a\nnot really"
_PNG_URL = f"data:image/png;base64,{b64encode(_PNG).decode()}"
_USAGE = Usage(input_tokens=100, cached_tokens=40, output_tokens=20, reasoning_tokens=5)


@pytest.fixture
async def files() -> AsyncIterator[RequestFiles]:
    async with HttpClient() as http:
        yield RequestFiles(http)


def _body(**more: Any) -> Fields:
    return Fields({"model": "m", "messages": [{"role": "user", "content": "hi"}], **more})


async def test_a_conversation_with_tools_is_read(files: RequestFiles):
    body = Fields.of_body(
        orjson.dumps(
            {
                "model": "m",
                "messages": [
                    {"role": "system", "content": "Be brief."},
                    {"role": "developer", "content": [{"type": "text", "text": "Be kind."}]},
                    {"role": "user", "content": "Weather?"},
                    {
                        "role": "assistant",
                        "content": None,
                        "tool_calls": [
                            {
                                "id": "call_1",
                                "type": "function",
                                "function": {"name": "weather", "arguments": '{"at":"Oslo"}'},
                            }
                        ],
                    },
                    {"role": "tool", "tool_call_id": "call_1", "content": "rain"},
                ],
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "weather", "parameters": {"type": "object"}},
                    }
                ],
                "tool_choice": {"type": "function", "function": {"name": "weather"}},
                "parallel_tool_calls": False,
                "stop": "END",
                "max_completion_tokens": 50,
                "temperature": 1,
                "seed": 7,
                "reasoning_effort": "low",
                "user": "ignored",
                "frequency_penalty": None,
            }
        )
    )

    request = await read_request(body, "m", files)

    assert request.messages == [
        SystemMessage(text="Be brief."),
        SystemMessage(text="Be kind."),
        UserMessage(parts=[TextPart(text="Weather?")]),
        AssistantMessage(calls=[ToolCall(id="call_1", name="weather", arguments='{"at":"Oslo"}')]),
        ToolMessage(call_id="call_1", name="weather", text="rain"),
    ]
    assert (request.tool_choice, request.parallel_calls) == ("weather", False)
    assert (request.stop, request.max_tokens, request.seed) == (["END"], 50, 7)
    assert (request.temperature, request.reasoning_effort) == (1.0, "low")


async def test_files_are_named_as_blobs(files: RequestFiles):
    pdf = b64encode(b"%PDF-1.7").decode()
    content = [
        {"type": "text", "text": "Look."},
        {"type": "image_url", "image_url": {"url": _PNG_URL}},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        {
            "type": "file",
            "file": {"file_data": f"data:application/pdf;base64,{pdf}", "filename": "a.pdf"},
        },
        {"type": "file", "file": {"file_data": "data:text/plain;base64,aGk=", "filename": "n"}},
    ]

    request = await read_request(_body(messages=[{"role": "user", "content": content}]), "m", files)

    message = request.messages[0]
    assert isinstance(message, UserMessage)
    text, image, sound, document, note = message.parts
    assert text == TextPart(text="Look.")
    assert isinstance(image, ImagePart)
    assert files.contents[image.blob] == _PNG
    assert isinstance(sound, AudioPart)
    assert isinstance(document, DocumentPart)
    assert (document.name, document.media_type) == ("a.pdf", "application/pdf")
    assert note == TextPart(text="n:\n\nhi")


async def test_the_wanted_format_is_read(files: RequestFiles):
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": True}}

    request = await read_request(_body(response_format=form), "m", files)

    assert request.answer_format == AnswerFormat(name="x", json_schema=schema, strict=True)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"messages": None}, "messages"),
        ({"messages": "hi"}, "messages"),
        ({"messages": list[Any]()}, "messages"),
        ({"messages": ["hi"]}, "messages[0]"),
        ({"messages": [{"content": "hi"}]}, "messages[0].role"),
        ({"messages": [{"role": "wizard", "content": "hi"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": list[Any]()}]}, "messages[0].content"),
        (
            {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
            "messages[0].content[0].text",
        ),
        (
            {"messages": [{"role": "tool", "content": "x", "tool_call_id": "nobody"}]},
            "messages[0].tool_call_id",
        ),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": 3}, "temperature"),
        ({"max_tokens": True}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"stop": [1]}, "stop[0]"),
        ({"tools": "all"}, "tools"),
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "tools[0].function.name"),
        ({"tool_choice": "perhaps"}, "tool_choice"),
        (
            {"tool_choice": {"type": "function", "function": {"name": "no"}}},
            "tool_choice.function.name",
        ),
        ({"response_format": "json"}, "response_format"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
    ],
)
async def test_a_wrong_field_is_named(files: RequestFiles, more: dict[str, Any], field: str):
    with pytest.raises(BadField) as caught:
        await read_request(_body(**more), "m", files)

    assert caught.value.field == field
    assert f"`{field}`" in caught.value.detail


@pytest.mark.parametrize(
    "parameters",
    [
        {"type": "objekt"},
        {"type": "object", "properties": []},
        {"type": "object", "required": "all"},
        {"type": "array"},
        "none",
    ],
)
async def test_a_tool_with_a_broken_schema_is_refused(files: RequestFiles, parameters: Any):
    tool = {"type": "function", "function": {"name": "t", "parameters": parameters}}

    with pytest.raises(BadField) as caught:
        await read_request(_body(tools=[tool]), "m", files)

    assert caught.value.field == "tools[0].function.parameters"


@pytest.mark.parametrize(
    "more",
    [
        {"n": 2},
        {"logprobs": True},
        {"functions": [{"name": "x"}]},
        {"modalities": ["text", "audio"]},
        {"tools": [{"type": "custom", "custom": {"name": "x"}}]},
    ],
)
async def test_what_cannot_be_translated_is_refused(files: RequestFiles, more: dict[str, Any]):
    with pytest.raises(NotSupported, match="not supported here"):
        await read_request(_body(**more), "m", files)


@pytest.mark.parametrize(
    "url",
    ["data:image/png;base64,%%%", "data:image/png,abc", "data:text/html;base64,aGk=", "nonsense"],
)
async def test_an_image_that_is_none_is_refused(files: RequestFiles, url: str):
    content = [{"type": "image_url", "image_url": {"url": url}}]

    with pytest.raises(BadField) as caught:
        await read_request(_body(messages=[{"role": "user", "content": content}]), "m", files)

    assert caught.value.field == "messages[0].content[0].image_url.url"


async def test_an_image_on_an_internal_address_is_not_fetched(files: RequestFiles):
    content = [{"type": "image_url", "image_url": {"url": "http://127.0.0.1:9/secret.png"}}]

    with pytest.raises(BadField, match="internal address"):
        await read_request(_body(messages=[{"role": "user", "content": content}]), "m", files)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"nonsense", b'{"a":\xff}', b"[" * 100_000, b'{"a":' * 5000, b"NaN"]
)
def test_a_body_that_is_no_json_is_refused(body: bytes):
    with pytest.raises(MalformedJson):
        Fields.of_body(body)


@pytest.mark.parametrize("body", [b"[]", b"5", b"null", b'"text"'])
def test_a_body_that_is_no_object_is_refused(body: bytes):
    with pytest.raises(BadField, match="should be an object"):
        Fields.of_body(body)


def _reply(**message: Any) -> ModelReply:
    return ModelReply(
        message=AssistantMessage(**message),
        usage=_USAGE,
        stop="tool_calls" if message.get("calls") else "end",
        model="acme:large",
    )


def test_a_whole_answer_is_a_completion():
    reply = _reply(
        text="hello",
        reasoning="hm",
        calls=[ToolCall(id="c1", name="t", arguments="{}")],
        citations=[Citation(url="https://example.com", title="E")],
    )

    whole = ChatCompletion.model_validate_json(completion(reply), strict=True)

    assert whole.model == "acme:large"
    choice = whole.choices[0]
    assert (choice.message.content, choice.finish_reason) == ("hello", "tool_calls")
    assert choice.message.tool_calls is not None
    assert choice.message.tool_calls[0].id == "c1"
    assert choice.message.annotations is not None
    assert choice.message.annotations[0].url_citation.url == "https://example.com"
    assert whole.usage is not None
    assert (whole.usage.prompt_tokens, whole.usage.total_tokens) == (100, 120)
    assert whole.usage.prompt_tokens_details is not None
    assert whole.usage.prompt_tokens_details.cached_tokens == 40


def _chunks(stream: bytes) -> list[ChatCompletionChunk]:
    events = stream.split(b"\n\n")
    assert events[-2:] == [b"data: [DONE]", b""]
    return [
        ChatCompletionChunk.model_validate_json(event.removeprefix(b"data: "), strict=True)
        for event in events[:-2]
    ]


@pytest.mark.parametrize("with_usage", [True, False])
def test_an_answer_in_pieces_is_a_stream_of_chunks(with_usage: bool):
    writer = ChunkWriter("large", with_usage=with_usage)
    deltas = [
        ReasoningDelta(text="hm"),
        TextDelta(text="hel"),
        TextDelta(text="lo"),
        CallDelta(index=0, id="c1", name="t", arguments=""),
        CallDelta(index=1, id="c2", name="u", arguments="{"),
        CallDelta(index=0, arguments="{}"),
        CallDelta(index=1, arguments="}"),
        ReplyDone(reply=_reply(text="hello", calls=[ToolCall(id="c1", name="t", arguments="{}")])),
    ]

    chunks = _chunks(b"".join(writer.write(delta) for delta in deltas))

    assert chunks[0].choices[0].delta.role == "assistant"
    said = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in said) == "hello"
    calls = [call for delta in said for call in delta.tool_calls or ()]
    assert [(call.index, call.id) for call in calls] == [(0, "c1"), (1, "c2"), (0, None), (1, None)]
    finished = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices]
    assert finished == [None] * (len(finished) - 1) + ["tool_calls"]
    assert [chunk.usage is not None for chunk in chunks[-2:]] == [False, with_usage]
    assert len({chunk.id for chunk in chunks}) == 1


def _stream(*chunks: dict[str, Any], done: bool = True, line_end: bytes = b"\n") -> bytes:
    events = [b"data: " + orjson.dumps(chunk) for chunk in chunks]
    if done:
        events.append(b"data: [DONE]")
    return b"".join(event + line_end * 2 for event in events)


def _text(text: str, finish: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


def _passage(*, with_usage: bool = False) -> ChunkPassage:
    target = Target(ModelCard(provider="acme", id="m"), Endpoint("acme", "http://127.0.0.1:9/v1"))
    found = passing(HttpClient(), target, "openai", {}, Patience())
    assert found is not None
    return ChunkPassage(found, "acme", with_usage=with_usage)


_TOLD: dict[str, Any] = {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("size", [1, 2, 3, 50, 10_000])
def test_a_stream_passes_byte_for_byte(size: int, line_end: bytes):
    stream = _stream(_text("é"), _text("b", "stop"), _TOLD, line_end=line_end)
    passage = _passage(with_usage=True)

    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    passed = b"".join(map(passage.feed, pieces)) + passage.close()

    assert passed == stream
    assert passage.usage() == Usage(input_tokens=7, output_tokens=3)
    assert passage.characters == 2


def test_usage_that_nobody_asked_for_is_left_out_again():
    passage = _passage(with_usage=False)

    passed = passage.feed(_stream(_text("a", "stop"), _TOLD))

    assert passed + passage.close() == _stream(_text("a", "stop"))
    assert passage.usage() == Usage(input_tokens=7, output_tokens=3)


def test_a_stream_without_its_last_word_gets_one():
    passage = _passage(with_usage=False)

    passed = passage.feed(_stream(_text("a", "stop"), done=False)) + passage.close()

    assert passed == _stream(_text("a", "stop"))


def test_a_last_event_without_its_blank_line_still_counts():
    stream = _stream(_text("a", "stop")).removesuffix(b"\n\n")
    passage = _passage(with_usage=False)

    assert passage.feed(stream) + passage.close() == stream + b"\n\n"


@pytest.mark.parametrize(
    "rest", [b"", b'data: {"choices":[{"index":0,"delta":{"content":"\xc3', b"data: {"]
)
def test_a_stream_that_breaks_off_says_so(rest: bytes):
    passage = _passage(with_usage=False)
    passage.feed(_stream(_text("a"), done=False) + rest)

    with pytest.raises(ModelUnavailable, match="acme broke off"):
        passage.close()


@pytest.mark.parametrize(
    "event",
    [b"{not json", b'"text"', b'{"choices":[7]}', b'{"choices":{"a":1}}', b'{"a":"\xc3"}', b"["],
)
def test_an_event_that_is_no_chunk_is_refused(event: bytes):
    passage = _passage(with_usage=False)

    with pytest.raises(ModelReplyBroken, match="not a chunk"):
        passage.feed(b"data: " + event + b"\n\n")


def test_an_error_in_the_stream_is_raised():
    passage = _passage(with_usage=False)

    with pytest.raises(ModelUnavailable, match="overloaded"):
        passage.feed(b'data: {"error":{"message":"overloaded"}}\n\n')
