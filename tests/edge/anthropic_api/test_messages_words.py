"""Messages in words: requests read, answers written, streams looked at on their way."""

from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from anthropic.lib.streaming._messages import accumulate_event
from anthropic.types import Message, RawMessageStreamEvent
from pydantic import TypeAdapter

from cadre.edge.anthropic_api.messages.events import EventWriter
from cadre.edge.anthropic_api.messages.passing import MessagePassage
from cadre.edge.anthropic_api.messages.reply import message
from cadre.edge.anthropic_api.messages.request import read_request
from cadre.edge.anthropic_api.usage import usage_json
from cadre.engine.models import (
    Endpoint,
    ModelCard,
    ModelReplyBroken,
    ModelUnavailable,
    Passing,
    Patience,
    Target,
)
from cadre.engine.models.passing import passing
from cadre.infra.asgi import BadField, Fields, NotSupported, RequestFiles
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import (
    AnswerFormat,
    AssistantMessage,
    CallDelta,
    Citation,
    Delta,
    DocumentPart,
    ImagePart,
    ModelReply,
    ReasoningDelta,
    ReplyDone,
    StopReason,
    SystemMessage,
    TextDelta,
    TextPart,
    ToolCall,
    ToolMessage,
    Usage,
    UserMessage,
)

_event: TypeAdapter[RawMessageStreamEvent] = TypeAdapter(RawMessageStreamEvent)
_PNG = b"\x89PNG\r\n\x1a\nnot really"
_IMAGE = {
    "type": "image",
    "source": {
        "type": "base64",
        "media_type": "image/png",
        "data": b64encode(_PNG).decode(),
    },
}


@pytest.fixture
async def files() -> AsyncIterator[RequestFiles]:
    async with HttpClient() as http:
        yield RequestFiles(http)


def _body(**more: Any) -> Fields:
    messages = [{"role": "user", "content": "hi"}]
    return Fields({"model": "m", "max_tokens": 10, "messages": messages, **more})


async def test_a_conversation_with_tools_is_read(files: RequestFiles):
    body = _body(
        system=[{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        messages=[
            {"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "hm", "signature": "s"},
                    {"type": "redacted_thinking", "data": "sealed"},
                    {"type": "text", "text": "Let me look."},
                    {"type": "tool_use", "id": "t1", "name": "weather", "input": {"at": "Oslo"}},
                    {"type": "tool_use", "id": "t2", "name": "weather", "input": {}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "t1", "content": "rain"},
                    {
                        "type": "tool_result",
                        "tool_use_id": "t2",
                        "content": [{"type": "text", "text": "no place"}],
                        "is_error": True,
                    },
                    {"type": "text", "text": "And now?"},
                ],
            },
        ],
        tools=[{"name": "weather", "input_schema": {"type": "object"}, "description": "W."}],
        tool_choice={"type": "any", "disable_parallel_tool_use": True},
        stop_sequences=["END"],
        temperature=1,
        metadata={"user_id": "ignored"},
        top_k=5,
    )

    request = await read_request(body, "m", files)

    assert request.messages == [
        SystemMessage(text="Be brief."),
        UserMessage(parts=[TextPart(text="Weather?")]),
        AssistantMessage(
            text="Let me look.",
            reasoning="hm",
            calls=[
                ToolCall(id="t1", name="weather", arguments='{"at":"Oslo"}'),
                ToolCall(id="t2", name="weather", arguments="{}"),
            ],
        ),
        ToolMessage(call_id="t1", name="weather", text="rain"),
        ToolMessage(call_id="t2", name="weather", text="no place", is_error=True),
        UserMessage(parts=[TextPart(text="And now?")]),
    ]
    assert (request.tool_choice, request.parallel_calls) == ("required", False)
    assert (request.stop, request.max_tokens, request.cache_prompt) == (["END"], 10, True)


async def test_files_are_named_as_blobs(files: RequestFiles):
    pdf = b64encode(b"%PDF-1.7").decode()
    content = [
        _IMAGE,
        {
            "type": "document",
            "title": "a.pdf",
            "source": {"type": "base64", "media_type": "application/pdf", "data": pdf},
        },
        {
            "type": "document",
            "source": {"type": "text", "media_type": "text/plain", "data": "words"},
        },
    ]

    request = await read_request(_body(messages=[{"role": "user", "content": content}]), "m", files)

    said = request.messages[0]
    assert isinstance(said, UserMessage)
    image, document, text = said.parts
    assert isinstance(image, ImagePart)
    assert files.contents[image.blob] == _PNG
    assert isinstance(document, DocumentPart)
    assert document.name == "a.pdf"
    assert text == TextPart(text="document:\n\nwords")


async def test_an_image_that_a_tool_gave_is_shown_after_its_words(files: RequestFiles):
    result = {
        "type": "tool_result",
        "tool_use_id": "t1",
        "content": [{"type": "text", "text": "see"}, _IMAGE],
    }
    call: dict[str, Any] = {"type": "tool_use", "id": "t1", "name": "draw", "input": {}}
    turns: list[Any] = [
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [result]},
    ]

    request = await read_request(_body(messages=turns), "m", files)

    _, answer, shown = request.messages
    assert answer == ToolMessage(call_id="t1", name="draw", text="see")
    assert isinstance(shown, UserMessage)
    assert isinstance(shown.parts[0], ImagePart)


