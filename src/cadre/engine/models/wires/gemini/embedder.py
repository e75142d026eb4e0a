"""Gemini's embeddings."""

from collections.abc import Sequence

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.errors import ModelReplyBroken
from cadre.engine.models.ports import Embeddings
from cadre.engine.models.prices import Price
from cadre.engine.models.wires.gemini.endpoint import PREFIX, exchange_with, method_url
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import Json, Usage

_BATCH_TEXTS = 100


class GeminiEmbedder:
    """One embedding model of one provider. Sends at most a hundred texts at once."""

    def __init__(
        self,
        http: HttpClient,
        endpoint: Endpoint,
        model: str,
        *,
        price: Price | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._model = model.removeprefix(PREFIX)
        self._price = price
        self._exchange = exchange_with(http, endpoint, patience)

    async def embed(self, texts: Sequence[str], *, dimensions: int | None = None) -> Embeddings:
        """See `Embedder`. The provider may leave out what was used; it costs None then."""
        vectors: list[list[float]] = []
        tokens: list[int | None] = []
        for start in range(0, len(texts), _BATCH_TEXTS):
            batch = texts[start : start + _BATCH_TEXTS]
            answer = await self._embedded(batch, dimensions)
            vectors += _vectors(self._endpoint.provider, answer, len(batch))
            usage: dict[str, Json] = answer.get("usageMetadata") or {}
            tokens.append(usage.get("promptTokenCount"))
        name = f"{self._endpoint.provider}:{self._model}"
        return Embeddings(vectors, name, self._usage(tokens))

    async def _embedded(self, texts: Sequence[str], dimensions: int | None) -> dict[str, Json]:
        size = {} if dimensions is None else {"outputDimensionality": dimensions}
        name = f"{PREFIX}{self._model}"
        requests = [
            {"model": name, "content": {"role": "user", "parts": [{"text": text}]}, **size}
            for text in texts
        ]
        url = method_url(self._endpoint, self._model, "batchEmbedContents")
        return await self._exchange.json("POST", url, {"requests": requests})

    def _usage(self, tokens: list[int | None]) -> Usage:
        usage = Usage(input_tokens=sum(count or 0 for count in tokens))
        if self._price is not None and None not in tokens:
            usage.cost_usd = self._price.cost_usd(usage)
        return usage


def _vectors(provider: str, answer: dict[str, Json], expected: int) -> list[list[float]]:
    try:
        vectors = [[float(x) for x in item["values"]] for item in answer["embeddings"]]
    except (KeyError, TypeError, ValueError) as error:
        raise ModelReplyBroken(
            f"{provider} does not embed the way Gemini does. Check the base URL."
        ) from error
    if len(vectors) != expected:
        raise ModelReplyBroken(
            f"{provider} sent {len(vectors)} vectors for {expected} texts. Try again."
        )
    return vectors
