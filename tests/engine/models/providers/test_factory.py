"""The right adapter for an endpoint, with the right deviations, and models by name."""

import subprocess
import sys
from decimal import Decimal

import pytest

from cadre.engine.models.card import ModelCard
from cadre.engine.models.endpoints import Endpoint, Wire
from cadre.engine.models.errors import (
    FeatureMissing,
    ModelAuthFailed,
    ModelReplyBroken,
    ModelUnavailable,
)
from cadre.engine.models.prices import Price
from cadre.engine.models.providers import (
    KNOWN,
    chat_model,
    deviations_of,
    embedder,
    model_names,
    provider_of,
    speaker,
    transcriber,
)
from cadre.engine.models.wires.anthropic import AnthropicMessages
from cadre.engine.models.wires.gemini import Gemini, GeminiEmbedder
from cadre.engine.models.wires.openai import (
    OpenAICompatible,
    OpenAIEmbedder,
    OpenAIResponses,
)
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import ReplyDone
from cadre.kernel.scope import Scope
from tests.engine.models.wires.openai.asking import question
from tests.engine.models.wires.raw_server import Answer, RawServer, events


@pytest.mark.parametrize(
    ("provider", "url", "expected"),
    [
        ("anything", "https://api.openai.com/v1", "openai"),
        ("anything", "https://api.groq.com:443/openai/v1", "groq"),
        ("anything", "http://127.0.0.1:11434/v1", "ollama"),
        ("groq", "http://127.0.0.1:4010/v1", "groq"),
        ("openai", "http://127.0.0.1:8080/v1", "compatible"),
        ("mine", "http://127.0.0.1:8080/v1", "compatible"),
        ("anthropic", "http://127.0.0.1:8080/v1", "compatible"),
    ],
)
def test_a_provider_is_known_by_its_address_and_then_by_its_name(
    provider: str, url: str, expected: str
):
    assert provider_of(Endpoint(provider, url)).name == expected


@pytest.mark.parametrize(
    ("wire", "kind"),
    [("openai", OpenAICompatible), ("anthropic", AnthropicMessages), ("gemini", Gemini)],
)
def test_the_wire_chooses_the_chat_model(
    http: HttpClient, blobs: Blobs, wire: Wire, kind: type[object]
):
    endpoint = Endpoint("x", "http://127.0.0.1:1", wire=wire)

    assert isinstance(chat_model(http, blobs, endpoint, "m"), kind)


@pytest.mark.parametrize(
    ("provider", "model", "kind"),
    [
        ("openai", "gpt-4.1", OpenAICompatible),
        ("openai", "o3", OpenAICompatible),
        ("openai", "o3-pro", OpenAIResponses),
        ("openai", "gpt-5.5-pro", OpenAIResponses),
        ("openai", "gpt-5.3-codex", OpenAIResponses),
        ("perplexity", "sonar-pro", OpenAICompatible),
        ("perplexity", "perplexity/sonar", OpenAIResponses),
        ("compatible", "openai/o3-pro", OpenAICompatible),
    ],
)
def test_some_models_answer_through_responses_only(
    http: HttpClient, blobs: Blobs, provider: str, model: str, kind: type[object]
):
    endpoint = KNOWN[provider].endpoint("k")

    assert isinstance(chat_model(http, blobs, endpoint, model), kind)


def test_the_wire_chooses_the_embedder(http: HttpClient):
    openai, gemini = KNOWN["openai"].endpoint("k"), KNOWN["google"].endpoint("k")

    assert isinstance(embedder(http, openai, "m"), OpenAIEmbedder)
    assert isinstance(embedder(http, gemini, "m"), GeminiEmbedder)
    with pytest.raises(FeatureMissing, match="anthropic has no embeddings"):
        embedder(http, KNOWN["anthropic"].endpoint("k"), "m")


