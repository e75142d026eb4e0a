"""Embeddings in OpenAI's words: texts go out in as many calls as the provider asks for.

Vectors may come as numbers or as base64 of 32-bit floats; both are read, whatever was asked.
Perplexity sends bytes from -127 to 127, which are scaled to -1 to 1.
"""

import sys
from array import array
from base64 import b64decode
from collections.abc import Sequence

import orjson

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.errors import ModelReplyBroken
from cadre.engine.models.ports import Embeddings
from cadre.engine.models.prices import Price
from cadre.engine.models.wires.openai.deviations import Deviations
from cadre.engine.models.wires.openai.upstream import Upstream
from cadre.infra.http_client import HttpClient
from cadre.kernel.errors import Invalid
from cadre.kernel.messages import Json, Usage

_INT8_SCALE = 127.0


class OpenAIEmbedder:
    """One embedding model of one provider."""

    def __init__(
        self,
        http: HttpClient,
        endpoint: Endpoint,
        model: str,
        *,
        deviations: Deviations,
        price: Price | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._model = model
        self._deviations = deviations.of(model)
        self._price = price
        self._provider = endpoint.provider
        self._upstream = Upstream(http, endpoint, patience or Patience(), self._deviations)

    async def embed(self, texts: Sequence[str], *, dimensions: int | None = None) -> Embeddings:
        """See `Embedder`."""
        if not texts or not all(texts):
            raise Invalid("Give at least one text, and none that is empty.", field="input")
        vectors: list[list[float]] = []
        tokens: int | None = 0
        at_once, model = self._deviations.embeds_at_once, self._model
        for start in range(0, len(texts), at_once):
            answer = await self._ask(texts[start : start + at_once], dimensions)
            found, used, model = self._read(answer, len(texts[start : start + at_once]))
            vectors += found
            tokens = None if tokens is None or used is None else tokens + used
        name = f"{self._provider}:{model or self._model}"
        return Embeddings(vectors=vectors, model=name, usage=self._usage(tokens))

    async def _ask(self, texts: Sequence[str], dimensions: int | None) -> Json:
        body: dict[str, Json] = {
            "model": self._model,
            "input": list(texts),
            "encoding_format": self._deviations.embeds_as,
        }
        if dimensions is not None:
            body["dimensions"] = dimensions
        path = self._deviations.embeddings_path
        return await self._upstream.ask("POST", path, orjson.dumps(body))

    def _read(self, answer: Json, count: int) -> tuple[list[list[float]], int | None, str]:
        """The vectors in the order of the texts, tokens if they were counted, and the model."""
        try:
            items = sorted(answer["data"], key=lambda item: item["index"])
            vectors = [self._vector(item["embedding"]) for item in items]
            counts: Json = answer.get("usage")
            used = int(counts["prompt_tokens"]) if counts else None
            model = str(answer.get("model") or "")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._broken("did not answer with embeddings the way OpenAI does") from error
        if len(vectors) != count:
            raise self._broken(f"sent {len(vectors)} embeddings for {count} texts")
        return vectors, used, model

    def _usage(self, tokens: int | None) -> Usage:
        usage = Usage(input_tokens=tokens or 0)
        if tokens is not None and self._price is not None:
            usage.cost_usd = self._price.cost_usd(usage)
        return usage

    def _broken(self, what: str) -> ModelReplyBroken:
        return ModelReplyBroken(
            f"{self._provider} {what}. Check the base URL, and that {self._model} embeds."
        )

    def _vector(self, embedding: Json) -> list[float]:
        if not isinstance(embedding, str):
            return [float(number) for number in embedding]
        content = b64decode(embedding, validate=True)
        if self._deviations.embeds_as == "base64_int8":
            return [number / _INT8_SCALE for number in array("b", content)]
        numbers = array("f", content)
        if sys.byteorder == "big":
            numbers.byteswap()
        return numbers.tolist()
