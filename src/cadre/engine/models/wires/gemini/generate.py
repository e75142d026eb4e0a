"""The adapter for Google's Gemini models."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.errors import ModelReplyBroken, ModelUnavailable
from cadre.engine.models.prices import Price
from cadre.engine.models.wires.exchange import Events
from cadre.engine.models.wires.gemini.endpoint import (
    PREFIX,
    exchange_with,
    method_url,
    models_url,
)
from cadre.engine.models.wires.gemini.errors import error_of_chunk
from cadre.engine.models.wires.gemini.reply import ReplyBuilder
from cadre.engine.models.wires.gemini.request import encode_request
from cadre.engine.models.wires.parts import inlined
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import Delta, ModelReply, ModelRequest, ReplyDone
from cadre.kernel.scope import Scope

_PAGES = 50
_SILENCE_SECONDS = 5.0


class Gemini:
    """One model of one provider. One attempt a call."""

    def __init__(
        self,
        http: HttpClient,
        blobs: Blobs,
        endpoint: Endpoint,
        model: str,
        *,
        price: Price | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._blobs = blobs
        self._endpoint = endpoint
        self._model = model
        self._price = price
        self._exchange = exchange_with(http, endpoint, patience)

    async def stream(self, scope: Scope, request: ModelRequest) -> AsyncGenerator[Delta]:  # noqa: ARG002  # every ChatModel is told for whom
        """See `ChatModel`."""
        files = await inlined(self._blobs, request)
        body = encode_request(
            request, provider=self._endpoint.provider, model=self._model, files=files
        )
        url = method_url(self._endpoint, self._model, "streamGenerateContent?alt=sse")
        reply = ReplyBuilder(self._endpoint.provider)
        async with (
            self._exchange.events(url, body) as events,
            aclosing(self._read(events, reply)) as deltas,
        ):
            async for delta in deltas:
                yield delta
        yield ReplyDone(reply=self._finished(reply))

    async def _read(self, events: Events, reply: ReplyBuilder) -> AsyncGenerator[Delta]:
        provider = self._endpoint.provider
        try:
            async for chunk in events:
                if error := chunk.get("error"):
                    raise error_of_chunk(provider, error)
                for delta in reply.take(chunk):
                    yield delta
                if reply.is_whole:
                    # Nothing says that a chunk is the last; what may follow is soon here.
                    events.end_after(_SILENCE_SECONDS)
        except ModelUnavailable:
            if not reply.is_whole:
                raise
        if not reply.is_whole:
            raise ModelUnavailable(f"{provider} broke off in the middle of its answer. Try again.")

    def _finished(self, reply: ReplyBuilder) -> ModelReply:
        answered = f"{self._endpoint.provider}:{reply.model or self._model}"
        whole = reply.finish(self._model, answered)
        if self._price is not None and reply.has_usage:
            whole.usage.cost_usd = self._price.cost_usd(whole.usage)
        return whole


async def model_names(http: HttpClient, endpoint: Endpoint) -> list[str]:
    """Ask the provider which models it has: the cheapest call that proves address and key."""
    exchange = exchange_with(http, endpoint, None)
    names: list[str] = []
    token = ""
    for _ in range(_PAGES):
        page = await exchange.json("GET", f"{models_url(endpoint)}?pageSize=1000{token}")
        try:
            names += [str(model["name"]).removeprefix(PREFIX) for model in page["models"]]
        except (KeyError, TypeError) as error:
            raise ModelReplyBroken(
                f"{endpoint.provider} does not list models the way Gemini does. Check the base URL."
            ) from error
        if not page.get("nextPageToken"):
            break
        token = f"&pageToken={page['nextPageToken']}"
    return sorted(names)
