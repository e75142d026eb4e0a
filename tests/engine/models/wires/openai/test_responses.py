"""OpenAI's Responses: like the SDK on the way out, and read from bytes, aimock and recordings."""

import base64
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openai
import pytest

from cadre.engine.models.endpoints import Endpoint
from cadre.engine.models.errors import (
    ContextTooLong,
    FeatureMissing,
    ModelLimited,
    ModelReplyBroken,
    ModelUnavailable,
)
from cadre.engine.models.prices import Price
from cadre.engine.models.providers import KNOWN
from cadre.engine.models.wires.openai import OpenAIResponses
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import (
    AnswerFormat,
    AssistantMessage,
    Citation,
    Delta,
    DocumentPart,
    ImagePart,
    SystemMessage,
    TextPart,
    ToolCall,
    ToolMessage,
    UserMessage,
)
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
from tests.engine.models.wires.openai.recorder import Recorder
from tests.engine.models.wires.raw_server import Answer, RawServer, events, split

Ask = Callable[..., OpenAIResponses]
OPENAI = KNOWN["openai"].deviations
THOUGHT: dict[str, Any] = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [],
    "encrypted_content": "gAAA",
}
TOOL: Any = {
    "type": "function",
    "name": LOOK.name,
    "description": LOOK.description,
    "parameters": LOOK.parameters,
    "strict": False,
}
DONE: dict[str, Any] = {
    "type": "response.completed",
    "sequence_number": 9,
    "response": {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "o3-pro-2025-06-10",
        "status": "completed",
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 100,
            "input_tokens_details": {"cached_tokens": 40, "cache_write_tokens": 0},
            "output_tokens": 20,
            "output_tokens_details": {"reasoning_tokens": 5},
            "total_tokens": 120,
        },
    },
}


@pytest.fixture
def make(raw: RawServer, http: HttpClient, blobs: Blobs) -> Ask:
    def adapter(
        model: str = "o3-pro",
        *,
        provider: str = "openai",
        url: str | None = None,
        price: Price | None = None,
    ) -> OpenAIResponses:
        return OpenAIResponses(
            http,
            blobs,
            Endpoint(provider, url or raw.url, KEY),
            model,
            deviations=KNOWN[provider].deviations,
            price=price,
            patience=IMPATIENT,
        )

    return adapter


def item(kind: str, inner: dict[str, Any], index: int = 0) -> dict[str, Any]:
    return {"type": f"response.output_item.{kind}", "output_index": index, "item": inner}


def call_item(number: int, arguments: str = "") -> dict[str, Any]:
    named = {"id": f"fc_{number}", "call_id": f"call_{number}", "name": "look"}
    return {"type": "function_call", **named, "arguments": arguments}


def text(delta: str) -> dict[str, Any]:
    return {"type": "response.output_text.delta", "item_id": "msg_1", "delta": delta}


FEATURES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a plain question": ({}, {}),
    "instructions": (
        {
            "messages": [
                SystemMessage(text="Be brief."),
                UserMessage(parts=[TextPart(text="How are you?")]),
            ]
        },
        {"instructions": "Be brief."},
    ),
    "limit and effort": (
        {"max_tokens": 50, "reasoning_effort": "high"},
        {"max_output_tokens": 50, "reasoning": {"effort": "high"}},
    ),
    "tools": ({"tools": [LOOK]}, {"tools": [TOOL]}),
    "a named tool": (
        {"tools": [LOOK], "tool_choice": "look"},
        {"tools": [TOOL], "tool_choice": {"type": "function", "name": "look"}},
    ),
    "a required tool": (
        {"tools": [LOOK], "tool_choice": "required"},
        {"tools": [TOOL], "tool_choice": "required"},
    ),
    "JSON by schema": (
        {"answer_format": AnswerFormat(name="a", json_schema={"type": "object"})},
        {
            "text": {
                "format": {
                    "type": "json_schema",
                    "name": "a",
                    "schema": {"type": "object"},
                    "strict": True,
                }
            }
        },
    ),
    "any JSON": ({"answer_format": AnswerFormat()}, {"text": {"format": {"type": "json_object"}}}),
}


