"""What the adapter sends, field for field what the official SDK sends for the same request."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from google import genai
from google.genai import types

from cadre.engine.models.errors import ModelRefused
from cadre.engine.models.wires.gemini import Gemini
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
from tests.engine.models.wires.asking import KEY, LOOK, answer, ask, question
from tests.engine.models.wires.gemini.spelling import spelled
from tests.engine.models.wires.raw_server import Answer, RawServer, Seen, events

# The SDK's own session inherits from aiohttp's.
pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession")

Connect = Callable[..., Gemini]

HELLO = {
    "candidates": [
        {"content": {"role": "model", "parts": [{"text": "Hello"}]}, "finishReason": "STOP"}
    ]
}
MODEL = "gemini-3.5-flash"


async def ours(raw: RawServer, model: Gemini, scope: Scope, request: ModelRequest) -> Seen:
    raw.say(Answer(events(HELLO)))
    await ask(model, scope, request)
    return raw.requests[-1]


async def theirs(raw: RawServer, contents: Any, *, model: str = MODEL, **config: Any) -> Seen:
    raw.say(Answer(events(HELLO)))
    options = types.HttpOptions(base_url=raw.url, api_version="v1beta")
    client = genai.Client(api_key=KEY, http_options=options).aio
    async with client:
        models: Any = client.models  # its types are partly unknown
        stream = await models.generate_content_stream(
            model=model, contents=contents, config=types.GenerateContentConfig(**config)
        )
        async for _ in stream:
            pass
    return raw.requests[-1]


def assert_same(mine: Seen, reference: Seen) -> None:
    assert mine.body == spelled(reference.body)
    assert (mine.method, mine.path, mine.query) == (
        reference.method,
        reference.path,
        reference.query,
    )
    assert mine.headers["x-goog-api-key"] == reference.headers["x-goog-api-key"] == KEY


async def test_a_conversation_with_calls_and_files_is_what_the_sdk_sends(
    raw: RawServer, connect: Connect, scope: Scope, blobs: Blobs
):
    png, pdf, wav = [await blobs.put(content) for content in (b"\x89PNG", b"%PDF-1.7", b"RIFF")]
    request = ModelRequest(
        model="gemini:flash",
        messages=[
            SystemMessage(text="Be brief."),
            UserMessage(
                parts=[
                    TextPart(text="What is this?"),
                    ImagePart(blob=png, media_type="image/png"),
                    DocumentPart(blob=pdf, media_type="application/pdf", name="a.pdf"),
                    AudioPart(blob=wav, media_type="audio/wav"),
                ]
            ),
            AssistantMessage(
                text="I look.",
                calls=[
                    ToolCall(id="1", name="look", arguments='{"at": "a"}'),
                    ToolCall(id="2", name="look", arguments='{"at": '),
                ],
            ),
            ToolMessage(call_id="1", name="look", text="a cat"),
            ToolMessage(call_id="2", name="look", text="not JSON", is_error=True),
            UserMessage(parts=[TextPart(text="Sure?")]),
        ],
        tools=[LOOK],
        tool_choice="look",
        stop=["END"],
        temperature=0.5,
        top_p=0.9,
        seed=7,
        max_tokens=100,
    )

    mine = await ours(raw, connect("gemini-2.5-flash"), scope, request)

    broken = {"malformed_arguments": '{"at": '}
    reference = await theirs(
        raw,
        [
            types.Content(
                role="user",
                parts=[
                    types.Part(text="What is this?"),
                    types.Part.from_bytes(data=b"\x89PNG", mime_type="image/png"),
                    types.Part.from_bytes(data=b"%PDF-1.7", mime_type="application/pdf"),
                    types.Part.from_bytes(data=b"RIFF", mime_type="audio/wav"),
                ],
            ),
            types.Content(
                role="model",
                parts=[
                    types.Part(text="I look."),
                    types.Part(
                        function_call=types.FunctionCall(id="1", name="look", args={"at": "a"})
                    ),
                    types.Part(function_call=types.FunctionCall(id="2", name="look", args=broken)),
                ],
            ),
            types.Content(
                role="user",
                parts=[
                    types.Part(
                        function_response=types.FunctionResponse(
                            id="1", name="look", response={"output": "a cat"}
                        )
                    ),
                    types.Part(
                        function_response=types.FunctionResponse(
                            id="2", name="look", response={"error": "not JSON"}
                        )
                    ),
                    types.Part(text="Sure?"),
                ],
            ),
        ],
        model="gemini-2.5-flash",
        system_instruction=types.Content(parts=[types.Part(text="Be brief.")]),
        tools=[types.Tool(function_declarations=[_look()])],
        tool_config=_calling("ANY", "look"),
        stop_sequences=["END"],
        temperature=0.5,
        top_p=0.9,
        seed=7,
        max_output_tokens=100,
    )
    assert_same(mine, reference)


@pytest.mark.parametrize(
    ("choice", "mode"), [("auto", "AUTO"), ("none", "NONE"), ("required", "ANY")]
)
async def test_the_choice_of_tools_is_what_the_sdk_sends(
    raw: RawServer, connect: Connect, scope: Scope, choice: str, mode: str
):
    mine = await ours(raw, connect(), scope, question(tools=[LOOK], tool_choice=choice))

    reference = await theirs(
        raw,
        "How are you?",
        tools=[types.Tool(function_declarations=[_look()])],
        tool_config=_calling(mode),
    )
    assert_same(mine, reference)


async def test_structured_output_is_what_the_sdk_sends(
    raw: RawServer, connect: Connect, scope: Scope
):
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "legs": {"type": ["integer", "null"]}},
        "required": ["name"],
        "additionalProperties": False,
    }
    form = AnswerFormat(name="pet", json_schema=schema)

    mine = await ours(raw, connect(), scope, question(answer_format=form))
    free = await ours(raw, connect(), scope, question(answer_format=AnswerFormat()))

    json_type = "application/json"
    assert_same(
        mine,
        await theirs(
            raw, "How are you?", response_mime_type=json_type, response_json_schema=schema
        ),
    )
    assert_same(free, await theirs(raw, "How are you?", response_mime_type=json_type))


@pytest.mark.parametrize(("model", "is_field"), [(MODEL, True), ("gemini-2.5-pro", False)])
async def test_a_format_beside_tools_is_said_in_words_where_both_are_refused(
    raw: RawServer, connect: Connect, scope: Scope, model: str, is_field: bool
):
    form = AnswerFormat(json_schema={"type": "object", "title": "Pet"})

    mine = await ours(raw, connect(model), scope, question(answer_format=form, tools=[LOOK]))

    assert ("generationConfig" in mine.body) == is_field
    assert ("Pet" in str(mine.body.get("systemInstruction"))) != is_field


async def test_what_a_schema_says_beyond_gemini_moves_into_its_description(
    raw: RawServer, connect: Connect, scope: Scope
):
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "name": {"type": "string", "pattern": "^[a-z]+$", "description": "Who."},
            "kind": {"oneOf": [{"const": "cat"}, {"type": "null"}]},
            "owner": {"allOf": [{"$ref": "#/$defs/Owner"}], "default": None},
            "rest": True,
        },
        "$defs": {"Owner": {"type": "object", "properties": {"name": {"type": "string"}}}},
    }
    tool = ToolSpec(name="keep", description="Keep.", parameters=schema)

    mine = await ours(raw, connect(), scope, question(tools=[tool]))

    sent = mine.body["tools"][0]["functionDeclarations"][0]["parametersJsonSchema"]
    assert sent == {
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "Who.\n\n{pattern: ^[a-z]+$}"},
            "kind": {"anyOf": [{"enum": ["cat"]}, {"type": "null"}]},
            "owner": {"$ref": "#/$defs/Owner"},
            "rest": {},
        },
        "$defs": {"Owner": {"type": "object", "properties": {"name": {"type": "string"}}}},
    }


@pytest.mark.parametrize(
    ("model", "effort", "config"),
    [
        ("gemini-3.5-flash", "none", {"thinking_level": "MINIMAL"}),
        ("gemini-3.5-flash", "medium", {"thinking_level": "MEDIUM", "include_thoughts": True}),
        ("gemini-3.1-pro-preview", "minimal", {"thinking_level": "LOW", "include_thoughts": True}),
        ("gemini-4-argon", "high", {"thinking_level": "HIGH", "include_thoughts": True}),
        ("gemini-flash-latest", "low", {"thinking_level": "LOW", "include_thoughts": True}),
        ("gemini-2.5-flash", "none", {"thinking_budget": 0}),
        ("gemini-2.5-pro", "none", {"thinking_budget": 128}),
        ("gemini-2.5-pro", "high", {"thinking_budget": 24_576, "include_thoughts": True}),
        ("gemini-2.0-flash", "high", None),
        ("gemma-3-27b-it", "high", None),
    ],
)
async def test_effort_is_said_as_each_model_knows_it(
    raw: RawServer,
    connect: Connect,
    scope: Scope,
    model: str,
    effort: str,
    config: dict[str, Any] | None,
):
    mine = await ours(raw, connect(model), scope, question(reasoning_effort=effort))

    thinking = {} if config is None else {"thinking_config": types.ThinkingConfig(**config)}
    assert_same(mine, await theirs(raw, "How are you?", model=model, **thinking))


async def test_thoughts_leave_room_for_the_answer(raw: RawServer, connect: Connect, scope: Scope):
    request = question(reasoning_effort="high", max_tokens=4000)

    mine = await ours(raw, connect("gemini-2.5-flash"), scope, request)

    assert mine.body["generationConfig"]["thinkingConfig"]["thinkingBudget"] == 3000
    assert mine.body["generationConfig"]["maxOutputTokens"] == 4000


async def test_a_signed_loop_goes_back_as_the_sdk_sends_it(
    raw: RawServer, connect: Connect, scope: Scope
):
    parts = [
        {"text": "I think.", "thought": True},
        {"text": "I look", "thoughtSignature": _base64(b"one")},
        {"text": " twice."},
        {
            "functionCall": {"id": "f1", "name": "look", "args": {"at": "a"}},
            "thoughtSignature": _base64(b"two"),
        },
        {"functionCall": {"id": "f2", "name": "look", "args": {"at": "b"}}},
        {"text": "", "thoughtSignature": _base64(b"three")},
    ]
    chunk = {"candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}]}
    raw.say(Answer(events(chunk)))
    request = question(tools=[LOOK])
    message = (await answer(connect(), scope, request)).message
    request.messages += [
        AssistantMessage.model_validate_json(message.model_dump_json()),
        ToolMessage(call_id="f1", name="look", text="cat"),
        ToolMessage(call_id="f2", name="look", text="dog"),
    ]

    mine = await ours(raw, connect(), scope, request)

    reference = await theirs(
        raw,
        [
            types.Content(role="user", parts=[types.Part(text="How are you?")]),
            types.Content.model_validate({"role": "model", "parts": parts[1:]}),
            types.Content(role="user", parts=[_result("f1", "cat"), _result("f2", "dog")]),
        ],
        tools=[types.Tool(function_declarations=[_look()])],
        tool_config=_calling("AUTO"),
    )
    assert_same(mine, reference)


@pytest.mark.parametrize(("model", "is_marked"), [(MODEL, True), ("gemini-2.5-pro", False)])
async def test_calls_of_another_model_are_marked_where_signatures_are_demanded(
    raw: RawServer, connect: Connect, scope: Scope, model: str, is_marked: bool
):
    state: dict[str, Any] = {"provider": "gemini", "model": "gemini-3.8-flash", "order": []}
    calls = [ToolCall(id=call_id, name="look", arguments="{}") for call_id in ("1", "2")]
    request = question(tools=[LOOK])
    request.messages += [
        AssistantMessage(calls=calls, state=state),
        ToolMessage(call_id="1", name="look", text="cat"),
        ToolMessage(call_id="2", name="look", text="dog"),
    ]

    mine = await ours(raw, connect(model), scope, request)

    signatures = [part.get("thoughtSignature") for part in mine.body["contents"][1]["parts"]]
    expected = "skip_thought_signature_validator" if is_marked else None
    assert signatures == [expected, None]


async def test_what_it_can_not_read_is_named_before_anything_is_sent(
    raw: RawServer, connect: Connect, scope: Scope, blobs: Blobs
):
    part = DocumentPart(blob=await blobs.put(b"x"), media_type="application/msword")
    request = question()
    request.messages = [UserMessage(parts=[part])]

    with pytest.raises(ModelRefused, match="application/msword"):
        await ask(connect(), scope, request)

    assert raw.requests == []


def _look() -> types.FunctionDeclaration:
    return types.FunctionDeclaration(
        name="look", description="Look at a place.", parameters_json_schema=LOOK.parameters
    )


def _calling(mode: str, *names: str) -> types.ToolConfig:
    config = types.FunctionCallingConfig(
        mode=types.FunctionCallingConfigMode(mode), allowed_function_names=list(names) or None
    )
    return types.ToolConfig(function_calling_config=config)


def _result(call_id: str, output: str) -> types.Part:
    response = types.FunctionResponse(id=call_id, name="look", response={"output": output})
    return types.Part(function_response=response)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
