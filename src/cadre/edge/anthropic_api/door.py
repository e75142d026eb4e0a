"""The door for clients that speak Anthropic's words: bare ASGI, because the way through is short.

Every answer carries `request-id`; every error is in Anthropic's shape, in a stream too.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from cadre.edge.anthropic_api.counting import Counting
from cadre.edge.anthropic_api.errors import (
    JSON,
    UNFORESEEN,
    error_event,
    error_headers,
    error_json,
    status_of,
)
from cadre.edge.anthropic_api.messages import Messages
from cadre.edge.anthropic_api.models import ModelsList
from cadre.engine.conversations import AgentModels, Names
from cadre.engine.models import Models, UnknownModel
from cadre.infra.asgi import ClientGone, Exchange, Header, Receive, RequestFiles, Send
from cadre.infra.telemetry import get_logger
from cadre.kernel.errors import CadreError, Invalid, NotFound
from cadre.trust.accounts import Keys, bearer
from cadre.trust.budgets import Spender

BODY_BYTES = 20 * 1024 * 1024
_MODELS = "/v1/models"
_MESSAGES = "/v1/messages"

Endpoint = Callable[[Exchange, Spender, bytes, list[Header]], Awaitable[None]]


class NoSuchAddress(NotFound):
    """Nothing is served there."""

    code = "unknown_url"


class WrongMethod(Invalid):
    """Nothing is served there with this method."""

    code = "method_not_supported"


class AnthropicApi:
    """An ASGI app for /v1/messages, and for /v1/models as Anthropic lists them."""

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
        self._keys = keys
        self._names = names
        self._models = ModelsList(names)
        self._endpoints: dict[str, Endpoint] = {
            _MESSAGES: Messages(models, agents, files),
            f"{_MESSAGES}/count_tokens": Counting(models, files),
        }
        self._body_bytes = body_bytes
        self._log = get_logger("edge.anthropic_api")

    @staticmethod
    def is_meant(scope: MutableMapping[str, Any]) -> bool:
        """Whether a request is in Anthropic's words, for who serves both doors at one host."""
        path: str = scope["path"]
        if path == _MESSAGES or path.startswith(f"{_MESSAGES}/"):
            return True
        return any(name == b"anthropic-version" for name, _ in scope["headers"])

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send)
        headers = [(b"request-id", exchange.request_id.encode())]
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
        key = exchange.header(b"x-api-key") or bearer(exchange.header(b"authorization"))
        spender = await self._keys.spender(key)
        try:
            await self._serve_to(spender, exchange, headers)
        except UnknownModel as error:
            named = await self._names.with_near_names(spender.scope, error, exchange.model)
            raise named from error

    async def _serve_to(self, spender: Spender, exchange: Exchange, headers: list[Header]) -> None:
        endpoint = self._endpoints.get(exchange.path)
        if endpoint is None:
            return await self._serve_models(exchange, spender, headers)
        if exchange.method != "POST":
            raise WrongMethod(f"Send POST to {exchange.path}.")
        raw = await exchange.body(self._body_bytes)
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
            await exchange.end(error_event(error, exchange.request_id))
            return
        more = [*headers, *error_headers(error)]
        body = error_json(error, exchange.request_id)
        await exchange.answer(status_of(error), body, more, JSON)