@pytest.mark.parametrize("feature", FEATURES)
async def test_a_feature_goes_out_as_the_sdk_sends_it(
    recorder: Recorder, make: Ask, scope: Scope, feature: str
):
    recorder.say(b"".join(events(DONE)), "text/event-stream")
    asked, wanted = FEATURES[feature]

    await ask(make(url=recorder.url), scope, question(**asked))
    await _sdk(recorder, **wanted)

    mine, reference = recorder.requests
    assert mine.json == reference.json
    assert mine.path == reference.path == "/v1/responses"
    assert mine.headers["Authorization"] == reference.headers["Authorization"]


async def test_a_whole_conversation_goes_out_as_the_sdk_sends_it(
    recorder: Recorder, make: Ask, scope: Scope, blobs: Blobs
):
    recorder.say(b"".join(events(DONE)), "text/event-stream")
    image = ImagePart(blob=await blobs.put(b"\x89PNG"), media_type="image/png")
    document = DocumentPart(
        blob=await blobs.put(b"%PDF"), media_type="application/pdf", name="a.pdf"
    )
    messages = [
        UserMessage(parts=[TextPart(text="What is this?"), image, document]),
        AssistantMessage(
            text="I look.",
            calls=[ToolCall(id="call_1", name="look", arguments='{"at":"x"}')],
            state={"provider": "openai", "thoughts": [THOUGHT]},
        ),
        ToolMessage(call_id="call_1", name="look", text="a cat"),
        SystemMessage(text="Hurry."),
    ]

    await ask(make(url=recorder.url), scope, question(messages=messages))
    await _sdk(
        recorder,
        input=[
            {
                "type": "message",
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "What is this?"},
                    {"type": "input_image", "image_url": _url("image/png", b"\x89PNG")},
                    {
                        "type": "input_file",
                        "filename": "a.pdf",
                        "file_data": _url("application/pdf", b"%PDF"),
                    },
                ],
            },
            THOUGHT,
            {"type": "message", "role": "assistant", "content": "I look."},
            {
                "type": "function_call",
                "call_id": "call_1",
                "name": "look",
                "arguments": '{"at":"x"}',
            },
            {"type": "function_call_output", "call_id": "call_1", "output": "a cat"},
            {"type": "message", "role": "system", "content": "Hurry."},
        ],
    )

    mine, reference = recorder.requests
    assert mine.json == reference.json


async def _sdk(recorder: Recorder, **wanted: Any) -> None:
    asked = {"type": "message", "role": "user", "content": "How are you?"}
    given: dict[str, Any] = {"input": [asked], **wanted}
    async with openai.AsyncOpenAI(api_key=KEY, base_url=recorder.url, max_retries=0) as client:
        stream: Any = await client.responses.create(
            model="o3-pro",
            stream=True,
            store=False,
            include=["reasoning.encrypted_content"],
            **given,
        )
        async for _ in stream:
            pass


