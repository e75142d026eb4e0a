"""Google's official client, unmodified, before models of all three wires."""

import asyncio
from asyncio import all_tasks
from base64 import b64encode
from typing import Any

import pytest
from google.genai import errors, types
from pydantic import BaseModel

from cadre.edge.gemini_api.models import model_json
from cadre.engine.conversations import NamedModel
from tests.edge.openai_api.gateway import Gateway, nothing_left
from tests.engine.models.wires.aimock import Aimock
from tests.engine.models.wires.raw_server import RawServer

# The client derives a class from one of aiohttp's, which aiohttp does not like.
# And aimock ends with a reason that Google's own API does not have.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:FUNCTION_CALL is not a valid:UserWarning"),
]

MODELS = ["openai:gpt-4.1-mini", "anthropic:claude-haiku-4-5", "google:gemini-2.5-flash"]
SAID = "I am well, thank you. Grüße 🎉 and a lot more text"
ASK = "How are you?"
USAGE = {
    "prompt_tokens": 12,
    "completion_tokens": 34,
    "total_tokens": 46,
    "input_tokens": 12,
    "output_tokens": 34,
    "promptTokenCount": 12,
    "candidatesTokenCount": 34,
    "totalTokenCount": 46,
}
LOOK = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(
            name="look",
            description="Look at something.",
            parameters=types.Schema(
                type=types.Type.OBJECT,
                properties={"at": types.Schema(type=types.Type.STRING)},
                required=["at"],
            ),
        )
    ]
)
CALLS = [
    {"name": "look", "arguments": {"at": "größe.txt und noch viel mehr"}, "id": "call_1"},
    {"name": "look", "arguments": {"at": "b"}, "id": "call_2"},
]
ALWAYS = types.ToolConfig(
    function_calling_config=types.FunctionCallingConfig(mode=types.FunctionCallingConfigMode.ANY)
)


def fixture(response: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"match": {}, "response": response, **more}


def parts_of(said: list[Any]) -> list[types.Part]:
    found: list[types.Part] = []
    for one in said:
        found += one.parts or []
    return found


class Person(BaseModel):
    name: str


@pytest.mark.parametrize("model", MODELS)
async def test_a_question_is_answered(gateway: Gateway, aimock: Aimock, model: str):
    await aimock.say(fixture({"content": SAID, "usage": USAGE}))

    async with gateway.gemini().aio as client:
        answer = await client.models.generate_content(
            model=model,
            contents=ASK,
            config=types.GenerateContentConfig(system_instruction="Be kind.", temperature=0.5),
        )

    assert answer.text == SAID
    assert answer.candidates is not None
    assert answer.candidates[0].finish_reason == types.FinishReason.STOP
    used = answer.usage_metadata
    assert used is not None
    assert (used.prompt_token_count, used.candidates_token_count) == (12, 34)
    headers = {name.lower(): value for name, value in answer.sdk_http_response.headers.items()}
    assert headers["x-request-id"].startswith("req_")
    assert headers["x-cadre-model"].startswith(model)


@pytest.mark.parametrize("model", MODELS)
async def test_a_blocking_client_is_answered_too(gateway: Gateway, aimock: Aimock, model: str):
    await aimock.say(fixture({"content": SAID}))

    def asked() -> tuple[str | None, str]:
        with gateway.gemini() as client:
            answer = client.models.generate_content(model=model, contents=ASK)
            stream = client.models.generate_content_stream(model=model, contents=ASK)
            return answer.text, "".join(chunk.text or "" for chunk in stream)

    assert await asyncio.to_thread(asked) == (SAID, SAID)


@pytest.mark.parametrize("model", MODELS)
async def test_an_answer_is_streamed(gateway: Gateway, aimock: Aimock, model: str):
    await aimock.say(fixture({"content": SAID, "reasoning": "let me think", "usage": USAGE}))
    thoughts = types.ThinkingConfig(include_thoughts=True, thinking_budget=2048)

    async with gateway.gemini().aio as client:
        stream = await client.models.generate_content_stream(
            model=model,
            contents=ASK,
            config=types.GenerateContentConfig(thinking_config=thoughts),
        )
        chunks = [chunk async for chunk in stream]

    parts = parts_of(chunks)
    assert "".join(part.text or "" for part in parts if not part.thought) == SAID
    assert len([part for part in parts if part.text and not part.thought]) > 2
    if model != MODELS[0]:  # aimock's GPT tells no thoughts
        assert "".join(part.text or "" for part in parts if part.thought) == "let me think"
    last = chunks[-1]
    assert last.candidates is not None
    assert last.candidates[0].finish_reason == types.FinishReason.STOP
    assert last.usage_metadata is not None
    assert last.usage_metadata.prompt_token_count == 12


