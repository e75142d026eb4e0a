"""What the adapter sends, field for field what the official SDK sends for the same request."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from anthropic import AsyncAnthropic
from anthropic.types import message_create_params
from pydantic import TypeAdapter

from cadre.engine.models.errors import ModelRefused
from cadre.engine.models.wires.anthropic import AnthropicMessages
from cadre.infra.blobs import Blobs
from cadre.kernel.messages import (
    AnswerFormat,
    AssistantMessage,
    AudioPart,
    DocumentPart,
    ImagePart,
    ModelRequest,
    SystemMessage,
    TextPart,
    ToolCall,
    ToolMessage,
    ToolSpec,
    UserMessage,
)
from cadre.kernel.scope import Scope
from tests.engine.models.wires.asking import KEY, LOOK, ask, question
from tests.engine.models.wires.raw_server import Answer, RawServer, Seen, events

Connect = Callable[..., AnthropicMessages]

HELLO: list[dict[str, Any]] = [
    {
        "type": "message_start",
        "message": {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-haiku-4-5",
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        },
    },
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 1},
    },
    {"type": "message_stop"},
]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "born": {"type": "string", "format": "date"},
        "kind": {"oneOf": [{"const": "cat"}, {"const": "dog"}]},
        "legs": {"type": "integer", "minimum": 0, "description": "How many."},
        "owners": {"type": "array", "items": {"$ref": "#/$defs/Owner"}, "minItems": 1},
    },
    "required": ["name"],
    "$defs": {"Owner": {"type": "object", "properties": {"name": {"type": "string"}}}},
}


async def ours(
    raw: RawServer, model: AnthropicMessages, scope: Scope, request: ModelRequest
) -> Seen:
    raw.say(Answer(events(*HELLO)))
    await ask(model, scope, request)
    return raw.requests[-1]


async def theirs(raw: RawServer, **request: Any) -> Seen:
    raw.say(Answer(events(*HELLO)))
    async with AsyncAnthropic(api_key=KEY, base_url=raw.url, max_retries=0) as client:
        stream = await client.messages.create(stream=True, **request)
        async for _ in stream:
            pass
    return raw.requests[-1]


def assert_same(mine: Seen, reference: Seen) -> None:
    shape = TypeAdapter(message_create_params.MessageCreateParamsStreaming)
    shape.validate_python(mine.body)
    assert mine.body == reference.body
    assert (mine.method, mine.path) == (reference.method, reference.path)


async def test_a_conversation_with_calls_and_files_is_what_the_sdk_sends(
    raw: RawServer, connect: Connect, scope: Scope, blobs: Blobs
):
    png, pdf = await blobs.put(b"\x89PNG"), await blobs.put(b"%PDF-1.7")
    note = await blobs.put("Grüße".encode())
    request = ModelRequest(
        model="claude:sonnet",
        messages=[
            SystemMessage(text="Be brief."),
            UserMessage(
                parts=[
                    TextPart(text="What is this?"),
                    ImagePart(blob=png, media_type="image/png"),
                    DocumentPart(blob=pdf, media_type="application/pdf", name="a.pdf"),
                    DocumentPart(blob=note, media_type="text/markdown", name="a.md"),
                ]
            ),
            AssistantMessage(
                text="I look.",
                calls=[
                    ToolCall(id="toolu_1", name="look", arguments='{"at": "a"}'),
                    ToolCall(id="toolu_2", name="look", arguments='{"at": '),
                ],
            ),
            ToolMessage(call_id="toolu_1", name="look", text="a cat"),
            ToolMessage(call_id="toolu_2", name="look", text="not JSON", is_error=True),
            UserMessage(parts=[TextPart(text="Sure?"), TextPart(text=" ")]),
        ],
        tools=[LOOK],
        tool_choice="required",
        parallel_calls=False,
        stop=["END"],
        max_tokens=100,
        cache_prompt=True,
    )

    mine = await ours(raw, connect(), scope, request)

    cached = {"cache_control": {"type": "ephemeral"}}
    image = {"type": "base64", "media_type": "image/png", "data": _base64(b"\x89PNG")}
    document = {"type": "base64", "media_type": "application/pdf", "data": _base64(b"%PDF-1.7")}
    text = {"type": "text", "media_type": "text/plain", "data": "Grüße"}
    broken = {"malformed_arguments": '{"at": '}
    reference = await theirs(
        raw,
        model="claude-haiku-4-5",
        max_tokens=100,
        system=[{"type": "text", "text": "Be brief.", **cached}],
        stop_sequences=["END"],
        tools=[
            {
                "name": "look",
                "description": "Look at a place.",
                "input_schema": LOOK.parameters,
                **cached,
            }
        ],
        tool_choice={"type": "any", "disable_parallel_tool_use": True},
        messages=[
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image", "source": image},
                    {"type": "document", "source": document, "title": "a.pdf"},
                    {"type": "document", "source": text, "title": "a.md"},
                ],
            },
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "I look."},
                    {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "a"}},
                    {"type": "tool_use", "id": "toolu_2", "name": "look", "input": broken},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "toolu_1", "content": "a cat"},
                    {
                        "type": "tool_result",
                        "tool_use_id": "toolu_2",
                        "content": "not JSON",
                        "is_error": True,
                    },
                    {"type": "text", "text": "Sure?"},
                ],
            },
        ],
    )
    assert_same(mine, reference)
    assert mine.headers["anthropic-version"] == reference.headers["anthropic-version"]
    assert mine.headers["x-api-key"] == KEY


async def test_structured_output_is_what_the_sdk_makes_of_the_schema(
    raw: RawServer, connect: Connect, scope: Scope
):
    from anthropic import transform_schema

    form = AnswerFormat(name="pet", json_schema=SCHEMA)

    mine = await ours(raw, connect(), scope, question(answer_format=form, max_tokens=9))

    reference = await theirs(
        raw,
        model="claude-haiku-4-5",
        max_tokens=9,
        output_config={"format": {"type": "json_schema", "schema": transform_schema(SCHEMA)}},
        messages=[_asked()],
    )
    assert_same(mine, reference)


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        ("auto", {"type": "auto"}),
        ("none", {"type": "none"}),
        ("required", {"type": "any"}),
        ("look", {"type": "tool", "name": "look"}),
    ],
)
async def test_the_choice_of_tools_is_what_the_sdk_sends(
    raw: RawServer, connect: Connect, scope: Scope, choice: str, sent: dict[str, str]
):
    request = question(tools=[LOOK], tool_choice=choice, max_tokens=9)

    mine = await ours(raw, connect(), scope, request)

    reference = await theirs(
        raw,
        model="claude-haiku-4-5",
        max_tokens=9,
        tools=[
            {"name": "look", "description": "Look at a place.", "input_schema": LOOK.parameters}
        ],
        tool_choice=sent,
        messages=[_asked()],
    )
    assert_same(mine, reference)


@pytest.mark.parametrize(
    ("model", "effort", "fields"),
    [
        ("claude-3-5-haiku-20241022", "high", {}),
        (
            "claude-3-7-sonnet-20250219",
            "low",
            {"thinking": {"type": "enabled", "budget_tokens": 4096}},
        ),
        ("claude-haiku-4-5", "high", {"thinking": {"type": "enabled", "budget_tokens": 24_576}}),
        ("claude-haiku-4-5", "none", {}),
        (
            "claude-opus-4-6",
            "medium",
            {
                "thinking": {"type": "adaptive", "display": "summarized"},
                "output_config": {"effort": "medium"},
            },
        ),
        (
            "claude-opus-5",
            "none",
            {"thinking": {"type": "disabled"}, "output_config": {"effort": "low"}},
        ),
        (
            "claude-sonnet-5-5",
            "none",
            {"thinking": {"type": "between_tools"}, "output_config": {"effort": "low"}},
        ),
        ("claude-fable-5-1", "none", {"output_config": {"effort": "low"}}),
    ],
)
async def test_effort_is_said_as_each_model_knows_it(
    raw: RawServer, connect: Connect, scope: Scope, model: str, effort: str, fields: dict[str, Any]
):
    request = question(reasoning_effort=effort, max_tokens=40_000)

    mine = await ours(raw, connect(model), scope, request)

    reference = await theirs(raw, model=model, max_tokens=40_000, messages=[_asked()], **fields)
    assert_same(mine, reference)


async def test_thoughts_never_take_more_than_was_set_aside(
    raw: RawServer, connect: Connect, scope: Scope
):
    some = question(reasoning_effort="high", max_tokens=4000)
    hardly_any = question(reasoning_effort="high", max_tokens=1000)

    first = (await ours(raw, connect(), scope, some)).body
    second = (await ours(raw, connect(), scope, hardly_any)).body

    assert (first["max_tokens"], first["thinking"]["budget_tokens"]) == (4000, 3000)
    assert second["max_tokens"] == 1000
    assert "thinking" not in second


@pytest.mark.parametrize(
    ("model", "given", "sent"),
    [
        ("claude-haiku-4-5", {"temperature": 0.5, "top_p": 0.9}, {"temperature": 0.5}),
        ("claude-haiku-4-5", {"top_p": 0.9}, {"top_p": 0.9}),
        ("claude-haiku-4-5", {"temperature": 1.7}, {"temperature": 1.0}),
        ("claude-haiku-4-5", {"temperature": 0.5, "reasoning_effort": "low"}, {}),
        ("claude-opus-4-8", {"temperature": 0.5}, {}),
    ],
)
async def test_sampling_is_sent_only_where_it_is_taken_and_in_the_version_that_knows_it(
    raw: RawServer,
    connect: Connect,
    scope: Scope,
    model: str,
    given: dict[str, Any],
    sent: dict[str, float],
):
    mine = await ours(raw, connect(model), scope, question(**given))

    found = {name: mine.body[name] for name in ("temperature", "top_p") if name in mine.body}
    assert found == sent
    assert mine.headers["anthropic-version"] == ("2023-06-01" if sent else "2026-10-21")


@pytest.mark.parametrize(
    ("model", "known", "expected"),
    [
        ("claude-3-opus-20240229", None, 4096),
        ("claude-3-5-sonnet-20241022", None, 8192),
        ("claude-opus-4-20250514", None, 32_000),
        ("claude-opus-4-20250514", 20_000, 20_000),
        ("some-other-model", None, 8192),
    ],
)
async def test_a_limit_of_output_is_always_sent(
    raw: RawServer, connect: Connect, scope: Scope, model: str, known: int | None, expected: int
):
    mine = await ours(raw, connect(model, output_tokens=known), scope, question())

    assert mine.body["max_tokens"] == expected


async def test_a_model_without_formats_answers_through_a_tool(
    raw: RawServer, connect: Connect, scope: Scope
):
    form = AnswerFormat(name="look", json_schema=SCHEMA)
    request = question(answer_format=form, tools=[LOOK])

    mine = await ours(raw, connect("claude-3-7-sonnet-20250219"), scope, request)

    assert [tool["name"] for tool in mine.body["tools"]] == ["look", "look_"]
    assert mine.body["tools"][1]["input_schema"] == SCHEMA
    assert mine.body["tool_choice"] == {"type": "any"}
    assert "output_config" not in mine.body


@pytest.mark.parametrize("model", ["claude-haiku-4-5", "claude-3-5-haiku-20241022"])
async def test_json_of_any_shape_is_asked_for_through_a_tool(
    raw: RawServer, connect: Connect, scope: Scope, model: str
):
    mine = await ours(raw, connect(model), scope, question(answer_format=AnswerFormat()))

    assert mine.body["tools"][0]["input_schema"] == {"type": "object"}
    choice = {"type": "tool", "name": "answer", "disable_parallel_tool_use": True}
    assert mine.body["tool_choice"] == choice


async def test_a_model_that_can_not_be_forced_is_told_in_words(
    raw: RawServer, connect: Connect, scope: Scope
):
    model = connect("claude-opus-5-5")

    forced = await ours(raw, model, scope, question(tools=[LOOK], tool_choice="look"))
    shapeless = await ours(raw, model, scope, question(answer_format=AnswerFormat()))

    assert forced.body["tool_choice"] == {"type": "auto"}
    assert "`look`" in forced.body["system"][-1]["text"]
    assert "JSON" in shapeless.body["system"][-1]["text"]
    assert "tools" not in shapeless.body


async def test_a_model_that_thinks_unasked_stops_for_a_forced_call(
    raw: RawServer, connect: Connect, scope: Scope
):
    request = question(tools=[LOOK], tool_choice="look", reasoning_effort="high")

    mine = await ours(raw, connect("claude-opus-5"), scope, request)

    assert mine.body["tool_choice"] == {"type": "tool", "name": "look"}
    assert mine.body["thinking"] == {"type": "disabled"}


@pytest.mark.parametrize(
    ("part", "named"),
    [
        (AudioPart, "audio/wav"),
        (ImagePart, "image/tiff"),
        (DocumentPart, "application/msword"),
    ],
)
async def test_what_it_can_not_read_is_named_before_anything_is_sent(
    raw: RawServer, connect: Connect, scope: Scope, blobs: Blobs, part: Any, named: str
):
    request = question()
    request.messages = [UserMessage(parts=[part(blob=await blobs.put(b"x"), media_type=named)])]

    with pytest.raises(ModelRefused, match=named):
        await ask(connect(), scope, request)

    assert raw.requests == []


async def test_a_tool_without_a_type_is_still_a_schema_of_an_object(
    raw: RawServer, connect: Connect, scope: Scope
):
    bare = ToolSpec(name="bare", description="Nothing to say.", parameters={})

    mine = await ours(raw, connect(), scope, question(tools=[bare]))

    assert mine.body["tools"][0]["input_schema"] == {"type": "object"}


async def test_tokens_are_counted_as_the_sdk_counts_them(
    raw: RawServer, connect: Connect, scope: Scope
):
    request = question(tools=[LOOK], reasoning_effort="low", max_tokens=9000)
    request.messages.insert(0, SystemMessage(text="Be brief."))
    raw.say_json({"input_tokens": 42})
    raw.say_json({"input_tokens": 42})

    counted = await connect().count_tokens(request)

    async with AsyncAnthropic(api_key=KEY, base_url=raw.url, max_retries=0) as client:
        await client.messages.count_tokens(
            model="claude-haiku-4-5",
            system=[{"type": "text", "text": "Be brief."}],
            tools=[
                {"name": "look", "description": "Look at a place.", "input_schema": LOOK.parameters}
            ],
            tool_choice={"type": "auto"},
            thinking={"type": "enabled", "budget_tokens": 4096},
            messages=[{"role": "user", "content": [{"type": "text", "text": "How are you?"}]}],
        )
    mine, reference = raw.requests
    assert counted == 42
    assert mine.body == reference.body
    assert mine.path == reference.path


def _asked() -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "text", "text": "How are you?"}]}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
