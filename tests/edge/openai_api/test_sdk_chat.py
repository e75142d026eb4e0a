"""OpenAI's official client, unmodified, before models of all three wires: chat completions."""

import json
from asyncio import all_tasks
from base64 import b64encode
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from tests.edge.openai_api.gateway import Gateway, nothing_left
from tests.engine.models.wires.aimock import Aimock

MODELS = ["openai:gpt-4.1-mini", "anthropic:claude-haiku-4-5", "google:gemini-2.5-flash"]
SAID = "I am well, thank you. Grüße 🎉 and a lot more text"
ASK: list[Any] = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "How are you?"},
]
LOOK: Any = {
    "type": "function",
    "function": {
        "name": "look",
        "description": "Look at something.",
        "parameters": {
            "type": "object",
            "properties": {"at": {"type": "string"}},
            "required": ["at"],
            "additionalProperties": False,
        },
    },
}
CALLS = [
    {"name": "look", "arguments": {"at": "größe.txt und noch viel mehr"}, "id": "call_1"},
    {"name": "look", "arguments": {"at": "b"}, "id": "call_2"},
]


def fixture(response: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"match": {}, "response": response, **more}


class Person(BaseModel):
    name: str


@pytest.mark.parametrize("model", MODELS)
async def test_a_question_is_answered(gateway: Gateway, aimock: Aimock, model: str):
    usage = {
        "prompt_tokens": 12,
        "completion_tokens": 34,
        "total_tokens": 46,
        "input_tokens": 12,
        "output_tokens": 34,
        "promptTokenCount": 12,
        "candidatesTokenCount": 34,
        "totalTokenCount": 46,
    }
    await aimock.say(fixture({"content": SAID, "usage": usage}))

    async with gateway.openai() as client:
        answer = await client.chat.completions.create(model=model, messages=ASK)

    assert answer.choices[0].message.content == SAID
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (12, 34)
    assert getattr(answer, "_request_id", None) is not None


@pytest.mark.parametrize("model", MODELS)
async def test_an_answer_is_streamed(gateway: Gateway, aimock: Aimock, model: str):
    await aimock.say(fixture({"content": SAID, "reasoning": "let me think"}))

    async with gateway.openai() as client:
        stream = await client.chat.completions.create(
            model=model, messages=ASK, stream=True, stream_options={"include_usage": True}
        )
        chunks = [chunk async for chunk in stream]

    texts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(texts) == SAID
    assert len([text for text in texts if text]) > 2
    assert chunks[-1].usage is not None
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"


@pytest.mark.parametrize("model", MODELS)
async def test_usage_is_told_only_if_asked_for(gateway: Gateway, aimock: Aimock, model: str):
    await aimock.say(fixture({"content": SAID}))

    async with gateway.openai() as client:
        stream = await client.chat.completions.create(model=model, messages=ASK, stream=True)
        chunks = [chunk async for chunk in stream]

    assert all(chunk.choices and chunk.usage is None for chunk in chunks)


@pytest.mark.parametrize("model", MODELS)
async def test_parallel_calls_and_their_results_go_round(
    gateway: Gateway, aimock: Aimock, model: str
):
    await aimock.say(
        {"match": {"hasToolResult": False}, "response": {"toolCalls": CALLS}},
        {"match": {"toolResultContains": "a dog"}, "response": {"content": "A cat and a dog."}},
    )

    async with gateway.openai() as client:
        wanted = await client.chat.completions.create(model=model, messages=ASK, tools=[LOOK])
        message = wanted.choices[0].message
        calls: Any = message.tool_calls
        results: list[Any] = [
            {"role": "tool", "tool_call_id": calls[0].id, "content": "a cat"},
            {"role": "tool", "tool_call_id": calls[1].id, "content": "a dog"},
        ]
        again: Any = [*ASK, message.model_dump(exclude_none=True), *results]
        final = await client.chat.completions.create(model=model, messages=again, tools=[LOOK])

    assert wanted.choices[0].finish_reason == "tool_calls"
    assert [json.loads(call.function.arguments) for call in calls] == [
        call["arguments"] for call in CALLS
    ]
    assert final.choices[0].message.content == "A cat and a dog."