@pytest.mark.parametrize("model", MODELS[:2])
async def test_thoughts_are_told_only_if_asked_for(gateway: Gateway, aimock: Aimock, model: str):
    await aimock.say(fixture({"content": SAID, "reasoning": "let me think"}))

    async with gateway.gemini().aio as client:
        stream = await client.models.generate_content_stream(model=model, contents=ASK)
        chunks = [chunk async for chunk in stream]
        whole = await client.models.generate_content(model=model, contents=ASK)

    parts = parts_of([*chunks, whole])
    assert not any(part.thought for part in parts)


@pytest.mark.parametrize("model", MODELS)
async def test_a_chat_goes_on_turn_by_turn(gateway: Gateway, aimock: Aimock, model: str):
    await aimock.say(
        {"match": {"userMessage": "Ada"}, "response": {"content": "Hello Ada."}},
        {"match": {"userMessage": "Who"}, "response": {"content": "You are Ada."}},
    )

    async with gateway.gemini().aio as client:
        chat = client.chats.create(model=model)
        stream = await chat.send_message_stream("I am Ada.")
        first = "".join([chunk.text or "" async for chunk in stream])
        second = await chat.send_message("Who am I?")
        history = chat.get_history(curated=True)

    assert (first, second.text) == ("Hello Ada.", "You are Ada.")
    assert {content.role for content in history} == {"user", "model"}
    asked = (await aimock.journal())[-1]["body"]
    assert "Hello Ada." in str(asked)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("is_stream", [False, True])
async def test_parallel_calls_and_their_results_go_round(
    gateway: Gateway, aimock: Aimock, model: str, is_stream: bool
):
    await aimock.say(
        {"match": {"hasToolResult": False}, "response": {"toolCalls": CALLS}},
        {"match": {"toolResultContains": "a dog"}, "response": {"content": "A cat and a dog."}},
    )
    config = types.GenerateContentConfig(tools=[LOOK], tool_config=ALWAYS)
    said = [types.Content(role="user", parts=[types.Part(text=ASK)])]

    async with gateway.gemini().aio as client:
        if is_stream:
            stream = await client.models.generate_content_stream(
                model=model, contents=said, config=config
            )
            turns = [chunk.candidates[0].content async for chunk in stream if chunk.candidates]
        else:
            whole = await client.models.generate_content(model=model, contents=said, config=config)
            turns = [whole.candidates[0].content] if whole.candidates else []
        written = [turn for turn in turns if turn is not None]
        parts = parts_of(written)
        named = [part.function_call for part in parts if part.function_call is not None]
        results = [
            types.Part(
                function_response=types.FunctionResponse(
                    id=call.id, name=call.name, response={"output": result}
                )
            )
            for call, result in zip(named, ["a cat", "a dog"], strict=True)
        ]
        again = [*said, *written, types.Content(role="user", parts=results)]
        final = await client.models.generate_content(
            model=model, contents=again, config=types.GenerateContentConfig(tools=[LOOK])
        )

    assert [call.args for call in named] == [call["arguments"] for call in CALLS]
    assert final.text == "A cat and a dog."


@pytest.mark.parametrize("model", MODELS)
async def test_functions_of_python_are_called_by_themselves(
    gateway: Gateway, aimock: Aimock, model: str
):
    await aimock.say(
        {"match": {"hasToolResult": False}, "response": {"toolCalls": [CALLS[1]]}},
        {"match": {"toolResultContains": "seen b"}, "response": {"content": "I saw b."}},
    )

    def look(at: str) -> str:
        """Look at something."""
        return f"seen {at}"

    async with gateway.gemini().aio as client:
        chat = client.chats.create(
            model=model, config=types.GenerateContentConfig(tools=[look], temperature=0)
        )
        answer = await chat.send_message(ASK)

    assert answer.text == "I saw b."


