"""Generated content in words: requests read, schemas read, answers written in Google's order."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from google.genai.types import GenerateContentResponse

from cadre.edge.gateway import Whole, sealed, unsealed
from cadre.edge.gemini_api.generate.framing import Framing
from cadre.edge.gemini_api.generate.reply import UNSIGNED, ContentWriter, content
from cadre.edge.gemini_api.generate.request import read_request
from cadre.edge.gemini_api.generate.schema import json_schema
from cadre.edge.gemini_api.spelling import in_camel_case
from cadre.infra.asgi import BadField, Fields, NotSupported, RequestFiles
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
    ReasoningEffort,
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

PNG = b"\x89PNG\r\n\x1a\n" + b"\xff\xfb\xef"
STATE = {"provider": "p", "model": "m", "after": None, "order": [{"text": 1}]}


@pytest.fixture
async def files() -> AsyncIterator[RequestFiles]:
    async with HttpClient() as http:
        yield RequestFiles(http)


def _body(*parts: Any, **more: Any) -> Fields:
    said = [{"role": "user", "parts": [*parts] or [{"text": "hi"}]}]
    return Fields(in_camel_case({"contents": said, **more}))


async def test_a_conversation_with_tools_is_read(files: RequestFiles):
    call = {"functionCall": {"id": "c1", "name": "weather", "args": {"at": "Oslo"}}}
    answer = {
        "functionResponse": {"id": "c1", "name": "weather", "response": {"output": "rain"}},
    }
    body = Fields(
        {
            "contents": [
                {"role": "user", "parts": [{"text": "Weather?"}]},
                {"role": "model", "parts": [{"text": "hm", "thought": True}]},
                {"role": "model", "parts": [{"text": "I "}]},
                {"role": "model", "parts": [{"text": "look."}, call]},
                {"role": "user", "parts": [answer, {"text": "And?"}]},
            ],
            "systemInstruction": {"parts": [{"text": "Be brief."}, {"text": "Be kind."}]},
            "tools": [{"functionDeclarations": [{"name": "weather"}, {"name": "other"}]}],
            "toolConfig": {
                "functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["weather"]}
            },
            "generationConfig": {
                "temperature": 1,
                "topP": 0.5,
                "topK": 40,
                "seed": 7,
                "stopSequences": ["END"],
                "maxOutputTokens": 50,
                "thinkingConfig": {"thinkingLevel": "LOW"},
            },
            "safetySettings": [{"category": "X", "threshold": "Y"}],
            "labels": {"a_b": "c"},
        }
    )

    request = await read_request(body, "m", files)

    assert request.messages == [
        SystemMessage(text="Be brief.\n\nBe kind."),
        UserMessage(parts=[TextPart(text="Weather?")]),
        AssistantMessage(
            text="I look.",
            reasoning="hm",
            calls=[ToolCall(id="c1", name="weather", arguments='{"at":"Oslo"}')],
        ),
        ToolMessage(call_id="c1", name="weather", text="rain"),
        UserMessage(parts=[TextPart(text="And?")]),
    ]
    assert [tool.name for tool in request.tools] == ["weather"]
    assert (request.tool_choice, request.reasoning_effort) == ("weather", "low")
    assert (request.temperature, request.top_p, request.seed) == (1.0, 0.5, 7)
    assert (request.stop, request.max_tokens) == (["END"], 50)


async def test_calls_without_ids_are_answered_in_their_order(files: RequestFiles):
    calls = [{"functionCall": {"name": "look", "args": {"n": n}}} for n in (1, 2)]
    answers = [
        {"functionResponse": {"name": "look", "response": {"error": "no"}}},
        {"functionResponse": {"name": "look", "response": {"a": 1, "b": [2]}}},
    ]
    body = Fields(
        {
            "contents": [
                {"role": "model", "parts": calls},
                {"role": "function", "parts": answers},
            ]
        }
    )

    called, first, second = (await read_request(body, "m", files)).messages

    assert isinstance(called, AssistantMessage)
    assert isinstance(first, ToolMessage)
    assert isinstance(second, ToolMessage)
    assert [first.call_id, second.call_id] == [call.id for call in called.calls]
    assert (first.text, first.is_error) == ("no", True)
    assert (second.text, second.is_error) == ('{"a":1,"b":[2]}', False)


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
async def test_files_are_named_as_blobs(files: RequestFiles, encode: Any):
    def inline(data: bytes, media_type: str) -> Any:
        return {"inline_data": {"mime_type": media_type, "data": encode(data).decode().rstrip("=")}}

    body = _body(
        inline(PNG, "image/png"),
        inline(b"%PDF-1.7", "application/pdf"),
        inline(b"sound", "audio/wav"),
        inline(b"words", "text/plain"),
    )

    said = (await read_request(body, "m", files)).messages[0]

    assert isinstance(said, UserMessage)
    image, paper, sound, words = said.parts
    assert isinstance(image, ImagePart)
    assert files.contents[image.blob] == PNG
    assert isinstance(paper, DocumentPart)
    assert isinstance(sound, AudioPart)
    assert words == TextPart(text="document:\n\nwords")


@pytest.mark.parametrize(
    ("thinking", "effort"),
    [
        ({"thinkingBudget": 0}, "none"),
        ({"thinkingBudget": 512}, "minimal"),
        ({"thinkingBudget": 4096}, "low"),
        ({"thinkingBudget": 10_000}, "medium"),
        ({"thinkingBudget": 30_000}, "high"),
        ({"thinkingBudget": -1}, None),
        ({"thinkingBudget": -1, "includeThoughts": True}, "medium"),
        ({"thinkingLevel": "high"}, "high"),
    ],
)
async def test_a_budget_is_an_effort(
    files: RequestFiles, thinking: Any, effort: ReasoningEffort | None
):
    body = _body(generationConfig={"thinkingConfig": thinking})

    assert (await read_request(body, "m", files)).reasoning_effort == effort


@pytest.mark.parametrize(
    ("mode", "choice"),
    [("AUTO", "auto"), ("VALIDATED", "auto"), ("NONE", "none"), ("ANY", "required")],
)
async def test_modes_are_choices(files: RequestFiles, mode: str, choice: str):
    body = _body(
        tools={"function_declarations": {"name": "x"}},
        tool_config={"function_calling_config": {"mode": mode}},
    )

    assert (await read_request(body, "m", files)).tool_choice == choice


SCHEMA = {
    "type": "OBJECT",
    "properties": {
        "any_of": {"anyOf": [{"type": "STRING"}, {"type": "NUMBER"}]},
        "kind": {"type": "STRING", "enum": ["a", "b"], "nullable": True},
        "many": {"type": "ARRAY", "items": {"type": "INTEGER"}, "minItems": "1", "max_items": 3},
    },
    "required": ["kind"],
    "propertyOrdering": ["kind", "many"],
}
CONVERTED = {
    "type": "object",
    "properties": {
        "any_of": {"anyOf": [{"type": "string"}, {"type": "number"}]},
        "kind": {"type": ["string", "null"], "enum": ["a", "b", None]},
        "many": {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3},
    },
    "required": ["kind"],
}


def test_googles_schema_is_a_json_schema():
    assert json_schema(Fields(SCHEMA, "s")) == CONVERTED


@pytest.mark.parametrize(
    ("config", "form"),
    [
        ({"response_mime_type": "application/json"}, AnswerFormat()),
        (
            {"responseMimeType": "application/json", "responseSchema": SCHEMA},
            AnswerFormat(json_schema=CONVERTED),
        ),
        (
            {"responseMimeType": "application/json", "responseJsonSchema": {"type": "object"}},
            AnswerFormat(json_schema={"type": "object"}),
        ),
        ({"responseMimeType": "text/plain"}, None),
    ],
)
async def test_a_format_of_the_answer_is_read(
    files: RequestFiles, config: Any, form: AnswerFormat | None
):
    body = _body(generation_config=config)

    assert (await read_request(body, "m", files)).answer_format == form


NOT_SAID: list[dict[str, Any]] = [
    {"cachedContent": "cachedContents/x"},
    {"tools": [{"googleSearch": {}}]},
    {"tools": [{"codeExecution": {}}]},
    {"generationConfig": {"candidateCount": 2}},
    {"generationConfig": {"responseModalities": ["IMAGE"]}},
    {"generationConfig": {"responseMimeType": "text/x.enum"}},
    {"generationConfig": {"responseLogprobs": True}},
    {"contents": [{"parts": [{"fileData": {"fileUri": "gs://x/y", "mimeType": "a/b"}}]}]},
    {"contents": [{"role": "model", "parts": [{"executableCode": {"code": "1"}}]}]},
]


@pytest.mark.parametrize("more", NOT_SAID, ids=range(len(NOT_SAID)))
async def test_what_another_dialect_cannot_say_is_refused(files: RequestFiles, more: Any):
    with pytest.raises(NotSupported) as caught:
        await read_request(_body(**more), "m", files)

    assert caught.value.field


@pytest.mark.parametrize(
    "more",
    [
        {
            "generationConfig": {
                "responseMimeType": "application/json",
                "responseSchema": {"type": 3},
            }
        },
        {"generationConfig": {"thinkingConfig": {"thinkingLevel": "wild"}}},
        {"toolConfig": {"functionCallingConfig": {"mode": "LOUD"}}},
        {"toolConfig": {"functionCallingConfig": {"allowedFunctionNames": ["nobody"]}}},
        {"systemInstruction": 5},
    ],
    ids=range(5),
)
async def test_what_is_wrong_is_named(files: RequestFiles, more: Any):
    with pytest.raises(BadField) as caught:
        await read_request(_body(**more), "m", files)

    assert caught.value.field


def _reply(stop: StopReason = "end", **said: Any) -> ModelReply:
    usage = Usage(input_tokens=100, cached_tokens=40, output_tokens=20, reasoning_tokens=5)
    return ModelReply(message=AssistantMessage(**said), usage=usage, stop=stop, model="p:m")


def _chunks(*deltas: Any, form: Any = "events", with_thoughts: bool = True) -> list[Any]:
    writer = ContentWriter("m", Framing(form), with_thoughts=with_thoughts)
    stream = b"".join(writer.write(delta) for delta in deltas)
    if form == "list":
        chunks = orjson.loads(stream)
    else:
        chunks = [
            orjson.loads(one.removeprefix(b"data: ")) for one in stream.split(b"\r\n\r\n")[:-1]
        ]
    return [GenerateContentResponse.model_validate(chunk) for chunk in chunks]


@pytest.mark.parametrize("form", ["events", "list"])
def test_an_answer_in_pieces_is_a_stream_of_chunks(form: str):
    calls = [
        ToolCall(id="c1", name="t", arguments='{"a":1}'),
        ToolCall(id="c2", name="u", arguments="{"),
    ]
    chunks = _chunks(
        ReasoningDelta(text="hm"),
        TextDelta(text="hel"),
        CallDelta(index=0, id="c1", name="t", arguments='{"a":1}'),
        TextDelta(text="lo"),
        ReplyDone(reply=_reply("tool_calls", text="hello", calls=calls)),
        form=form,
    )

    parts = [part for chunk in chunks for part in chunk.parts]
    assert [part.text for part in parts[:3]] == ["hm", "hel", "lo"]
    assert parts[0].thought
    assert [part.function_call.args for part in parts[3:]] == [
        {"a": 1},
        {"malformed_arguments": "{"},
    ]
    assert chunks[-1].model_version == "p:m"
    used = chunks[-1].usage_metadata
    assert (used.prompt_token_count, used.candidates_token_count) == (100, 15)
    assert (used.thoughts_token_count, used.cached_content_token_count) == (5, 40)
    assert used.total_token_count == 120


def test_thoughts_that_nobody_asked_for_are_left_out():
    reply = _reply(text="a", reasoning="hm")

    chunks = _chunks(ReasoningDelta(text="hm"), ReplyDone(reply=reply), with_thoughts=False)
    whole = orjson.loads(content(reply, with_thoughts=False))

    assert len(chunks) == 1
    assert whole["candidates"][0]["content"]["parts"] == [{"text": "a"}]


def test_calls_of_other_models_are_marked_as_unsigned():
    calls = [
        ToolCall(id="c1", name="t", arguments="{}"),
        ToolCall(id="c2", name="t", arguments="{}"),
    ]

    whole = orjson.loads(content(_reply("tool_calls", calls=calls), with_thoughts=False))

    first, second = whole["candidates"][0]["content"]["parts"]
    assert first["thoughtSignature"] == UNSIGNED
    assert "thoughtSignature" not in second


@pytest.mark.parametrize("calls", [[], [ToolCall(id="c", name="t", arguments="{}")]])
def test_what_the_provider_wants_back_is_the_signature(calls: list[ToolCall]):
    reply = _reply(text="a", calls=calls, state=STATE)

    whole = orjson.loads(content(reply, with_thoughts=False))

    last = whole["candidates"][0]["content"]["parts"][-1]
    assert last["thoughtSignature"] == sealed(STATE)
    assert unsealed(last["thoughtSignature"]) == STATE


def test_citations_are_grounding():
    cited = [
        Citation(url="https://a.example", title="A", text="so"),
        Citation(url="https://b.example"),
    ]

    whole = GenerateContentResponse.model_validate_json(
        content(_reply(text="so", citations=cited), with_thoughts=False)
    )

    assert whole.candidates is not None
    grounding = whole.candidates[0].grounding_metadata
    assert grounding is not None
    assert [chunk.web.uri for chunk in grounding.grounding_chunks or [] if chunk.web] == [
        "https://a.example",
        "https://b.example",
    ]
    supports = grounding.grounding_supports or []
    assert [support.grounding_chunk_indices for support in supports] == [[0]]


@pytest.mark.parametrize(
    ("stop", "reason"),
    [("end", "STOP"), ("length", "MAX_TOKENS"), ("refused", "SAFETY"), ("tool_calls", "STOP")],
)
def test_the_reason_to_stop_is_googles(stop: StopReason, reason: str):
    whole = orjson.loads(content(_reply(stop), with_thoughts=False))

    assert whole["candidates"][0]["finishReason"] == reason
    assert whole["candidates"][0]["content"]["parts"] == [{"text": ""}]


def test_a_whole_answer_is_written_once():
    writer = Whole(lambda reply: reply.model.encode())

    said = [writer.write(TextDelta(text="a")), writer.write(ReplyDone(reply=_reply()))]

    assert said == [b"", b"p:m"]
