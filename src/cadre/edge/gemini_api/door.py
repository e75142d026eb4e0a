"""The door for clients that speak Gemini's words: models below /v1beta, and below /v1 as well.

A model is a part of the address, and its name may hold colons: the method stands behind the last one.
"""

from collections.abc import MutableMapping
from typing import Any

from cadre.edge.gateway import Address, Admission, Asking, Door, ModelsList, NoSuchAddress
from cadre.edge.gemini_api.embeddings import EmbeddingsEndpoint
from cadre.edge.gemini_api.errors import DIALECT
from cadre.edge.gemini_api.generate import CountQuestion, GenerateQuestion, StreamQuestion
from cadre.edge.gemini_api.models import PREFIX, model_json, page_json
from cadre.engine.conversations import AgentModels, Names
from cadre.engine.models import Models
from cadre.infra.asgi import Exchange, RequestFiles

BODY_BYTES = 20 * 1024 * 1024
_MODELS = "/v1beta/models"
_STABLE = "/v1/models"  # what Google's own client asks at, unless it is told a version


class GeminiApi(Door):
    """An ASGI app for Google's clients."""

    def __init__(
        self,
        *,
        admission: Admission,
        models: Models,
        agents: AgentModels,
        files: RequestFiles,
        names: Names,
        body_bytes: int = BODY_BYTES,
    ) -> None:
        asking = Asking(models, agents, files)
        count = asking.counts(CountQuestion, lambda tokens: {"totalTokens": tokens})
        embeddings = EmbeddingsEndpoint(models)
        listing = ModelsList(names, page_json, model_json)
        self._all = Address(listing.all, method="GET")
        self._one = Address(listing.one, method="GET")
        self._methods = {
            "generateContent": Address(asking.answers(GenerateQuestion), body_bytes),
            "streamGenerateContent": Address(asking.answers(StreamQuestion), body_bytes),
            "countTokens": Address(count, body_bytes),
            "embedContent": Address(embeddings.one, body_bytes),
            "batchEmbedContents": Address(embeddings.several, body_bytes),
        }
        super().__init__(DIALECT, admission, names, self._found)

    @staticmethod
    def is_meant(scope: MutableMapping[str, Any]) -> bool:
        """Whether a request is in Google's words, for who serves other doors at one host."""
        path: str = scope["path"]
        if path.startswith("/v1beta/"):
            return True
        if not path.startswith(_STABLE):
            return False
        is_asked = scope["method"] == "POST" and path.startswith(f"{_STABLE}/")
        return is_asked or any(name == b"x-goog-api-key" for name, _ in scope["headers"])

    def _found(self, exchange: Exchange) -> Address:
        path = exchange.path
        if path.rstrip("/") in {_MODELS, _STABLE}:
            return self._all
        name = path.removeprefix(f"{_MODELS}/").removeprefix(f"{_STABLE}/")
        if name == path:
            raise self._nowhere(path)
        if exchange.method == "GET":
            exchange.model = name
            return self._one
        exchange.model, _, method = name.rpartition(":")
        exchange.model = exchange.model.removeprefix(PREFIX)
        found = self._methods.get(method)
        if found is None or not exchange.model:
            raise self._nowhere(path)
        return found

    def _nowhere(self, path: str) -> NoSuchAddress:
        known = ", ".join(f"{_MODELS}/MODEL:{method}" for method in self._methods)
        return NoSuchAddress(
            f"There is nothing at {path[:200]}. There are: {known} and, with GET, {_MODELS}."
        )
