"""A chat completion that passes through: what is changed on the way, and what may not pass."""

from decimal import Decimal

import orjson
import pytest

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.prices import Price
from cadre.engine.models.providers import KNOWN, deviations_of
from cadre.engine.models.wires.openai import OpenAIPassing, may_pass
from cadre.engine.models.wires.openai.passing import passed_body
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import Json, Usage

PRICE = Price(input=Decimal(1), output=Decimal(2))
PICTURE: Json = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
SCHEMA: Json = {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}}
TOOL: Json = {"type": "function", "function": {"name": "look", "parameters": {}}}


def endpoint(provider: str) -> Endpoint:
    return Endpoint(provider, KNOWN[provider].base_url, "sk-x")


def body(**more: Json) -> dict[str, Json]:
    return {"model": "asked", "messages": [{"role": "user", "content": "hi"}], **more}


def passed(provider: str, model: str, **more: Json) -> dict[str, Json]:
    rules = deviations_of(endpoint(provider)).of(model)
    assert may_pass(body(**more), rules)
    return orjson.loads(passed_body(body(**more), model, rules))


def passes(provider: str, model: str, **more: Json) -> bool:
    return may_pass(body(**more), deviations_of(endpoint(provider)).of(model))


def test_what_needs_no_change_goes_as_it_came():
    more: dict[str, Json] = {"temperature": 0.5, "tools": [TOOL], "service_tier": "flex"}

    assert passed("openai", "gpt-4.1", **more) == {**body(**more), "model": "gpt-4.1"}


@pytest.mark.parametrize(
    ("provider", "model", "field"),
    [
        ("openai", "gpt-4.1", "max_completion_tokens"),
        ("groq", "llama-3.3-70b-versatile", "max_completion_tokens"),
        ("moonshot", "moonshot-v1-8k", "max_tokens"),
        ("compatible", "anything", "max_tokens"),
    ],
)
def test_the_limit_of_tokens_goes_under_the_name_that_the_provider_knows(
    provider: str, model: str, field: str
):
    for given in ("max_tokens", "max_completion_tokens"):
        sent = passed(provider, model, **{given: 9})

        assert {name: sent[name] for name in sent if "max" in name} == {field: 9}


def test_wishes_that_a_model_refuses_are_left_out():
    assert "temperature" not in passed("openai", "o3", temperature=0.5)
    assert "temperature" not in passed("openai", "gpt-5.1", temperature=0.5)
    assert passed("openai", "gpt-5.1", temperature=0.5, reasoning_effort="none")["temperature"]
    assert "parallel_tool_calls" not in passed(
        "openai", "o3", tools=[TOOL], parallel_tool_calls=True
    )
    assert passed("moonshot", "moonshot-v1-8k", temperature=1.7)["temperature"] == 1.0


def test_an_effort_goes_in_the_providers_words():
    assert passed("openai", "o3", reasoning_effort="minimal")["reasoning_effort"] == "low"
    thinking = passed("dashscope", "qwen3-32b", reasoning_effort="low")
    assert (thinking["enable_thinking"], "reasoning_effort" in thinking) == (True, False)
    assert "reasoning_effort" not in passed("openai", "gpt-4.1", reasoning_effort="low")
    json = passed("dashscope", "qwen3-32b", response_format={"type": "json_object"})
    assert json["enable_thinking"] is False
    assert passed("groq", "qwen/qwen3-32b")["reasoning_format"] == "parsed"


def test_a_stream_is_asked_to_tell_its_usage():
    asked = passed("openai", "gpt-4.1", stream=True, stream_options={"include_obfuscation": False})

    assert asked["stream_options"] == {"include_obfuscation": False, "include_usage": True}


@pytest.mark.parametrize(
    ("provider", "model", "more"),
    [
        ("openai", "gpt-5-pro", {}),  # answers through Responses only
        ("perplexity", "sonar", {}),  # roles have to alternate
        ("openai", "o3", {"stop": ["x"]}),
        ("groq", "llama-3.3-70b-versatile", {"stream": True, "response_format": SCHEMA}),
        ("ollama", "qwen3:8b", {"tools": [TOOL], "tool_choice": "required"}),
        ("moonshot", "kimi-k2", {"tools": [TOOL], "tool_choice": {"function": {"name": "look"}}}),
        ("dashscope", "qwen3-32b", {"messages": [{"role": "assistant", "content": "So"}]}),
        ("xai", "grok-4", {"messages": [{"role": "user", "content": [{"type": "file"}]}]}),
        ("dashscope", "qwen-omni", {"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]}),
    ],
)  # fmt: skip
def test_what_the_provider_would_misread_does_not_pass(
    provider: str, model: str, more: dict[str, Json]
):
    assert not passes(provider, model, **more)


def test_pictures_pass_where_they_can_be_seen():
    assert passes("openai", "gpt-4.1", messages=[{"role": "user", "content": [PICTURE]}])


@pytest.mark.parametrize("messages", [None, 3, [], [3], [{"role": "user"}], [{"content": [4]}]])
def test_nonsense_neither_breaks_nor_is_hidden(messages: Json):
    """What is wrong with it, the provider or the translation says."""
    passes("openai", "gpt-4.1", messages=messages)
    passes("moonshot", "moonshot-v1-8k", messages=messages)


def passing(provider: str, model: str, http: HttpClient) -> OpenAIPassing:
    at = endpoint(provider)
    return OpenAIPassing(http, at, model, deviations_of(at).of(model), PRICE, Patience())


async def test_what_was_used_is_found_where_each_provider_puts_it():
    counts: dict[str, Json] = {"prompt_tokens": 1000, "completion_tokens": 500}
    async with HttpClient() as http:
        groq = passing("groq", "llama-3.3-70b-versatile", http)
        moonshot = passing("moonshot", "moonshot-v1-8k", http)
        xai = passing("xai", "grok-4", http)

        assert groq.counts({"choices": [], "x_groq": {"usage": counts}}) == counts
        assert moonshot.counts({"choices": [{"usage": counts}]}) == counts
        assert xai.counts({"choices": []}) is None
        assert groq.usage(counts) == Usage(
            input_tokens=1000, output_tokens=500, cost_usd=Decimal("0.002")
        )
        own = xai.usage(
            {
                **counts,
                "total_tokens": 1700,
                "completion_tokens_details": {"reasoning_tokens": 200},
                "cost_in_usd_ticks": 123_000_000,
            }
        )
        assert (own.output_tokens, own.reasoning_tokens) == (700, 200)
        assert own.cost_usd == Decimal("0.0123")  # its own bill, not our price