@pytest.mark.parametrize("model", MODELS)
async def test_parallel_calls_are_streamed(gateway: Gateway, aimock: Aimock, model: str):
    await aimock.say(fixture({"toolCalls": CALLS}))

    async with (
        gateway.openai() as client,
        client.chat.completions.stream(model=model, messages=ASK, tools=[LOOK]) as stream,
    ):
        final = await stream.get_final_completion()

    calls = final.choices[0].message.tool_calls or []
    assert [json.loads(call.function.arguments) for call in calls] == [
        call["arguments"] for call in CALLS
    ]
    assert final.choices[0].finish_reason == "tool_calls"


@pytest.mark.parametrize("model", MODELS)
async def test_an_answer_by_schema_is_parsed(gateway: Gateway, aimock: Aimock, model: str):
    await aimock.say(fixture({"content": '{"name":"Ada"}'}))

    async with gateway.openai() as client:
        answer = await client.chat.completions.parse(
            model=model, messages=ASK, response_format=Person
        )

    assert answer.choices[0].message.parsed == Person(name="Ada")


async def test_an_image_reaches_the_model(gateway: Gateway, aimock: Aimock):
    await aimock.say(fixture({"content": "A cat."}))
    data = b64encode(b"\x89PNG\r\n\x1a\nnot really").decode()
    messages: Any = [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is it?"},
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
            ],
        }
    ]

    async with gateway.openai() as client:
        await client.chat.completions.create(model=MODELS[0], messages=messages)

    assert data in json.dumps((await aimock.journal())[-1]["body"])


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (400, "invalid_request_error", openai.BadRequestError),
        (401, "authentication_error", openai.PermissionDeniedError),
        (404, "not_found_error", openai.NotFoundError),
        (429, "rate_limit_error", openai.RateLimitError),
        (500, "api_error", openai.InternalServerError),
    ],
)
async def test_errors_of_the_provider_are_the_clients_own(
    gateway: Gateway,
    aimock: Aimock,
    model: str,
    stream: bool,
    status: int,
    said: str,
    kind: type[openai.APIStatusError],
):
    error = {"message": "no such luck", "type": said}
    await aimock.say(fixture({"error": error, "status": status}))

    async with gateway.openai() as client:
        with pytest.raises(kind) as caught:
            await client.chat.completions.create(model=model, messages=ASK, stream=stream)

    assert "no such luck" in caught.value.message
    assert caught.value.request_id is not None
    assert caught.value.code


async def test_a_limit_says_when_to_come_back(gateway: Gateway, aimock: Aimock):
    error = {"message": "slow down", "type": "rate_limit_error"}
    await aimock.say(fixture({"error": error, "status": 429, "retryAfter": 7}))

    async with gateway.openai() as client:
        with pytest.raises(openai.RateLimitError) as caught:
            await client.chat.completions.create(model=MODELS[0], messages=ASK)

    assert caught.value.response.headers["retry-after"] == "7"


async def test_an_unknown_model_is_not_found_and_near_names_are_told(gateway: Gateway):
    async with gateway.openai() as client:
        with pytest.raises(openai.NotFoundError, match="Did you mean") as caught:
            await client.chat.completions.create(model="gpt-4.1-minni", messages=ASK)

    assert caught.value.code == "model_not_found"
    assert caught.value.param == "model"


@pytest.mark.parametrize("key", ["nonsense", "ck_0123456789_ffff"])
async def test_a_wrong_key_is_refused(gateway: Gateway, key: str):
    async with gateway.openai(api_key=key) as client:
        with pytest.raises(openai.AuthenticationError) as caught:
            await client.chat.completions.create(model=MODELS[0], messages=ASK)

    assert caught.value.code == "invalid_api_key"


async def test_a_revoked_key_is_refused_at_once(gateway: Gateway, aimock: Aimock):
    await aimock.say(fixture({"content": SAID}))

    async with gateway.openai() as client:
        await client.chat.completions.create(model=MODELS[0], messages=ASK)
        await gateway.revoke()
        with pytest.raises(openai.AuthenticationError):
            await client.chat.completions.create(model=MODELS[0], messages=ASK)


@pytest.mark.parametrize("model", MODELS)
async def test_closing_the_stream_ends_the_call_upstream(
    gateway: Gateway, aimock: Aimock, model: str
):
    await aimock.say(fixture({"content": "word " * 2000}, latency=20))
    before = all_tasks()

    async with gateway.openai() as client:
        stream = await client.chat.completions.create(model=model, messages=ASK, stream=True)
        async for _ in stream:
            break
        await stream.close()

    await nothing_left(before)