@pytest.mark.parametrize("model", MODELS)
async def test_an_answer_by_schema_is_parsed(gateway: Gateway, aimock: Aimock, model: str):
    await aimock.say(fixture({"content": '{"name":"Ada"}'}))
    by_class = types.GenerateContentConfig(
        response_mime_type="application/json", response_schema=Person
    )
    by_json = types.GenerateContentConfig(
        response_mime_type="application/json", response_json_schema=Person.model_json_schema()
    )

    async with gateway.gemini().aio as client:
        one = await client.models.generate_content(model=model, contents=ASK, config=by_class)
        other = await client.models.generate_content(model=model, contents=ASK, config=by_json)

    assert one.parsed == Person(name="Ada")
    assert other.parsed == {"name": "Ada"}


@pytest.mark.parametrize("model", MODELS)
async def test_pictures_and_documents_are_sent(gateway: Gateway, aimock: Aimock, model: str):
    await aimock.say(fixture({"content": "A dot."}))
    picture, paper = b"\x89PNG\r\n\x1a\n" + b"\xff\xfb\xef" * 9, b"%PDF-1.7" + b"\xff\xfe" * 8

    async with gateway.gemini().aio as client:
        answer = await client.models.generate_content(
            model=model,
            contents=[
                "What is it?",
                types.Part.from_bytes(data=picture, mime_type="image/png"),
                types.Part.from_bytes(data=paper, mime_type="application/pdf"),
            ],
        )

    assert answer.text == "A dot."
    if model == MODELS[0]:  # aimock keeps no files of the others
        asked = str((await aimock.journal())[-1]["body"])
        assert b64encode(picture).decode() in asked
        assert b64encode(paper).decode() in asked


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize(
    ("status", "said", "kind", "code", "name"),
    [
        (400, "invalid_request_error", errors.ClientError, 400, "INVALID_ARGUMENT"),
        (401, "authentication_error", errors.ClientError, 403, "PERMISSION_DENIED"),
        (404, "not_found_error", errors.ClientError, 404, "NOT_FOUND"),
        (429, "rate_limit_error", errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        (500, "api_error", errors.ServerError, 503, "UNAVAILABLE"),
    ],
)
async def test_errors_of_the_provider_are_the_clients_own(
    gateway: Gateway,
    aimock: Aimock,
    model: str,
    is_stream: bool,
    status: int,
    said: str,
    kind: type[errors.APIError],
    code: int,
    name: str,
):
    error = {"message": "no such luck", "type": said}
    await aimock.say(fixture({"error": error, "status": status}))

    async with gateway.gemini().aio as client:
        with pytest.raises(kind) as caught:
            if is_stream:
                stream = await client.models.generate_content_stream(model=model, contents=ASK)
                [chunk async for chunk in stream]
            else:
                await client.models.generate_content(model=model, contents=ASK)

    assert "no such luck" in str(caught.value.message)
    assert (caught.value.code, caught.value.status) == (code, name)


async def test_a_limit_says_when_to_come_back(gateway: Gateway, aimock: Aimock):
    error = {"message": "slow down", "type": "rate_limit_error"}
    await aimock.say(fixture({"error": error, "status": 429, "retryAfter": 7}))

    async with gateway.gemini().aio as client:
        with pytest.raises(errors.ClientError) as caught:
            await client.models.generate_content(model=MODELS[0], contents=ASK)

    assert "'retryDelay': '7s'" in str(caught.value)


async def test_an_unknown_model_is_not_found_and_near_names_are_told(gateway: Gateway):
    async with gateway.gemini().aio as client:
        with pytest.raises(errors.ClientError, match="Did you mean") as caught:
            await client.models.generate_content(model="claude-haiku-4-55", contents=ASK)

    assert (caught.value.code, caught.value.status) == (404, "NOT_FOUND")


async def test_a_wrong_key_is_refused(gateway: Gateway):
    gateway.key = "nonsense"

    async with gateway.gemini().aio as client:
        with pytest.raises(errors.ClientError) as caught:
            await client.models.generate_content(model=MODELS[0], contents=ASK)

    assert (caught.value.code, caught.value.status) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("place", ["header", "query", "bearer"])
async def test_a_key_may_come_in_three_ways(gateway: Gateway, aimock: Aimock, place: str):
    await aimock.say(fixture({"content": SAID}))
    path = f"/v1beta/models/{MODELS[0]}:generateContent"
    ways: dict[str, tuple[dict[str, str], dict[str, str]]] = {
        "header": ({"x-goog-api-key": gateway.key}, {}),
        "query": ({}, {"key": gateway.key}),
        "bearer": ({"authorization": f"Bearer {gateway.key}"}, {}),
    }
    headers, query = ways[place]

    async with gateway.plain(Authorization="") as client:
        answer = await client.post(
            path,
            headers=headers,
            params=query,
            json={"contents": {"parts": {"text": ASK}}},
        )

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("model", [*MODELS[:2], "agent:assistant"])
async def test_tokens_are_estimated(gateway: Gateway, model: str):
    async with gateway.gemini().aio as client:
        counted = await client.models.count_tokens(model=model, contents=ASK)

    assert counted.total_tokens
    assert counted.total_tokens > 0


async def test_tokens_for_gemini_are_counted_by_its_provider(raw: Gateway, upstream: RawServer):
    upstream.say_json({"totalTokens": 4711})

    async with raw.gemini().aio as client:
        counted = await client.models.count_tokens(model=MODELS[2], contents=ASK)

    assert counted.total_tokens == 4711
    assert upstream.requests[0].path == "/v1beta/models/gemini-2.5-flash:countTokens"


async def test_texts_become_vectors(gateway: Gateway, aimock: Aimock):
    await aimock.say(fixture({"embedding": [0.5, 0.25]}, match={"endpoint": "embedding"}))

    async with gateway.gemini().aio as client:
        found = await client.models.embed_content(
            model="openai:text-embedding-3-small", contents=["one", "two"]
        )

    vectors: list[types.ContentEmbedding] = found.embeddings
    assert [one.values for one in vectors] == [[0.5, 0.25], [0.5, 0.25]]


async def test_one_text_becomes_a_vector(gateway: Gateway, aimock: Aimock):
    await aimock.say(fixture({"embedding": [0.5, 0.25]}, match={"endpoint": "embedding"}))
    path = "/v1beta/models/openai:text-embedding-3-small:embedContent"

    async with gateway.plain() as client:
        answer = await client.post(path, json={"content": {"parts": [{"text": "one"}]}})

    assert answer.json()["embedding"]["values"] == [0.5, 0.25]


async def test_models_are_listed_page_by_page(gateway: Gateway):
    async with gateway.gemini().aio as client:
        all_at_once = [model.name async for model in await client.models.list()]
        pages = await client.models.list(config={"page_size": 3})
        one_by_one = [model.name async for model in pages]
        one = await client.models.get(model="agent:assistant")
        with pytest.raises(errors.ClientError, match="Did you mean"):
            await client.models.get(model="agent:assistent")

    assert all_at_once == one_by_one
    assert one.name == "models/agent:assistant"
    assert one.name in all_at_once
    assert "generateContent" in one.supported_actions
    embedder: Any = model_json(NamedModel("a:e", "E", "a", kind="embedding"))
    assert embedder["supportedGenerationMethods"] == ["embedContent", "batchEmbedContents"]


@pytest.mark.parametrize("is_stream", [False, True])
async def test_an_agent_is_a_model(gateway: Gateway, aimock: Aimock, is_stream: bool):
    await gateway.make_agent("tester", MODELS[0])
    await aimock.say(fixture({"content": "Done."}))

    async with gateway.gemini().aio as client:
        if is_stream:
            stream = await client.models.generate_content_stream(model="agent:tester", contents=ASK)
            said = "".join([chunk.text or "" async for chunk in stream])
        else:
            said = (
                await client.models.generate_content(model="agent:tester", contents=ASK)
            ).text or ""

    assert said == "Done."


@pytest.mark.parametrize("model", MODELS)
async def test_closing_the_stream_ends_the_call_upstream(
    gateway: Gateway, aimock: Aimock, model: str
):
    await aimock.say(fixture({"content": "word " * 2000}, latency=20))
    before = all_tasks()

    path = f"/v1beta/models/{model}:streamGenerateContent"
    body = {"contents": [{"parts": [{"text": ASK}]}]}
    async with gateway.plain() as client, client.stream("POST", path, json=body) as stream:
        async for _ in stream.aiter_bytes():
            break
    await nothing_left(before)
