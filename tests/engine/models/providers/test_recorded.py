"""Answers in the shape that each provider's API reference shows, read with its deviations."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cadre.engine.models.errors import (
    ContextTooLong,
    ModelAuthFailed,
    ModelLimited,
    ModelOutOfCredit,
    ModelRefused,
    ModelReplyBroken,
    ModelUnavailable,
    UnknownModel,
)
from cadre.engine.models.prices import Price
from cadre.engine.models.providers import KNOWN, chat_model
from cadre.engine.models.wires.openai import OpenAICompatible
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import AnswerFormat, Citation
from cadre.kernel.scope import Scope
from tests.engine.models.wires.openai.asking import (
    IMPATIENT,
    KEY,
    LOOK,
    answer,
    ask,
    question,
    whole,
)
from tests.engine.models.wires.raw_server import Answer, RawServer

Provider = Callable[..., OpenAICompatible]
RECORDED = Path(__file__).parent / "recorded"


def play(raw: RawServer, name: str) -> None:
    path = RECORDED / name
    kind = "application/json" if path.suffix == ".json" else "text/event-stream"
    raw.say(Answer([path.read_bytes()], content_type=kind))


async def test_groq_counts_in_a_place_of_its_own(raw: RawServer, provider: Provider, scope: Scope):
    play(raw, "groq_reasoning.sse")

    reply = await answer(provider("groq", "qwen/qwen3-32b"), scope)

    assert reply.message.reasoning == "Three r's: st-r-awbe-r-r-y."
    assert reply.message.text == "Three."
    counts = reply.usage
    assert (counts.input_tokens, counts.cached_tokens) == (18, 8)
    assert (counts.output_tokens, counts.reasoning_tokens) == (56, 40)


async def test_groq_says_in_the_stream_why_it_stopped_early(
    raw: RawServer, provider: Provider, scope: Scope
):
    play(raw, "groq_stopped.sse")

    with pytest.raises(ModelUnavailable, match="over capacity"):
        await ask(provider("groq", "llama-3.3-70b-versatile"), scope)


async def test_groq_shows_what_its_tools_found(raw: RawServer, provider: Provider, scope: Scope):
    play(raw, "groq_compound.sse")

    reply = await answer(provider("groq", "groq/compound"), scope)

    assert reply.message.citations == [
        Citation(
            url="https://example.org/berlin", title="Weather in Berlin", text="Rain, 12 degrees."
        )
    ]


async def test_groq_answers_by_schema_in_one_piece(
    raw: RawServer, provider: Provider, scope: Scope
):
    play(raw, "groq_schema.json")
    request = question(answer_format=AnswerFormat(json_schema={"type": "object"}))

    reply = await answer(provider("groq", "openai/gpt-oss-20b"), scope, request)

    assert raw.requests[0].body["stream"] is False
    assert "stream_options" not in raw.requests[0].body
    assert reply.message.text == '{"name":"Ada"}'
    assert reply.message.reasoning == "The name is Ada."
    assert reply.usage.output_tokens == 30


async def test_perplexity_thinks_aloud_cites_and_says_what_it_cost(
    raw: RawServer, provider: Provider, scope: Scope
):
    play(raw, "perplexity_sonar_reasoning.sse")
    price = Price(input=Decimal(2), output=Decimal(8))

    reply = await answer(provider("perplexity", "sonar-reasoning-pro", price=price), scope)

    assert reply.message.reasoning == "\nSearch says A.\n"
    assert reply.message.text == "It is so[1]."
    assert reply.message.citations == [
        Citation(url="https://example.org/a", title="A", text="From A."),
        Citation(url="https://example.org/b", title="B", text="From B."),
    ]
    assert reply.usage.searches == 2
    assert reply.usage.cost_usd == Decimal("0.013")


async def test_perplexitys_agent_searches_cites_and_says_what_it_cost(
    raw: RawServer, http: HttpClient, blobs: Blobs, scope: Scope
):
    play(raw, "perplexity_agent.sse")
    endpoint = KNOWN["perplexity"].endpoint(KEY, raw.url)

    model = chat_model(http, blobs, endpoint, "perplexity/sonar", patience=IMPATIENT)
    deltas = [delta async for delta in model.stream(scope, question(tools=[LOOK]))]

    sent = raw.requests[0]
    assert sent.path == "/v1/responses"
    assert [tool["type"] for tool in sent.body["tools"]] == ["function", "web_search"]
    reply = whole(deltas)
    assert (reply.message.reasoning, reply.message.text) == ("I look it up.", "It rains[1].")
    assert reply.message.citations == [
        Citation(
            url="https://example.org/berlin", title="Weather in Berlin", text="Rain, 12 degrees."
        )
    ]
    assert (reply.usage.searches, reply.usage.cached_tokens) == (1, 1200)
    assert reply.usage.cost_usd == Decimal("0.0034")


async def test_xai_counts_reasoning_beside_the_output(
    raw: RawServer, provider: Provider, scope: Scope
):
    play(raw, "xai_reasoning.sse")

    reply = await answer(provider("xai", "grok-3-mini"), scope)

    counts = reply.usage
    assert reply.message.reasoning == "101 times 3"
    assert (counts.output_tokens, counts.reasoning_tokens) == (201, 200)
    assert counts.searches == 3
    assert counts.cost_usd == Decimal("0.000111")
    assert [cited.url for cited in reply.message.citations] == [
        "https://example.org/x",
        "https://example.org/y",
    ]


async def test_moonshot_counts_in_the_choice(raw: RawServer, provider: Provider, scope: Scope):
    play(raw, "moonshot_kimi.sse")

    reply = await answer(provider("moonshot", "kimi-k2.6"), scope)

    assert reply.message.reasoning == "I need the weather."
    assert [(c.id, c.name, c.arguments) for c in reply.message.calls] == [
        ("look:0", "look", '{"at":"Berlin"}')
    ]
    assert (reply.usage.input_tokens, reply.usage.cached_tokens) == (19, 16)


async def test_dashscope_counts_what_it_wrote_to_its_cache(
    raw: RawServer, provider: Provider, scope: Scope
):
    play(raw, "dashscope_thinking.sse")

    reply = await answer(provider("dashscope", "qwen-plus"), scope)

    assert reply.message.reasoning == "The user asks who I am."
    assert reply.message.text == "I am Qwen."
    assert (reply.usage.cache_write_tokens, reply.usage.reasoning_tokens) == (1100, 350)


async def test_ollama_gives_every_call_the_index_0(
    raw: RawServer, provider: Provider, scope: Scope
):
    play(raw, "ollama_thinking.sse")

    reply = await answer(provider("ollama", "gpt-oss:20b"), scope)

    assert reply.message.reasoning == "Short answer."
    assert [(c.id, c.arguments) for c in reply.message.calls] == [
        ("call_9x", '{"at":"a"}'),
        ("call_9y", '{"at":"b"}'),
    ]
    assert reply.stop == "tool_calls"


async def test_openai_searches_once_an_answer(raw: RawServer, provider: Provider, scope: Scope):
    play(raw, "openai_search.sse")

    reply = await answer(provider("openai", "gpt-4o-search-preview"), scope)

    assert reply.usage.searches == 1
    assert reply.message.citations == [
        Citation(url="https://example.org/berlin", title="Weather in Berlin")
    ]


ERRORS: list[tuple[str, int, dict[str, Any], type[Exception]]] = [
    (
        "openai",
        429,
        {
            "error": {
                "message": "You exceeded your current quota, please check your plan and billing details.",
                "type": "insufficient_quota",
                "param": None,
                "code": "insufficient_quota",
            }
        },
        ModelOutOfCredit,
    ),
    (
        "openai",
        400,
        {
            "error": {
                "message": "Unsupported value: 'temperature' does not support 0.2 with this model.",
                "type": "invalid_request_error",
                "param": "temperature",
                "code": "unsupported_value",
            }
        },
        ModelRefused,
    ),
    (
        "groq",
        400,
        {
            "error": {
                "message": "Failed to call a function. Please adjust your prompt.",
                "type": "invalid_request_error",
                "code": "tool_use_failed",
                "failed_generation": "<function=look>",
            }
        },
        ModelReplyBroken,
    ),
    (
        "groq",
        413,
        {
            "error": {
                "message": "Request too large for model `llama` on tokens per minute (TPM): Limit 6000, Requested 9000.",
                "type": "tokens",
                "code": "rate_limit_exceeded",
            }
        },
        ContextTooLong,
    ),
    (
        "groq",
        498,
        {"error": {"message": "Flex tier capacity exceeded", "code": "capacity_exceeded"}},
        ModelUnavailable,
    ),
    (
        "perplexity",
        400,
        {
            "error": {
                "message": "Last message must have role `user`.",
                "type": "invalid_message",
                "code": 400,
            }
        },
        ModelRefused,
    ),
    (
        "perplexity",
        401,
        {"error": {"message": "Invalid API key provided.", "type": "invalid_api_key", "code": 401}},
        ModelAuthFailed,
    ),
    (
        "xai",
        400,
        {
            "code": "Client specified an invalid argument",
            "error": "Incorrect API key provided: xa***. You can obtain an API key from https://console.x.ai.",
        },
        ModelAuthFailed,
    ),
    (
        "xai",
        403,
        {
            "code": "The caller does not have permission to execute the specified operation",
            "error": "Your newly created team doesn't have any credits yet.",
        },
        ModelOutOfCredit,
    ),
    (
        "xai",
        400,
        {
            "code": "Client specified an invalid argument",
            "error": "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
        },
        ContextTooLong,
    ),
    (
        "xai",
        410,
        {"code": "gone", "error": "Live search is deprecated."},
        ModelRefused,
    ),
    (
        "moonshot",
        429,
        {
            "error": {
                "type": "exceeded_current_quota_error",
                "message": "Your account is suspended, please check your plan",
            }
        },
        ModelOutOfCredit,
    ),
    (
        "moonshot",
        429,
        {
            "error": {
                "type": "engine_overloaded_error",
                "message": "The engine is currently overloaded, please try again later",
            }
        },
        ModelUnavailable,
    ),
    (
        "moonshot",
        429,
        {"error": {"type": "rate_limit_reached_error", "message": "max RPM: 3"}},
        ModelLimited,
    ),
    (
        "moonshot",
        400,
        {
            "error": {
                "type": "invalid_request_error",
                "message": "Invalid request: Your request exceeded model token limit: 262144",
            }
        },
        ContextTooLong,
    ),
    (
        "dashscope",
        429,
        {
            "error": {
                "message": "You exceeded your current quota, please check your plan and billing details.",
                "type": "insufficient_quota",
                "code": "insufficient_quota",
            },
            "request_id": "1",
        },
        ModelLimited,
    ),
    (
        "dashscope",
        400,
        {
            "error": {
                "code": "Arrearage",
                "message": "Access denied, please make sure your account is in good standing.",
                "type": "Arrearage",
            }
        },
        ModelOutOfCredit,
    ),
    (
        "dashscope",
        400,
        {
            "error": {
                "code": "invalid_parameter_error",
                "message": "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]",
                "type": "invalid_request_error",
            }
        },
        ContextTooLong,
    ),
    (
        "dashscope",
        400,
        {
            "error": {
                "code": "data_inspection_failed",
                "message": "Output data may contain inappropriate content.",
                "type": "data_inspection_failed",
            }
        },
        ModelRefused,
    ),
    (
        "ollama",
        404,
        {
            "error": {
                "message": 'model "x" not found, try pulling it first',
                "type": "api_error",
                "param": None,
                "code": None,
            }
        },
        UnknownModel,
    ),
    (
        "ollama",
        400,
        {"error": {"message": "llama2 does not support tools", "type": "api_error"}},
        ModelRefused,
    ),
    ("ollama", 503, {"error": "server busy, please try again"}, ModelUnavailable),
    (
        "compatible",
        400,
        {
            "error": {
                "code": 400,
                "message": "the request exceeds the available context size, try increasing it",
                "type": "exceed_context_size_error",
                "n_prompt_tokens": 5000,
                "n_ctx": 4096,
            }
        },
        ContextTooLong,
    ),
    ("compatible", 422, {"detail": [{"loc": ["body"], "msg": "field required"}]}, ModelRefused),
]


@pytest.mark.parametrize(("name", "status", "body", "kind"), ERRORS)
async def test_an_error_is_told_by_the_kind_that_it_is_there(
    raw: RawServer,
    provider: Provider,
    scope: Scope,
    name: str,
    status: int,
    body: dict[str, Any],
    kind: type[Exception],
):
    raw.say_json(body, status=status)

    with pytest.raises(kind) as caught:
        await ask(provider(name, "any"), scope)

    assert type(caught.value) is kind
    assert name in str(caught.value)
