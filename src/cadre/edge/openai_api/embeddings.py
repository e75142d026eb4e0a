"""Embeddings: vectors of texts, as numbers or as base64 of 32-bit floats."""

from array import array
from base64 import b64encode

import orjson

from cadre.edge.gateway import JSON
from cadre.engine.models import CallOptions, Models
from cadre.infra.asgi import Exchange, Fields, Header
from cadre.kernel.messages import Json
from cadre.kernel.values import is_list
from cadre.trust.budgets import Spender

_MOST_TEXTS = 2048


class EmbeddingsEndpoint:
    """/v1/embeddings."""

    def __init__(self, models: Models) -> None:
        self._models = models

    async def __call__(
        self, exchange: Exchange, spender: Spender, raw: bytes, headers: list[Header]
    ) -> None:
        body = Fields.of_body(raw)
        is_base64 = _is_base64(body)
        exchange.model = body.text("model")
        found = await self._models.embed(
            spender,
            exchange.model,
            _texts(body),
            dimensions=body.whole("dimensions"),
            options=CallOptions(request_id=exchange.request_id),
        )
        data: list[Json] = [
            {
                "object": "embedding",
                "index": index,
                "embedding": _packed(vector) if is_base64 else vector,
            }
            for index, vector in enumerate(found.vectors)
        ]
        tokens = found.usage.input_tokens
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        shown = {"object": "list", "data": data, "model": found.model, "usage": usage}
        await exchange.answer(200, orjson.dumps(shown), headers, JSON)


def _texts(body: Fields) -> list[str]:
    given: Json = body.data.get("input")
    if is_list(given) and given and not isinstance(given[0], str):
        body.unsupported("input", "Send texts: tokens are not known to every provider.")
    texts = body.texts("input")
    if not texts or not all(texts):
        body.refuse("input", "is missing: it has to be a text or a list of texts, none empty")
    if len(texts) > _MOST_TEXTS:
        body.refuse("input", f"has {len(texts)} texts; at most {_MOST_TEXTS} are taken at once")
    return texts


def _is_base64(body: Fields) -> bool:
    if "encoding_format" not in body:
        return False
    return body.choice("encoding_format", ("float", "base64")) == "base64"


def _packed(vector: list[float]) -> str:
    return b64encode(array("f", vector).tobytes()).decode()
