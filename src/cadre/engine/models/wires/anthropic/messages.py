"""The adapter for Anthropic's Messages API and for servers that speak it."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.errors import ModelReplyBroken, ModelUnavailable
from cadre.engine.models.prices import Price
from cadre.engine.models.wires.anthropic.claude import traits_of
from cadre.engine.models.wires.anthropic.content import prefix_of
from cadre.engine.models.wires.anthropic.endpoint import SAMPLING_VERSION, exchange_with
from cadre.engine.models.wires.anthropic.errors import error_of_event
from cadre.engine.models.wires.anthropic.reply import ReplyBuilder
from cadre.engine.models.wires.anthropic.request import Encoded, encode_request
from cadre.engine.models.wires.exchange import Events, base_url
from cadre.engine.models.wires.parts import inlined
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import Delta, ModelReply, ModelRequest, ReplyDone
from cadre.kernel.scope import Scope

_COUNTED = ("model", "messages", "system", "tools", "tool_choice", "thinking", "output_config")
_PAGES = 50


class AnthropicMessages:
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
        output_tokens: int | None = None,
    ) -> None:
        """`output_tokens` is what the model may write at most, where the catalog knows it."""
        self._blobs = blobs
        self._endpoint = endpoint
        self._model = model
        self._price = price
        self._output_tokens = output_tokens
        self._exchange = exchange_with(http, endpoint, patience)

    async def stream(self, scope: Scope, request: ModelRequest) -> AsyncGenerator[Delta]:  # noqa: ARG002  # every ChatModel is told for whom
        """See `ChatModel`."""
        encoded = await self._encoded(request)
        body = {**encoded.body, "stream": True}
        url = f"{base_url(self._endpoint, 'v1')}/v1/messages"
        reply = ReplyBuilder(answer_tool=encoded.answer_tool)
        async with (
            self._exchange.events(url, body, _version(encoded)) as events,
            aclosing(self._read(events, reply)) as deltas,
        ):
            async for delta in deltas:
                yield delta
        yield ReplyDone(reply=self._finished(request, reply))

    async def count_tokens(self, request: ModelRequest) -> int:
        """How many tokens `request` would put in, by the provider's own count."""
        encoded = await self._encoded(request)
        body = {name: encoded.body[name] for name in _COUNTED if name in encoded.body}
        url = f"{base_url(self._endpoint, 'v1')}/v1/messages/count_tokens"
        counted = await self._exchange.json("POST", url, body)
        tokens = counted.get("input_tokens")
        if not isinstance(tokens, int):
            raise _no_such_words(self._endpoint, "count tokens")
        return tokens

    async def _encoded(self, request: ModelRequest) -> Encoded:
        return encode_request(
            request,
            provider=self._endpoint.provider,
            model=self._model,
            files=await inlined(self._blobs, request),
            output_tokens=self._output_tokens,
        )

    async def _read(self, events: Events, reply: ReplyBuilder) -> AsyncGenerator[Delta]:
        provider = self._endpoint.provider
        try:
            async for event in events:
                if event.get("type") == "error":
                    raise error_of_event(provider, event)
                for delta in reply.take(event):
                    yield delta
                if reply.is_over:
                    await events.drain()
                    return
        except ModelUnavailable:
            if not reply.is_whole:
                raise
        if not reply.is_whole:
            raise ModelUnavailable(f"{provider} broke off in the middle of its answer. Try again.")

    def _finished(self, request: ModelRequest, reply: ReplyBuilder) -> ModelReply:
        provider = self._endpoint.provider
        is_bound = reply.draft.has_sealed and traits_of(self._model).binds_thoughts
        after = prefix_of(request) if is_bound else None
        answered = f"{provider}:{reply.model or self._model}"
        whole = reply.finish(provider, self._model, answered, after)
        if self._price is not None and reply.has_usage:
            whole.usage.cost_usd = self._price.cost_usd(whole.usage)
        return whole


async def model_names(http: HttpClient, endpoint: Endpoint) -> list[str]:
    """Ask the provider which models it has: the cheapest call that proves address and key."""
    exchange = exchange_with(http, endpoint, None)
    names: list[str] = []
    after = ""
    for _ in range(_PAGES):
        url = f"{base_url(endpoint, 'v1')}/v1/models?limit=1000{after}"
        page = await exchange.json("GET", url)
        try:
            names += [str(model["id"]) for model in page["data"]]
            after = f"&after_id={page['last_id']}" if page.get("has_more") else ""
        except (KeyError, TypeError) as error:
            raise _no_such_words(endpoint, "list models") from error
        if not after:
            break
    return sorted(names)


def _version(encoded: Encoded) -> Mapping[str, str]:
    is_sampled = "temperature" in encoded.body or "top_p" in encoded.body
    return {"anthropic-version": SAMPLING_VERSION} if is_sampled else {}


def _no_such_words(endpoint: Endpoint, act: str) -> ModelReplyBroken:
    return ModelReplyBroken(
        f"{endpoint.provider} does not {act} the way Anthropic does. Check the base URL."
    )
