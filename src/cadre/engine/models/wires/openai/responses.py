"""The adapter for OpenAI's Responses: one attempt a call.

An answer that breaks off is an error even after its first piece: nothing is spliced.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import orjson

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.errors import ModelReplyBroken, ModelUnavailable
from cadre.engine.models.prices import Price
from cadre.engine.models.wires.openai.deviations import Deviations
from cadre.engine.models.wires.openai.errors import error_of_chunk
from cadre.engine.models.wires.openai.response_reply import ResponseBuilder
from cadre.engine.models.wires.openai.response_request import encode_response_request
from cadre.engine.models.wires.openai.upstream import JSON, Upstream, drain, media_type, reading
from cadre.engine.models.wires.openai.usage import priced, read_response_usage
from cadre.engine.models.wires.parts import inlined
from cadre.engine.models.wires.sse import EventReader
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient, HttpStream
from cadre.kernel.messages import Delta, Json, ModelReply, ModelRequest, ReplyDone
from cadre.kernel.scope import Scope
from cadre.kernel.values import is_object

_EVENTS = "text/event-stream"
_FAILURES = {"error", "response.failed"}


class OpenAIResponses:
    """One model of one provider."""

    def __init__(
        self,
        http: HttpClient,
        blobs: Blobs,
        endpoint: Endpoint,
        model: str,
        *,
        deviations: Deviations,
        price: Price | None = None,
        patience: Patience | None = None,
    ) -> None:
        """`deviations` are the provider's; those of `model` are found in them."""
        self._blobs = blobs
        self._provider = endpoint.provider
        self._model = model
        self._deviations = deviations.of(model)
        self._price = price
        self._upstream = Upstream(http, endpoint, patience or Patience(), self._deviations)

    async def stream(self, scope: Scope, request: ModelRequest) -> AsyncGenerator[Delta]:  # noqa: ARG002  # every ChatModel is told for whom
        """See `ChatModel`."""
        body = await self._body(request)
        path = self._deviations.responses_path
        async with self._upstream.send("POST", path, body) as answer:
            reply = ResponseBuilder()
            async with aclosing(self._read(answer, reply)) as deltas:
                async for delta in deltas:
                    yield delta
            yield ReplyDone(reply=self._finished(reply))

    async def _body(self, request: ModelRequest) -> bytes:
        files = await inlined(self._blobs, request)
        return encode_response_request(
            request,
            provider=self._provider,
            model=self._model,
            files=files,
            deviations=self._deviations,
        )

    async def _read(self, answer: HttpStream, reply: ResponseBuilder) -> AsyncGenerator[Delta]:
        given = media_type(answer)
        if given == JSON:
            whole = self._checked(await self._upstream.parsed(answer))
            for delta in reply.take_whole(whole):
                yield delta
        elif given == _EVENTS:
            async with aclosing(self._read_events(answer, reply)) as deltas:
                async for delta in deltas:
                    yield delta
        else:
            raise self._upstream.stranger(given, _EVENTS)
        if not reply.is_finished:
            raise ModelUnavailable(
                f"{self._provider} broke off in the middle of its answer. Try again."
            )

    async def _read_events(
        self, answer: HttpStream, reply: ResponseBuilder
    ) -> AsyncGenerator[Delta]:
        reader = EventReader()
        async with reading(answer) as chunks:
            async for chunk in chunks:
                for data in reader.feed(chunk):
                    if data != "[DONE]":
                        for delta in reply.take(self._parsed(data)):
                            yield delta
                    if reply.is_finished:
                        await drain(chunks)
                        return

    def _parsed(self, data: str) -> dict[str, Json]:
        try:
            event: Json = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise ModelReplyBroken(
                f"{self._provider} sent something that is not JSON: {data[:120]!r}. "
                "Check that its base URL is that of an OpenAI-compatible server."
            ) from error
        return self._checked(event)

    def _checked(self, event: Json) -> dict[str, Json]:
        if is_object(event):
            inner: Json = event.get("response")
            error = event.get("error") or (inner.get("error") if is_object(inner) else None)
            if error or event.get("type") in _FAILURES:
                words = self._deviations.error_words
                raise error_of_chunk(self._provider, error or event, words)
        return event

    def _finished(self, reply: ResponseBuilder) -> ModelReply:
        is_exact = self._deviations.reports_cost
        usage = priced(reply.usage, read_response_usage, self._price, is_exact=is_exact)
        return reply.finish(self._provider, self._model, usage)
