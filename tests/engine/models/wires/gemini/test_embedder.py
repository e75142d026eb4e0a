"""Gemini's embeddings: what is sent, in how many requests, and what comes back."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from google import genai
from google.genai import types

from cadre.engine.models.endpoints import Endpoint
from cadre.engine.models.errors import ModelLimited, ModelReplyBroken
from cadre.engine.models.ports import Embedder
from cadre.engine.models.prices import Price
from cadre.engine.models.wires.gemini import GeminiEmbedder
from cadre.infra.http_client import HttpClient
from tests.engine.models.wires.asking import KEY
from tests.engine.models.wires.gemini.spelling import spelled
from tests.engine.models.wires.raw_server import Answer, RawServer

pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession")

MODEL = "gemini-embedding-001"

Make = Callable[..., GeminiEmbedder]


@pytest.fixture
def embedder(raw: RawServer, http: HttpClient) -> Make:
    def make(price: Price | None = None) -> GeminiEmbedder:
        endpoint = Endpoint("gemini", raw.url, KEY, "gemini")
        return GeminiEmbedder(http, endpoint, MODEL, price=price)

    return make


def vectors(*values: list[Any]) -> dict[str, Any]:
    return {"embeddings": [{"values": value} for value in values]}


async def test_texts_are_sent_as_the_sdk_sends_them_and_come_back_in_order(
    raw: RawServer, embedder: Make
):
    raw.say_json(vectors([1.0, 2.0], [3, 4]))
    raw.say_json(vectors([1.0, 2.0], [3, 4]))
    model: Embedder = embedder()

    found = await model.embed(["cat", "größe"], dimensions=2)

    options = types.HttpOptions(base_url=raw.url, api_version="v1beta")
    async with genai.Client(api_key=KEY, http_options=options).aio as client:
        models: Any = client.models  # its types are partly unknown
        await models.embed_content(
            model=MODEL,
            contents=["cat", "größe"],
            config=types.EmbedContentConfig(output_dimensionality=2),
        )
    mine, reference = raw.requests
    assert found.vectors == [[1.0, 2.0], [3.0, 4.0]]
    assert found.model == "gemini:gemini-embedding-001"
    assert (mine.path, mine.method) == (reference.path, reference.method)
    assert mine.body == spelled(reference.body)


async def test_many_texts_go_in_batches(raw: RawServer, embedder: Make):
    for size in (100, 100, 50):
        raw.say_json(
            {**vectors(*[[float(size)]] * size), "usageMetadata": {"promptTokenCount": size}}
        )

    found = await embedder(Price(input=Decimal(2))).embed([str(number) for number in range(250)])

    assert [len(seen.body["requests"]) for seen in raw.requests] == [100, 100, 50]
    assert len(found.vectors) == 250
    assert found.usage.input_tokens == 250
    assert found.usage.cost_usd == Decimal("0.0005")


async def test_what_is_not_counted_has_no_known_cost(raw: RawServer, embedder: Make):
    raw.say_json(vectors([1.0]))

    found = await embedder(Price(input=Decimal(2))).embed(["cat"])

    assert found.usage.cost_usd is None


@pytest.mark.parametrize(
    "content",
    [
        b'{"embeddings": [{"values": [1.0]}]}',
        b'{"data": []}',
        b'{"embeddings": [{}]}',
        b'{"embeddings": [{"values": [1.0]}, {"values": ["x"]}]}',
    ],
)
async def test_vectors_that_are_none_are_named(raw: RawServer, embedder: Make, content: bytes):
    raw.say(Answer([content], content_type="application/json"))

    with pytest.raises(ModelReplyBroken):
        await embedder().embed(["cat", "dog"])


async def test_its_limits_are_told(raw: RawServer, embedder: Make):
    raw.say_json({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}, status=429)

    with pytest.raises(ModelLimited):
        await embedder().embed(["cat"])
