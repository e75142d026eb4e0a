"""Responses in words: items read, the object and its events written in OpenAI's order."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from cadre.edge.openai_api.responses.events import EventWriter
from cadre.edge.openai_api.responses.reply import Ids, ResponseObject, output_items
from cadre.edge.openai_api.responses.request import read_request
from cadre.engine.models import ModelUnavailable
from cadre.infra.asgi import BadField, Fields, NotSupported, RequestFiles
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import (
    AnswerFormat,
    AssistantMessage,
    CallDelta,
    Citation,
    Delta,
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

_event: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)


@pytest.fixture
async def files() -> AsyncIterator[RequestFiles]:
    async with HttpClient() as http:
        yield RequestFiles(http)


def _body(**more: Any) -> Fields:
    return Fields({"model": "m", "input": "hi", **more})


async def test_a_text_is_one_message(files: RequestFiles):
    request = await read_request(_body(instructions="Be brief.", max_output_tokens=9), "m", files)

    assert request.messages == [
        SystemMessage(text="Be brief."),
        UserMessage(parts=[TextPart(text="hi")]),
    ]
    assert request.max_tokens == 9


async def test_the_items_of_one_turn_are_one_message(files: RequestFiles):
    items: list[Any] = [
        {"role": "user", "content": "Weather?"},
        {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "hm"}]},
        {
            "type": "message",
            "role": "assistant",
            "id": "x",
            "content": [{"type": "output_text", "text": "Let me look.", "annotations": []}],
        },
        {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": "{}"},
        {"type": "function_call", "call_id": "c2", "name": "time", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "rain"},
        {
            "type": "function_call_output",
            "call_id": "c2",
            "output": [{"type": "input_text", "text": "noon"}],
        },
    ]

    request = await read_request(_body(input=items), "m", files)

    assert request.messages == [
        UserMessage(parts=[TextPart(text="Weather?")]),
        AssistantMessage(
            text="Let me look.",
            reasoning="hm",
            calls=[
                ToolCall(id="c1", name="weather", arguments="{}"),
                ToolCall(id="c2", name="time", arguments="{}"),
            ],
        ),
        ToolMessage(call_id="c1", name="weather", text="rain"),
        ToolMessage(call_id="c2", name="time", text="noon"),
    ]


async def test_tools_format_and_effort_are_read(files: RequestFiles):
    schema = {"type": "object"}
    body = _body(
        tools=[{"type": "function", "name": "t", "parameters": schema, "strict": True}],
        tool_choice={"type": "function", "name": "t"},
        text={"format": {"type": "json_schema", "name": "x", "schema": schema}},
        reasoning={"effort": "high", "summary": "auto"},
    )

    request = await read_request(body, "m", files)

    assert [tool.name for tool in request.tools] == ["t"]
    assert request.tool_choice == "t"
    assert request.answer_format == AnswerFormat(name="x", json_schema=schema)
    assert request.reasoning_effort == "high"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"background": True}, "background"),
        ({"prompt": {"id": "p"}}, "prompt"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"input": [{"type": "item_reference", "id": "x"}]}, "input[0].type"),
        ({"input": [{"type": "computer_call"}]}, "input[0].type"),
    ],
)
async def test_what_is_not_supported_is_said(files: RequestFiles, more: dict[str, Any], field: str):
    with pytest.raises(NotSupported) as caught:
        await read_request(_body(**more), "m", files)

    assert caught.value.field == field


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"input": None}, "input"),
        ({"input": 5}, "input"),
        ({"input": [5]}, "input[0]"),
        ({"input": [{"role": "user", "content": [{"type": "odd"}]}]}, "input[0].content[0].type"),
        (
            {"input": [{"type": "function_call_output", "call_id": "no", "output": ""}]},
            "input[0].call_id",
        ),
        ({"tools": [{"type": "function"}]}, "tools[0].name"),
        ({"text": {"format": {"type": "odd"}}}, "text.format.type"),
        ({"reasoning": {"effort": "odd"}}, "reasoning.effort"),
    ],
)
async def test_a_wrong_field_is_named(files: RequestFiles, more: dict[str, Any], field: str):
    with pytest.raises(BadField) as caught:
        await read_request(_body(**more), "m", files)

    assert caught.value.field == field


def _reply(stop: StopReason = "end", **message: Any) -> ModelReply:
    return ModelReply(
        message=AssistantMessage(**message),
        usage=Usage(input_tokens=10, output_tokens=4, reasoning_tokens=1),
        stop=stop,
        model="acme:large",
    )


_CALLS = [
    ToolCall(id="c1", name="t", arguments='{"a":1}'),
    ToolCall(id="c2", name="u", arguments="{}"),
]
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
    ReplyDone(
        reply=_reply(
            "tool_calls",
            text="hello",
            reasoning="hm",
            calls=_CALLS,
        )
    ),
]


def _events(deltas: list[Delta]) -> list[Any]:
    writer = EventWriter(ResponseObject(_body(), "m"))
    stream = b"".join(map(writer.write, deltas))
    found: list[Any] = []
    for event in stream.removesuffix(b"\n\n").split(b"\n\n"):
        name, data = event.split(b"\n")
        parsed = _event.validate_json(data.removeprefix(b"data: "))
        assert name == f"event: {parsed.type}".encode()
        found.append(parsed)
    return found


def test_events_come_in_the_order_of_the_official_api():
    events = _events(_DELTAS)

    item = "response.output_item"
    assert [event.type for event in events] == [
        "response.created",
        "response.in_progress",
        f"{item}.added",
        "response.reasoning_summary_part.added",
        "response.reasoning_summary_text.delta",
        "response.reasoning_summary_text.delta",
        "response.reasoning_summary_text.done",
        "response.reasoning_summary_part.done",
        f"{item}.done",
        f"{item}.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        f"{item}.done",
        f"{item}.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        f"{item}.done",
        f"{item}.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        f"{item}.done",
        "response.completed",
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))


def test_the_last_event_holds_all_that_the_others_said():
    events = _events(_DELTAS)

    done = [event.item for event in events if event.type == "response.output_item.done"]
    whole = events[-1].response
    assert [item.model_dump() for item in whole.output] == [item.model_dump() for item in done]
    assert whole.output_text == "hello"
    assert [(i.call_id, i.arguments) for i in whole.output if i.type == "function_call"] == [
        ("c1", '{"a":1}'),
        ("c2", "{}"),
    ]
    assert whole.model == "acme:large"
    assert whole.usage.total_tokens == 14
    assert len({event.response.id for event in events if hasattr(event, "response")}) == 1


def test_citations_are_annotations():
    cited = _reply(text="so", citations=[Citation(url="https://example.com", title="E")])

    events = _events([TextDelta(text="so"), ReplyDone(reply=cited)])

    assert "response.output_text.annotation.added" in [event.type for event in events]
    annotation = events[-1].response.output[0].content[0].annotations[0]
    assert (annotation.url, annotation.end_index) == ("https://example.com", 2)


def test_an_empty_answer_is_an_empty_message():
    events = _events([ReplyDone(reply=_reply())])

    assert events[-1].response.output_text == ""
    assert events[-1].response.output[0].type == "message"


@pytest.mark.parametrize(
    ("stop", "reason"), [("length", "max_output_tokens"), ("refused", "content_filter")]
)
def test_an_answer_that_was_cut_is_incomplete(stop: StopReason, reason: str):
    events = _events([TextDelta(text="a"), ReplyDone(reply=_reply(stop, text="a"))])

    assert events[-1].type == "response.incomplete"
    assert events[-1].response.incomplete_details.reason == reason


def test_an_answer_that_breaks_off_ends_with_what_was_said():
    writer = EventWriter(ResponseObject(_body(), "m"))
    writer.write(TextDelta(text="a"))

    data = writer.fail(ModelUnavailable("It broke off.")).split(b"\ndata: ")[1]

    event = _event.validate_json(data)
    assert event.type == "response.failed"
    assert event.response.error.message == "It broke off."


def test_a_whole_response_is_one_of_the_official_api():
    reply = _reply("tool_calls", text="hello", reasoning="hm", calls=_CALLS)
    response = ResponseObject(_body(metadata={"a": "b"}, temperature=0.5), "m")

    shown = response.done(reply, output_items(reply, Ids()))

    whole = Response.model_validate(orjson.loads(orjson.dumps(shown)))
    assert whole.status == "completed"
    assert whole.output_text == "hello"
    assert [item.type for item in whole.output] == [
        "reasoning",
        "message",
        "function_call",
        "function_call",
    ]
    assert (whole.metadata, whole.temperature) == ({"a": "b"}, 0.5)
