"""Embeddings: the vector of one content, or of several at once."""

from collections.abc import Sequence

import orjson

from cadre.edge.gateway import JSON
from cadre.edge.gemini_api.spelling import in_camel_case, several
from cadre.engine.models import CallOptions, Embeddings, Models
from cadre.infra.asgi import Exchange, Fields, Header
from cadre.kernel.messages import Json
from cadre.trust.budgets import Spender

_MOST_TEXTS = 2048


class EmbeddingsEndpoint:
    """embedContent and batchEmbedContents."""

    def __init__(self, models: Models) -> None:
        self._models = models

    async def one(
        self, exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
    ) -> None:
        """Answer one vector."""
        asked = _read(raw)
        found = await self._embedded(exchange, spender, [asked])
        shown = {"embedding": {"values": found.vectors[0]}, "usageMetadata": _usage(found)}
        await exchange.answer(200, orjson.dumps(shown), headers, JSON)

    async def several(
        self, exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
    ) -> None:
        """Answer a vector for each request, in their order."""
        body = _read(raw)
        asked = [*several(body, "requests")]
        if not asked:
            body.refuse("requests", "is missing: it has to be a list of at least one request")
        if len(asked) > _MOST_TEXTS:
            why = f"has {len(asked)} requests; at most {_MOST_TEXTS} are taken at once"
            body.refuse("requests", why)
        found = await self._embedded(exchange, spender, asked)
        vectors = [{"values": vector} for vector in found.vectors]
        shown = {"embeddings": vectors, "usageMetadata": _usage(found)}
        await exchange.answer(200, orjson.dumps(shown), headers, JSON)

    async def _embedded(
        self, exchange: Exchange, spender: Spender, asked: Sequence[Fields]
    ) -> Embeddings:
        sizes = {_dimensions(one) for one in asked}
        if len(sizes) > 1:
            asked[-1].refuse("outputDimensionality", "has to be the same in all requests")
        return await self._models.embed(
            spender,
            exchange.model,
            [_text(one) for one in asked],
            dimensions=sizes.pop(),
            options=CallOptions(request_id=exchange.request_id),
        )


def _read(raw: bytes) -> Fields:
    return Fields(in_camel_case(Fields.of_body(raw).data))


def _text(asked: Fields) -> str:
    content = asked.object("content")
    text = "\n".join(part.text("text") for part in several(content, "parts"))
    if not text:
        content.refuse("parts", "is missing: it has to be a list of texts, not all empty")
    return text


def _dimensions(asked: Fields) -> int | None:
    config = asked.object_or_none("embedContentConfig") or asked
    return config.whole("outputDimensionality") or asked.whole("outputDimensionality")


def _usage(found: Embeddings) -> dict[str, Json]:
    return {"promptTokenCount": found.usage.input_tokens}