@pytest.mark.parametrize(
    ("more", "effort"),
    [
        ({}, None),
        ({"thinking": {"type": "disabled"}}, "none"),
        ({"thinking": {"type": "enabled", "budget_tokens": 2048}}, "low"),
        ({"thinking": {"type": "enabled", "budget_tokens": 10_000}}, "medium"),
        ({"thinking": {"type": "enabled", "budget_tokens": 60_000}}, "high"),
        ({"thinking": {"type": "adaptive"}}, "medium"),
        ({"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}}, "high"),
        ({"output_config": {"effort": "low"}}, "low"),
    ],
)
async def test_thinking_becomes_effort(
    files: RequestFiles, more: dict[str, Any], effort: str | None
):
    request = await read_request(_body(**more), "m", files)

    assert request.reasoning_effort == effort


async def test_the_wanted_format_is_read(files: RequestFiles):
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    config = {"format": {"type": "json_schema", "schema": schema}}

    request = await read_request(_body(output_config=config), "m", files)

    assert request.answer_format == AnswerFormat(json_schema=schema)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"messages": list[Any]()}, "messages"),
        ({"messages": "hi"}, "messages"),
        ({"messages": ["x"]}, "messages[0]"),
        ({"messages": [{"role": "odd", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        (
            {"messages": [{"role": "user", "content": [{"text": "x"}]}]},
            "messages[0].content[0].type",
        ),
        (
            {
                "messages": [
                    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "no"}]}
                ]
            },
            "messages[0].content[0].tool_use_id",
        ),
        ({"temperature": 1.5}, "temperature"),
        ({"tools": [{"name": "t"}]}, "tools[0].input_schema"),
        ({"tools": [{"name": "t", "input_schema": {"type": "odd"}}]}, "tools[0].input_schema"),
        ({"tools": [{"name": "t", "input_schema": {"type": "array"}}]}, "tools[0].input_schema"),
        ({"tool_choice": {"type": "tool", "name": "no"}}, "tool_choice.name"),
        ({"thinking": {"type": "enabled", "budget_tokens": 5}}, "thinking.budget_tokens"),
        ({"output_config": {"format": {"type": "odd"}}}, "output_config.format.type"),
    ],
)
async def test_a_wrong_field_is_named(files: RequestFiles, more: dict[str, Any], field: str):
    with pytest.raises(BadField) as caught:
        await read_request(_body(**more), "m", files)

    assert caught.value.field == field


@pytest.mark.parametrize(
    "more",
    [
        {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
        {"mcp_servers": [{"type": "url", "url": "https://example.com", "name": "x"}]},
        {"container": "c"},
        {"messages": [{"role": "user", "content": [{"type": "container_upload"}]}]},
    ],
)
async def test_what_cannot_be_translated_is_refused(files: RequestFiles, more: dict[str, Any]):
    with pytest.raises(NotSupported):
        await read_request(_body(**more), "m", files)


def _reply(stop: StopReason = "end", **said: Any) -> ModelReply:
    usage = Usage(input_tokens=100, cached_tokens=40, cache_write_tokens=10, output_tokens=20)
    return ModelReply(message=AssistantMessage(**said), usage=usage, stop=stop, model="acme:large")


_CALLS = [
    ToolCall(id="c1", name="t", arguments='{"a":1}'),
    ToolCall(id="c2", name="u", arguments="{}"),
]


def test_a_whole_answer_is_a_message():
    reply = _reply(
        "tool_calls",
        text="hello",
        reasoning="hm",
        calls=[*_CALLS, ToolCall(id="c3", name="v", arguments="{broken")],
        citations=[Citation(url="https://example.com", title="E", text="so")],
    )

    whole = Message.model_validate_json(message(reply))

    assert [block.type for block in whole.content] == ["thinking", "text"] + ["tool_use"] * 3
    calls = [block for block in whole.content if block.type == "tool_use"]
    assert [call.input for call in calls] == [{"a": 1}, {}, {"malformed_arguments": "{broken"}]
    assert whole.stop_reason == "tool_use"
    assert (whole.usage.input_tokens, whole.usage.cache_read_input_tokens) == (50, 40)
    text = whole.content[1]
    assert text.type == "text"
    assert text.citations is not None
    assert text.citations[0].type == "web_search_result_location"


@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        ("end", "end_turn"),
        ("length", "max_tokens"),
        ("stop_sequence", "stop_sequence"),
        ("refused", "refusal"),
    ],
)
def test_why_it_stopped_is_said(stop: StopReason, reason: str):
    assert Message.model_validate_json(message(_reply(stop, text="a"))).stop_reason == reason


def test_usage_comes_back_as_it_was():
    usage = Usage(
        input_tokens=100,
        cached_tokens=40,
        cache_write_tokens=10,
        output_tokens=20,
        reasoning_tokens=5,
        searches=2,
    )

    counts = _passing().counts({"type": "message", "usage": usage_json(usage)})

    assert counts is not None
    assert _passing().usage(counts) == usage


