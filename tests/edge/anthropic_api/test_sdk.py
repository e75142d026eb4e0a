"""Anthropic's official client, unmodified, before models of all three wires."""

from asyncio import all_tasks
from typing import Any

import anthropic
import pytest
from pydantic import BaseModel

from tests.edge.openai_api.gateway import Gateway, nothing_left
from tests.engine.models.wires.aimock import Aimock
from tests.engine.models.wires.raw_server import RawServer

MODELS = ["anthropic:claude-haiku-4-5", "openai:gpt-4.1-mini", "google:gemini-2.5-flash"]
USAGE = {
    "input_tokens": 12,
    "output_tokens": 34,
    "prompt_tokens": 12,
    "completion_tokens": 34,
    "total_tokens": 46,
    "promptTokenCount": 12,
    "candidatesTokenCount": 34,
    "totalTokenCount": 46,
}
SAID = "I am well, thank you. Grüße 🎉 and a lot more text"
ASK: list[Any] = [{"role": "user", "content": "How are you?"}]
LOOK: Any = {
    "name": "look",
    "description": "Look at something.",
    "input_schema": {
        "type": "object",
        "properties": {"at": {"type": "string"}},
        "required": ["at"],
        "additionalProperties": False,
    },
}
CALLS = [
    {"name": "look", "arguments": {"at": "größe.txt und noch viel mehr"}, "id": "toolu_1"},
    {"name": "look", "arguments": {"at": "b"}, "id": "toolu_2"},
]


def fixture(response: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"match": {}, "response": response, **more}


class Person(BaseModel):
    name: str


@pytest.mark.parametrize("model", MODELS)
async def test_a_question_is_answered(gateway: Gateway, aimock: Aimock, model: str):
    await aimock.say(fixture({"content": SAID, "usage": USAGE}))

    async with gateway.anthropic() as client:
        answer = await client.messages.create(
            model=model, max_tokens=100, system="Be kind.", messages=ASK
        )

    assert [block.type for block in answer.content] == ["text"]
    assert getattr(answer.content[0], "text", "") == SAID
    assert answer.stop_reason == "end_turn"
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (12, 34)
    assert getattr(answer, "_request_id", None) is not None


@pytest.mark.parametrize("model", MODELS)
async def test_an_answer_is_streamed(gateway: Gateway, aimock: Aimock, model: str):
    await aimock.say(fixture({"content": SAID, "usage": USAGE}))

    async with (
        gateway.anthropic() as client,
        client.messages.stream(model=model, max_tokens=100, messages=ASK) as stream,
    ):
        texts = [text async for text in stream.text_stream]
        answer = await stream.get_final_message()

    assert "".join(texts) == SAID
    assert len(texts) > 2
    assert answer.stop_reason == "end_turn"
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (12, 34)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("is_stream", [False, True])
async def test_parallel_calls_and_their_results_go_round(
    gateway: Gateway, aimock: Aimock, model: str, is_stream: bool
):
    await aimock.say(
        {"match": {"hasToolResult": False}, "response": {"toolCalls": CALLS}},
        {"match": {"toolResultContains": "a dog"}, "response": {"content": "A cat and a dog."}},
    )
    asked: dict[str, Any] = {"model": model, "max_tokens": 100, "tools": [LOOK]}

    async with gateway.anthropic() as client:
        messages: Any = client.messages
        if is_stream:
            async with messages.stream(messages=ASK, **asked) as stream:
                wanted: Any = await stream.get_final_message()
        else:
            wanted = await messages.create(messages=ASK, **asked)
        calls: list[Any] = [block for block in wanted.content if block.type == "tool_use"]
        results = [
            {"type": "tool_result", "tool_use_id": call.id, "content": said}
            for call, said in zip(calls, ("a cat", "a dog"), strict=True)
        ]
        again = [
            *ASK,
            {"role": "assistant", "content": wanted.content},
            {"role": "user", "content": results},
        ]
        final: Any = await messages.create(messages=again, **asked)

    assert wanted.stop_reason == "tool_use"
    assert [call.input for call in calls] == [call["arguments"] for call in CALLS]
    assert final.content[-1].text == "A cat and a dog."


