"""Embeddings: order, batches, both encodings, what they cost, and answers that are none."""

import base64
import struct
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

import pytest

from cadre.engine.models.endpoints import Endpoint
from cadre.engine.models.errors import ModelReplyBroken, ModelUnavailable, UnknownModel
from cadre.engine.models.prices import Price
from cadre.engine.models.providers import KNOWN
from cadre.engine.models.providers import embedder as make_embedder
from cadre.engine.models.wires.openai import Deviations, OpenAIEmbedder
from cadre.infra.http_client import HttpClient
from cadre.kernel.errors import Invalid
from tests.engine.models.wires.openai.asking import IMPATIENT, KEY
from tests.engine.models.wires.raw_server import Answer, RawServer


def embedder(http: HttpClient, raw: RawServer, **how: Any) -> OpenAIEmbedder:
    deviations = how.pop("deviations", Deviations())
    endpoint = Endpoint("test", raw.url, KEY)
    return OpenAIEmbedder(
        http, endpoint, "embed-1", deviations=deviations, patience=IMPATIENT, **how
    )


def listed(*vectors: Any, tokens: int | None = 3) -> dict[str, Any]:
    data = [{"index": index, "embedding": vector} for index, vector in enumerate(vectors)]
    usage = None if tokens is None else {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": "embed-1-v2", "usage": usage}


async def test_vectors_come_in_the_order_of_the_texts(raw: RawServer, http: HttpClient):
    body = listed([1.0, 0.0], [0.0, 1.0])
    body["data"].reverse()
    raw.say_json(body)

    found = await embedder(http, raw).embed(["a", "b"])

    assert found.vectors == [[1.0, 0.0], [0.0, 1.0]]
    assert found.model == "test:embed-1-v2"
    assert raw.requests[0].body["encoding_format"] == "float"
    assert "dimensions" not in raw.requests[0].body


@pytest.mark.parametrize("asked", ["float", "base64"])
async def test_both_encodings_are_read_whatever_was_asked(
    raw: RawServer, http: HttpClient, asked: Literal["float", "base64"]
):
    packed = base64.b64encode(struct.pack("<2f", 0.5, -2.0)).decode()
    raw.say_json(listed(packed, [0.5, -2]))

    found = await embedder(http, raw, deviations=Deviations(embeds_as=asked)).embed(["a", "b"])

    assert found.vectors == [[0.5, -2.0], [0.5, -2.0]]
    assert raw.requests[0].body["encoding_format"] == asked


async def test_perplexity_embeds_in_bytes(raw: RawServer, http: HttpClient):
    raw.say_json(listed(base64.b64encode(bytes([127, 0, 129])).decode()))
    endpoint = KNOWN["perplexity"].endpoint(KEY, raw.url)

    found = await make_embedder(http, endpoint, "pplx-embed-v1-4b").embed(["a"])

    assert found.vectors == [[1.0, 0.0, -1.0]]
    assert raw.requests[0].path == "/v1/embeddings"
    assert raw.requests[0].body["encoding_format"] == "base64_int8"


async def test_many_texts_go_out_in_batches(raw: RawServer, http: HttpClient):
    for batch in (2, 2, 1):
        raw.say_json(listed(*[[float(batch)]] * batch, tokens=100))
    price = Price(input=Decimal(10_000))

    found = await embedder(http, raw, deviations=Deviations(embeds_at_once=2), price=price).embed(
        ["a", "b", "c", "d", "e"]
    )

    sent: list[Sequence[str]] = [seen.body["input"] for seen in raw.requests]
    assert sent == [["a", "b"], ["c", "d"], ["e"]]
    assert found.vectors == [[2.0], [2.0], [2.0], [2.0], [1.0]]
    assert found.usage.input_tokens == 300
    assert found.usage.cost_usd == Decimal(3)


async def test_without_counts_the_cost_is_unknown(raw: RawServer, http: HttpClient):
    raw.say_json(listed([1.0], tokens=None))

    found = await embedder(http, raw, price=Price(input=Decimal(1))).embed(["a"])

    assert found.usage.cost_usd is None


@pytest.mark.parametrize("texts", [[], ["a", ""]])
async def test_nothing_to_embed_is_refused_before_anything_is_sent(
    raw: RawServer, http: HttpClient, texts: list[str]
):
    with pytest.raises(Invalid):
        await embedder(http, raw).embed(texts)

    assert raw.requests == []


@pytest.mark.parametrize(
    "body",
    [
        {"data": []},
        {"data": [{"index": 0, "embedding": "%%%"}]},
        {"data": [{"index": 0, "embedding": base64.b64encode(b"abc").decode()}]},
        {"data": [{"index": 0, "embedding": None}]},
        {"ok": True},
        [1, 2],
    ],
)
async def test_an_answer_that_is_no_embeddings_is_named(
    raw: RawServer, http: HttpClient, body: Any
):
    raw.say_json(body)

    with pytest.raises(ModelReplyBroken):
        await embedder(http, raw).embed(["a"])


async def test_errors_are_told_by_kind(raw: RawServer, http: HttpClient):
    raw.say_json({"error": {"message": "no such model"}}, status=404)
    raw.say(Answer([b'{"data":'], content_type="application/json", end="close"))
    raw.say(Answer([b"<h1>hi</h1>"], content_type="text/html"))

    with pytest.raises(UnknownModel):
        await embedder(http, raw).embed(["a"])
    with pytest.raises((ModelUnavailable, ModelReplyBroken)):
        await embedder(http, raw).embed(["a"])
    with pytest.raises(ModelReplyBroken, match="text/html"):
        await embedder(http, raw).embed(["a"])