@pytest.mark.parametrize("name", ["anthropic", "google"])
def test_sound_is_spoken_by_openai_wires_only(http: HttpClient, name: str):
    endpoint = KNOWN[name].endpoint("k")

    with pytest.raises(FeatureMissing, match="text to speech"):
        speaker(http, endpoint, "m")
    with pytest.raises(FeatureMissing, match="speech to text"):
        transcriber(http, endpoint, "m")


@pytest.mark.parametrize("given", [None, Price(input=Decimal(2), output=Decimal(2))])
async def test_a_card_brings_its_price_unless_another_is_given(
    raw: RawServer, http: HttpClient, blobs: Blobs, scope: Scope, given: Price | None
):
    choice = {"index": 0, "delta": {"content": "x"}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 0}
    raw.say(Answer([*events({"choices": [choice], "usage": usage}), b"data: [DONE]\n\n"]))
    card = ModelCard(provider="x", id="m-1", price=Price(input=Decimal(1), output=Decimal(1)))

    model = chat_model(http, blobs, Endpoint("x", raw.url), card, given)
    deltas = [delta async for delta in model.stream(scope, question())]

    assert raw.requests[0].body["model"] == "m-1"
    assert isinstance(deltas[-1], ReplyDone)
    assert deltas[-1].reply.usage.cost_usd == (1 if given is None else 2)


@pytest.mark.parametrize(
    ("provider", "path", "body", "names"),
    [
        ("mine", "/v1/models", {"data": [{"id": "b"}, {"id": "a"}]}, ["a", "b"]),
        ("mine", "/v1/models", [{"id": "a"}], ["a"]),
        ("groq", "/v1/models", {"object": "list", "data": [{"id": "llama"}]}, ["llama"]),
        ("perplexity", "/v1/models", {"data": [{"id": "sonar"}]}, ["sonar"]),
        (
            "ollama",
            "/api/tags",
            {"models": [{"name": "qwen3:8b", "model": "qwen3:8b", "size": 1}]},
            ["qwen3:8b"],
        ),
    ],
)
async def test_models_are_listed_where_the_provider_lists_them(
    raw: RawServer,
    http: HttpClient,
    provider: str,
    path: str,
    body: object,
    names: list[str],
):
    raw.say_json(body)

    found = await model_names(http, Endpoint(provider, f"{raw.url}/v1", "key"))

    assert found == names
    assert raw.requests[0].path == path
    assert raw.requests[0].headers["authorization"] == "Bearer key"


async def test_a_list_that_is_none_is_named(raw: RawServer, http: HttpClient):
    raw.say_json({"error": {"message": "bad key"}}, status=401)
    raw.say_json({"hello": 1})
    raw.say(Answer([b"<h1>hi</h1>"], content_type="text/html"))
    raw.say(Answer([b"{"], content_type="application/json", end="close"))
    endpoint = Endpoint("mine", raw.url, "key")

    with pytest.raises(ModelAuthFailed):
        await model_names(http, endpoint)
    with pytest.raises(ModelReplyBroken, match="list models"):
        await model_names(http, endpoint)
    with pytest.raises(ModelReplyBroken, match="text/html"):
        await model_names(http, endpoint)
    with pytest.raises(ModelUnavailable):
        await model_names(http, endpoint)


def test_a_wire_that_is_not_used_is_not_imported():
    code = (
        "import sys, cadre.engine.models.providers\n"
        "print([m for m in sys.modules if 'wires.gemini' in m])"
    )

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "[]"


def test_every_provider_says_where_it_is_documented():
    for name, known in KNOWN.items():
        assert known.name == name
        assert known.title
        assert known.docs.startswith("https://")
        assert known.base_url.startswith(("https://", "http://127.0.0.1"))
        assert known.needs_key or known.base_url.startswith("http://127.0.0.1")


def test_deviations_are_those_of_the_address():
    official = deviations_of(Endpoint("x", "https://api.openai.com/v1"))

    assert official.max_tokens_field == "max_completion_tokens"
    assert deviations_of(Endpoint("x", "http://127.0.0.1:1/v1")).max_tokens_field == "max_tokens"