def _url(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


async def test_thoughts_of_another_provider_stay_behind(
    recorder: Recorder, make: Ask, scope: Scope
):
    recorder.say(b"".join(events(DONE)), "text/event-stream")
    other = AssistantMessage(text="x", state={"provider": "other", "thoughts": [THOUGHT]})

    await ask(make(url=recorder.url), scope, question(messages=[other]))

    sent = recorder.requests[0].json["input"]
    assert sent == [{"type": "message", "role": "assistant", "content": "x"}]


@pytest.mark.parametrize("size", [1, 7, 100_000])
async def test_an_answer_comes_in_pieces_and_then_whole(
    raw: RawServer, make: Ask, scope: Scope, size: int
):
    said = [
        {"type": "response.created", "response": {"model": "o3-pro"}},
        {"type": "response.reasoning_summary_text.delta", "item_id": "rs_1", "delta": "hm"},
        item("done", THOUGHT),
        text("Let me "),
        text("look: Größe 🎉"),
        item("added", call_item(1), 1),
        {"type": "response.function_call_arguments.delta", "item_id": "fc_1", "delta": '{"at":'},
        {"type": "response.function_call_arguments.delta", "item_id": "fc_1", "delta": '"a"}'},
        item("done", call_item(1, '{"at":"a"}'), 1),
        item("done", call_item(2, '{"at":"b"}'), 2),
        DONE,
    ]
    raw.say(Answer(split(events(*said), size)))
    price = Price(input=Decimal(20_000), output=Decimal(80_000), cached_input=Decimal(5_000))

    deltas = await ask(make(price=price), scope, question(tools=[LOOK]))

    reply = whole(deltas)
    assert text_of(deltas) == reply.message.text == "Let me look: Größe 🎉"
    assert thoughts_of(deltas) == reply.message.reasoning == "hm"
    assert [(c.id, c.name, c.arguments) for c in reply.message.calls] == [
        ("call_1", "look", '{"at":"a"}'),
        ("call_2", "look", '{"at":"b"}'),
    ]
    assert [arguments_of(deltas, 0), arguments_of(deltas, 1)] == ['{"at":"a"}', '{"at":"b"}']
    assert reply.message.state == {"provider": "openai", "thoughts": [THOUGHT]}
    assert reply.stop == "tool_calls"
    assert reply.model == "openai:o3-pro-2025-06-10"
    assert (reply.usage.cached_tokens, reply.usage.reasoning_tokens) == (40, 5)
    assert reply.usage.cost_usd == Decimal("1.2") + Decimal("0.2") + Decimal("1.6")


async def test_what_only_the_last_event_says_is_taken_once(raw: RawServer, make: Ask, scope: Scope):
    cited = {"type": "url_citation", "url": "https://a", "title": "A"}
    message: dict[str, Any] = {
        "type": "message",
        "id": "msg_1",
        "content": [
            {"type": "output_text", "text": "All of ", "annotations": [cited]},
            {"type": "output_text", "text": "it."},
        ],
    }
    output: list[Any] = [THOUGHT, message, call_item(1, "{}")]
    response = {**DONE["response"], "output": output}
    raw.say(Answer(events({**DONE, "response": response})))
    raw.say_json(response)
    raw.say(
        Answer(events(text("All of it."), item("done", message), {**DONE, "response": response}))
    )

    replies = [await answer(make(), scope) for _ in range(3)]

    for reply in replies:
        assert reply.message.text == "All of it."
        assert [call.id for call in reply.message.calls] == ["call_1"]
        assert reply.message.citations == [Citation(url="https://a", title="A")]
        assert reply.message.state == {"provider": "openai", "thoughts": [THOUGHT]}


@pytest.mark.parametrize(
    ("reason", "stop"), [("max_output_tokens", "length"), ("content_filter", "refused")]
)
async def test_an_answer_that_was_cut_says_why(
    raw: RawServer, make: Ask, scope: Scope, reason: str, stop: str
):
    response = {**DONE["response"], "incomplete_details": {"reason": reason}}
    raw.say(Answer(events(text("half"), {"type": "response.incomplete", "response": response})))

    reply = await answer(make(), scope)

    assert (reply.message.text, reply.stop) == ("half", stop)


async def test_a_refusal_is_the_text_and_the_reason(raw: RawServer, make: Ask, scope: Scope):
    refusal = {"type": "response.refusal.delta", "item_id": "m", "delta": "I can't."}
    raw.say(Answer(events(refusal, DONE)))

    reply = await answer(make(), scope)

    assert (reply.message.text, reply.stop) == ("I can't.", "refused")


FAILURES: list[tuple[dict[str, Any], type[Exception]]] = [
    ({"type": "error", "code": "server_error", "message": "oops"}, ModelUnavailable),
    ({"type": "error", "code": "rate_limit_exceeded", "message": "slow"}, ModelLimited),
    (
        {
            "type": "response.failed",
            "response": {"error": {"code": "server_error", "message": "oops"}},
        },
        ModelUnavailable,
    ),
    (
        {
            "type": "response.failed",
            "error": {"message": "maximum context length exceeded", "code": "invalid_prompt"},
        },
        ContextTooLong,
    ),
]


@pytest.mark.parametrize(("event", "kind"), FAILURES)
async def test_a_failure_in_the_stream_is_told_by_kind(
    raw: RawServer, make: Ask, scope: Scope, event: dict[str, Any], kind: type[Exception]
):
    raw.say(Answer(events(text("one"), event)))
    seen: list[Delta] = []

    with pytest.raises(kind):
        async for delta in make().stream(scope, question()):
            seen.append(delta)

    assert text_of(seen) == "one"


@pytest.mark.parametrize("end", ["end", "close", "hang"])
async def test_an_answer_that_breaks_off_is_an_error(
    raw: RawServer, make: Ask, scope: Scope, end: Any
):
    raw.say(Answer(events(text("one")), end=end))

    with pytest.raises(ModelUnavailable):
        await ask(make(), scope)


@pytest.mark.parametrize(
    "body",
    [
        b"data: {not json\n\n",
        b"data: [1]\n\n",
        b'data: {"type":"response.output_text.delta"}\n\n',
        b'data: {"type":"response.function_call_arguments.delta","item_id":"x","delta":"y"}\n\n',
        b'data: {"type":"response.completed"}\n\n',
    ],
)
async def test_nonsense_is_named(raw: RawServer, make: Ask, scope: Scope, body: bytes):
    raw.say(Answer([body]))

    with pytest.raises(ModelReplyBroken):
        await ask(make(), scope)


async def test_stop_sequences_are_refused_by_name(make: Ask, scope: Scope):
    with pytest.raises(FeatureMissing, match="stop"):
        await ask(make(), scope, question(stop=["END"]))


async def test_aimock_is_read(aimock: Aimock, make: Ask, scope: Scope):
    call = {"name": "look", "arguments": {"at": "größe"}, "id": "call_1"}
    await aimock.say(
        {
            "match": {"hasToolResult": False},
            "response": {
                "content": "I look.",
                "reasoning": "where?",
                "toolCalls": [call],
                "usage": {"input_tokens": 12, "output_tokens": 34},
            },
        },
        {"match": {"toolResultContains": "a cat"}, "response": {"content": "A cat."}},
    )
    model = make(url=f"{aimock.url}/v1")
    request = question(tools=[LOOK])

    deltas = await ask(model, scope, request)
    wanted = whole(deltas)
    request.messages += [
        wanted.message,
        ToolMessage(call_id=wanted.message.calls[0].id, name="look", text="a cat"),
    ]
    final = await answer(model, scope, request)

    assert text_of(deltas) == wanted.message.text == "I look."
    assert thoughts_of(deltas) == wanted.message.reasoning == "where?"
    assert wanted.message.calls[0].arguments == arguments_of(deltas, 0) == '{"at":"größe"}'
    assert (wanted.usage.input_tokens, wanted.usage.output_tokens) == (12, 34)
    assert final.message.text == "A cat."


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"chaos": {"dropRate": 1}}, ModelUnavailable),
        ({"chaos": {"malformedRate": 1}}, ModelReplyBroken),
        ({"chaos": {"rateLimitRate": 1}}, ModelLimited),
        ({"chaos": {"disconnectRate": 1}}, ModelUnavailable),
        ({"truncateAfterChunks": 6, "latency": 20}, ModelUnavailable),
        ({"disconnectAfterMs": 100, "latency": 20}, ModelUnavailable),
    ],
)
async def test_aimocks_faults_are_told_by_kind(
    aimock: Aimock, make: Ask, scope: Scope, fault: dict[str, Any], kind: type[Exception]
):
    fixture = {"match": {}, "response": {"content": "one two three four " * 20}, **fault}
    await aimock.say(fixture)

    with pytest.raises(kind):
        await ask(make(url=f"{aimock.url}/v1"), scope)