def _events(deltas: list[Delta]) -> list[RawMessageStreamEvent]:
    writer = EventWriter("m")
    stream = b"".join(map(writer.write, deltas))
    found: list[RawMessageStreamEvent] = []
    for event in stream.removesuffix(b"\n\n").split(b"\n\n"):
        name, data = event.split(b"\n")
        if name == b"event: ping":
            continue
        parsed = _event.validate_json(data.removeprefix(b"data: "))
        assert name == f"event: {parsed.type}".encode()
        found.append(parsed)
    return found


def _put_together(events: list[RawMessageStreamEvent]) -> Any:
    whole: Any = None
    buffers: dict[int, bytes] = {}
    for event in events:
        whole = accumulate_event(event=event, current_snapshot=whole, json_bufs=buffers)
    return whole


_DELTAS: list[Delta] = [
    ReasoningDelta(text="h"),
    ReasoningDelta(text="m"),
    TextDelta(text="hel"),
    TextDelta(text="lo"),
    CallDelta(index=0, id="c1", name="t"),
    CallDelta(index=0, arguments='{"a":'),
    CallDelta(index=1, id="c2", name="u", arguments="{"),  # before the first one is complete
    CallDelta(index=0, arguments="1}"),
    CallDelta(index=1, arguments="}"),
    ReplyDone(reply=_reply("tool_calls", text="hello", reasoning="hm", calls=_CALLS)),
]


def test_events_come_in_the_order_of_the_official_api():
    delta = "content_block_delta"

    assert [event.type for event in _events(_DELTAS)] == [
        "message_start",
        "content_block_start",
        *[delta] * 3,  # two pieces of thought, and its signature
        "content_block_stop",
        "content_block_start",
        *[delta] * 2,
        "content_block_stop",
        "content_block_start",
        *[delta] * 2,
        "content_block_stop",
        "content_block_start",
        *[delta] * 2,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


def test_the_official_client_puts_the_same_message_together():
    whole = _put_together(_events(_DELTAS))

    content = [block.model_dump(exclude_none=True) for block in whole.content]
    expected = Message.model_validate_json(
        message(_reply("tool_calls", text="hello", reasoning="hm", calls=_CALLS))
    )
    assert content == [block.model_dump(exclude_none=True) for block in expected.content]
    assert whole.stop_reason == "tool_use"
    assert whole.usage.model_dump() == expected.usage.model_dump()


def test_citations_are_told_with_the_text():
    reply = _reply(text="so", citations=[Citation(url="https://example.com", title="E")])

    whole = _put_together(_events([TextDelta(text="so"), ReplyDone(reply=reply)]))

    assert whole.content[0].citations[0].url == "https://example.com"


def test_an_empty_answer_has_no_block():
    events = _events([ReplyDone(reply=_reply())])

    assert [event.type for event in events] == ["message_start", "message_delta", "message_stop"]


def _stream(*events: dict[str, Any]) -> bytes:
    return b"".join(
        f"event: {event['type']}\n".encode() + b"data: " + orjson.dumps(event) + b"\n\n"
        for event in events
    )


def _passing() -> Passing:
    endpoint = Endpoint("acme", "http://127.0.0.1:9", wire="anthropic")
    target = Target(ModelCard(provider="acme", id="m"), endpoint)
    found = passing(HttpClient(), target, "anthropic", {}, Patience())
    assert found is not None
    return found


def _passage() -> MessagePassage:
    return MessagePassage(_passing(), "acme")


_START = {
    "type": "message_start",
    "message": {"usage": {"input_tokens": 50, "cache_read_input_tokens": 40, "output_tokens": 1}},
}
_TEXT = {
    "type": "content_block_delta",
    "index": 0,
    "delta": {"type": "text_delta", "text": "é" * 40},
}
_END = {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 20}}
_STOP = {"type": "message_stop"}


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_stream_passes_byte_for_byte(size: int):
    stream = _stream(_START, {"type": "ping"}, _TEXT, _END, _STOP)
    passage = _passage()

    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    passed = b"".join(map(passage.feed, pieces)) + passage.close()

    assert passed == stream
    assert passage.usage() == Usage(input_tokens=90, cached_tokens=40, output_tokens=20)


def test_what_was_used_before_a_stream_broke_off_is_counted():
    passage = _passage()
    passage.feed(_stream(_START, _TEXT))

    used = passage.usage()

    assert used == Usage(input_tokens=90, cached_tokens=40, output_tokens=10)
    with pytest.raises(ModelUnavailable, match="acme broke off"):
        passage.close()


@pytest.mark.parametrize("event", [b"{not json", b"[]", b"{}", b'{"type":"\xc3"}'])
def test_an_event_that_is_none_is_refused(event: bytes):
    with pytest.raises(ModelReplyBroken, match="not an event"):
        _passage().feed(b"data: " + event + b"\n\n")


def test_an_error_in_the_stream_is_raised():
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}

    with pytest.raises(ModelUnavailable, match="Overloaded"):
        _passage().feed(_stream(error))