@pytest.mark.parametrize("model", MODELS)
async def test_an_answer_by_schema_is_parsed(gateway: Gateway, aimock: Aimock, model: str):
    await aimock.say(fixture({"content": '{"name":"Ada"}'}))

    async with gateway.anthropic() as client:
        answer = await client.messages.parse(
            model=model, max_tokens=100, messages=ASK, output_format=Person
        )

    assert answer.parsed_output == Person(name="Ada")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize(
    ("status", "said", "kind", "name"),
    [
        (400, "invalid_request_error", anthropic.BadRequestError, "invalid_request_error"),
        (401, "authentication_error", anthropic.PermissionDeniedError, "permission_error"),
        (404, "not_found_error", anthropic.NotFoundError, "not_found_error"),
        (429, "rate_limit_error", anthropic.RateLimitError, "rate_limit_error"),
        (500, "api_error", anthropic.InternalServerError, "overloaded_error"),
    ],
)
async def test_errors_of_the_provider_are_the_clients_own(
    gateway: Gateway,
    aimock: Aimock,
    model: str,
    is_stream: bool,
    status: int,
    said: str,
    kind: type[anthropic.APIStatusError],
    name: str,
):
    error = {"message": "no such luck", "type": said}
    await aimock.say(fixture({"error": error, "status": status}))

    async with gateway.anthropic() as client:
        with pytest.raises(kind) as caught:
            await client.messages.create(
                model=model, max_tokens=100, messages=ASK, stream=is_stream
            )

    assert "no such luck" in caught.value.message
    assert caught.value.type == name
    assert caught.value.error_code
    assert caught.value.request_id is not None


async def test_a_limit_says_when_to_come_back(gateway: Gateway, aimock: Aimock):
    error = {"message": "slow down", "type": "rate_limit_error"}
    await aimock.say(fixture({"error": error, "status": 429, "retryAfter": 7}))

    async with gateway.anthropic() as client:
        with pytest.raises(anthropic.RateLimitError) as caught:
            await client.messages.create(model=MODELS[0], max_tokens=100, messages=ASK)

    assert caught.value.response.headers["retry-after"] == "7"


async def test_an_unknown_model_is_not_found_and_near_names_are_told(gateway: Gateway):
    async with gateway.anthropic() as client:
        with pytest.raises(anthropic.NotFoundError, match="Did you mean") as caught:
            await client.messages.create(model="claude-haiku-4-55", max_tokens=9, messages=ASK)

    assert caught.value.error_code == "unknown_model"


@pytest.mark.parametrize("options", [{"api_key": "nonsense"}, {"auth_token": "ck_01_ff"}])
async def test_a_wrong_key_is_refused(gateway: Gateway, options: dict[str, str]):
    async with gateway.anthropic(**{"api_key": None, **options}) as client:
        with pytest.raises(anthropic.AuthenticationError):
            await client.messages.create(model=MODELS[0], max_tokens=9, messages=ASK)


async def test_a_key_may_come_as_a_bearer_token(gateway: Gateway, aimock: Aimock):
    await aimock.say(fixture({"content": SAID}))

    async with gateway.anthropic(api_key=None, auth_token=gateway.key) as client:
        answer = await client.messages.create(model=MODELS[0], max_tokens=9, messages=ASK)

    assert answer.type == "message"


@pytest.mark.parametrize("field", ["max_tokens", "messages", "model"])
async def test_a_missing_field_is_named(gateway: Gateway, field: str):
    body: dict[str, Any] = {"model": MODELS[0], "max_tokens": 9, "messages": ASK}
    del body[field]

    async with gateway.plain() as client:
        answer = await client.post("/v1/messages", json=body)

    assert answer.status_code == 400
    assert f"`{field}`" in answer.json()["error"]["message"]


@pytest.mark.parametrize("model", [*MODELS[1:], "agent:assistant"])
async def test_tokens_are_estimated(gateway: Gateway, model: str):
    async with gateway.anthropic() as client:
        counted = await client.messages.count_tokens(model=model, messages=ASK)

    assert counted.input_tokens > 0


async def test_tokens_for_claude_are_counted_by_its_provider(raw: Gateway, upstream: RawServer):
    upstream.say_json({"input_tokens": 4711})

    async with raw.anthropic() as client:
        counted = await client.messages.count_tokens(model=MODELS[0], messages=ASK)

    assert counted.input_tokens == 4711
    assert upstream.requests[0].path == "/v1/messages/count_tokens"


async def test_models_are_listed_page_by_page(gateway: Gateway):
    async with gateway.anthropic() as client:
        all_at_once = [model.id async for model in client.models.list(limit=1000)]
        one_by_one = [model.id async for model in client.models.list(limit=3)]
        one = await client.models.retrieve("agent:assistant")
        with pytest.raises(anthropic.NotFoundError, match="Did you mean"):
            await client.models.retrieve("agent:assistent")

    assert all_at_once == one_by_one
    assert one.id == "agent:assistant" in all_at_once
    assert one.lifecycle == "active"


@pytest.mark.parametrize("model", MODELS)
async def test_closing_the_stream_ends_the_call_upstream(
    gateway: Gateway, aimock: Aimock, model: str
):
    await aimock.say(fixture({"content": "word " * 2000}, latency=20))
    before = all_tasks()

    async with gateway.anthropic() as client:
        stream = await client.messages.create(
            model=model, max_tokens=100, messages=ASK, stream=True
        )
        async for event in stream:
            if event.type == "content_block_delta":
                break
        await stream.close()

    await nothing_left(before)
