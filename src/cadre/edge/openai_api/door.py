"""The door for clients that speak OpenAI's words: bare ASGI, because the way through is short.

Every answer carries `x-request-id`; every error is in OpenAI's shape, in a stream too.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from cadre.edge.openai_api.audio import AUDIO_BYTES, Audio
from cadre.edge.openai_api.chat import ChatCompletions
from cadre.edge.openai_api.embeddings import EmbeddingsEndpoint
from cadre.edge.openai_api.errors import (
    JSON,
    UNFORESEEN,
    error_headers,
    error_json,
    status_of,
)
from cadre.edge.openai_api.models import ModelsList
from cadre.edge.openai_api.responses import Responses
from cadre.engine.conversations import AgentModels, Names
from cadre.engine.models import Models, UnknownModel
from cadre.infra.asgi import ClientGone, Exchange, Header, Receive, RequestFiles, Send
from cadre.infra.telemetry import get_logger
from cadre.kernel.errors import CadreError, Invalid, NotFound
from cadre.trust.accounts import Keys, bearer
from cadre.trust.budgets import Spender

BODY_BYTES = 20 * 1024 * 1024
_MODELS = "/v1/models"

Endpoint = Callable[[Exchange, Spender, bytes, list[Header]], Awaitable[None]]


class NoSuchAddress(NotFound):
    """Nothing is served there."""

    code = "unknown_url"


class WrongMethod(Invalid):
    """Nothing is served there with this method."""

    code = "method_not_supported"


class OpenAIApi:
    """An ASGI app for everything below /v1."""

    def __init__(
        self,
        *,
        keys: Keys,
        models: Models,
        agents: AgentModels,
        files: RequestFiles,
        names: Names,
        body_bytes: int = BODY_BYTES,
    ) -> None:
        audio = Audio(models)
        self._keys = keys
        self._names = names
        self._models = ModelsList(names)
        self._endpoints: dict[str, tuple[Endpoint, int]] = {
            "/v1/chat/completions": (ChatCompletions(models, agents, files), body_bytes),
            "/v1/responses": (Responses(models, agents, files), body_bytes),
            "/v1/embeddings": (EmbeddingsEndpoint(models), body_bytes),
            "/v1/audio/speech": (audio.speech, body_bytes),
            "/v1/audio/transcriptions": (audio.transcription, max(body_bytes, AUDIO_BYTES)),
            "/v1/audio/translations": (audio.translation, max(body_bytes, AUDIO_BYTES)),
        }
        self._log = get_logger("edge.openai_api")

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send)
        headers = [(b"x-request-id", exchange.request_id.encode())]
        try:
            await self._serve(exchange, headers)
        except CadreError as error:
            await self._fail(exchange, error, headers)
        except ClientGone:
            pass
        except Exception:
            self._log.exception(
                "request failed", path=exchange.path, request_id=exchange.request_id
            )
            await self._fail(exchange, UNFORESEEN, headers)

    async def _serve(self, exchange: Exchange, headers: list[Header]) -> None:
        spender = await self._keys.spender(bearer(exchange.header(b"authorization")))
        try:
            await self._serve_to(spender, exchange, headers)
        except UnknownModel as error:
            named = await self._names.with_near_names(spender.scope, error, exchange.model)
            raise named from error

    async def _serve_to(self, spender: Spender, exchange: Exchange, headers: list[Header]) -> None:
        found = self._endpoints.get(exchange.path)
        if found is None:
            return await self._serve_models(exchange, spender, headers)
        if exchange.method != "POST":
            raise WrongMethod(f"Send POST to {exchange.path}.")
        endpoint, limit = found
        raw = await exchange.body(limit)
        return await exchange.while_connected(endpoint(exchange, spender, raw, headers))

    async def _serve_models(
        self, exchange: Exchange, spender: Spender, headers: list[Header]
    ) -> None:
        path = exchange.path
        if path != _MODELS and not path.startswith(f"{_MODELS}/"):
            known = ", ".join([*self._endpoints, _MODELS])
            raise NoSuchAddress(f"There is nothing at {path[:200]}. There are: {known}.")
        if exchange.method != "GET":
            raise WrongMethod(f"Send GET to {_MODELS}.")
        if path in {_MODELS, f"{_MODELS}/"}:
            return await self._models.all(exchange, spender, headers)
        exchange.model = path.removeprefix(f"{_MODELS}/")
        return await self._models.one(exchange, spender, exchange.model, headers)

    async def _fail(self, exchange: Exchange, error: CadreError, headers: list[Header]) -> None:
        if exchange.is_complete:
            return
        if exchange.started:
            await exchange.end(b"data: " + error_json(error) + b"\n\n")
            return
        more = [*headers, *error_headers(error)]
        await exchange.answer(status_of(error), error_json(error), more, JSON)
