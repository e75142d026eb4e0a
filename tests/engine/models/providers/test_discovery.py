"""Models found at an Ollama: what they can do, what they cost, and what it does not tell."""

import pytest

from cadre.engine.models.card import ModelCard
from cadre.engine.models.errors import ModelUnavailable
from cadre.engine.models.prices import Price
from cadre.engine.models.providers import KNOWN, installed_models
from cadre.infra.http_client import HttpClient
from tests.engine.models.wires.raw_server import RawServer

FREE = Price.model_validate({"input": 0, "output": 0})


async def found(raw: RawServer, http: HttpClient) -> list[ModelCard]:
    return await installed_models(http, KNOWN["ollama"].endpoint(None, f"{raw.url}/v1"))


async def test_a_model_is_told_by_what_it_can_do(raw: RawServer, http: HttpClient):
    raw.say_json({"models": [{"name": "qwen3:8b", "model": "qwen3:8b"}]})
    raw.say_json(
        {
            "capabilities": ["completion", "tools", "thinking", "insert"],
            "model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40960},
        }
    )

    cards = await found(raw, http)

    assert cards == [
        ModelCard(
            provider="ollama",
            id="qwen3:8b",
            capabilities=["text", "structured_output", "tools", "reasoning"],
            context_tokens=40960,
            price=FREE,
            source="discovered",
        )
    ]
    assert [seen.path for seen in raw.requests] == ["/api/tags", "/api/show"]
    assert raw.requests[1].body == {"model": "qwen3:8b"}


async def test_a_model_that_only_embeds_does_not_chat(raw: RawServer, http: HttpClient):
    raw.say_json({"models": [{"name": "nomic-embed-text:latest"}]})
    raw.say_json({"capabilities": ["embedding"], "model_info": {}})

    (card,) = await found(raw, http)

    assert (card.kind, card.capabilities) == ("embedding", ["embeddings"])
    assert card.context_tokens is None


async def test_an_older_ollama_tells_names_only(raw: RawServer, http: HttpClient):
    raw.say_json({"models": [{"name": "llama2"}]})
    raw.say_json({"error": "not found"}, status=404)

    (card,) = await found(raw, http)

    assert (card.kind, card.capabilities) == ("chat", ["text", "structured_output"])


async def test_a_model_in_the_cloud_has_no_known_price(raw: RawServer, http: HttpClient):
    raw.say_json({"models": [{"name": "gpt-oss:120b-cloud"}]})
    raw.say_json({"capabilities": ["completion", "tools"]})

    (card,) = await found(raw, http)

    assert card.price is None


async def test_many_models_are_all_found(raw: RawServer, http: HttpClient):
    names = [f"model-{number:02}" for number in range(20)]
    raw.say_json({"models": [{"name": name} for name in names]})
    for _ in names:
        raw.say_json({"capabilities": ["completion"]})

    cards = await found(raw, http)

    assert [card.id for card in cards] == names
    assert all(card.price == FREE for card in cards)


async def test_nobody_there_is_an_error(http: HttpClient):
    async with RawServer() as server:
        url = server.url

    with pytest.raises(ModelUnavailable):
        await installed_models(http, KNOWN["ollama"].endpoint(None, url))
