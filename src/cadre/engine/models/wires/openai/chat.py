"""The adapter for every server that speaks OpenAI's chat completions: one attempt a call.

An answer that breaks off is an error even after its first piece: nothing is spliced.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from functools import partial

import orjson

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.errors import ModelReplyBroken, ModelUnavailable
from cadre.engine.models.prices import Price
from cadre.engine.models.wires.openai.deviations import Deviations
from cadre.engine.models.wires.openai.errors import error_of_chunk
from cadre.engine.models.wires.openai.reply import ReplyBuilder
from cadre.engine.models.wires.openai.request import encode_request
from cadre.engine.models.wires.openai.upstream import JSON, Upstream, drain, media_type, reading
from cadre.engine.models.wires.openai.usage import priced, read_usage
from cadre.engine.models.wires.parts import inlined
from cadre.engine.models.wires.sse import EventReader
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient, HttpStream
from cadre.kernel.messages import Delta, Json, ModelReply, ModelRequest, ReplyDone, Usage
from cadre.kernel.scope import Scope
from cadre.kernel.values import is_object

_EVENTS = "text/event-stream"
_DONE = "[DONE]"


class OpenAICompatible:
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
        async with self._upstream.send("POST", "chat/completions", body) as answer:
            reply = ReplyBuilder(inlines_thinking=self._deviations.inlines_thinking)
            async with aclosing(self._read(answer, reply)) as deltas:
                async for delta in deltas:
                    yield delta
            for delta in reply.close():
                yield delta
            yield ReplyDone(reply=self._finished(reply))

    async def _body(self, request: ModelRequest) -> bytes:
        files = await inlined(self._blobs, request)
        return encode_request(
            request,
            provider=self._provider,
            model=self._model,
            files=files,
            deviations=self._deviations,
        )

    async def _read(self, answer: HttpStream, reply: ReplyBuilder) -> AsyncGenerator[Delta]:
        given = media_type(answer)
        if given == JSON:
            for delta in self._take_whole(await self._upstream.parsed(answer), reply):
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

    async def _read_events(self, answer: HttpStream, reply: ReplyBuilder) -> AsyncGenerator[Delta]:
        reader = EventReader()
        async with reading(answer) as chunks:
            async for chunk in chunks:
                for data in reader.feed(chunk):
                    if data == _DONE:
                        reply.is_finished = True
                        await drain(chunks)
                        return
                    for delta in reply.take(self._parsed(data)):
                        yield delta
        for data in reader.close():
            # Without [DONE] the last line may be cut off; if it is, it says nothing.
            with suppress(ModelReplyBroken):
                for delta in reply.take(self._parsed(data)) if data != _DONE else ():
                    yield delta

    def _take_whole(self, answer: Json, reply: ReplyBuilder) -> list[Delta]:
        """An answer in one piece: asked for, or all that a simple server can do."""
        deltas = reply.take(self._checked(answer))
        if not answer.get("choices"):
            raise self._upstream.stranger(JSON, _EVENTS)
        reply.is_finished = True
        return deltas

    def _parsed(self, data: str) -> dict[str, Json]:
        try:
            chunk: Json = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise ModelReplyBroken(
                f"{self._provider} sent something that is not JSON: {data[:120]!r}. "
                "Check that its base URL is that of an OpenAI-compatible server."
            ) from error
        return self._checked(chunk)

    def _checked(self, chunk: Json) -> dict[str, Json]:
        if is_object(chunk):
            groq: Json = chunk.get("x_groq")
            error = chunk.get("error") or (groq.get("error") if is_object(groq) else None)
            if error:
                raise error_of_chunk(self._provider, error, self._deviations.error_words)
        return chunk

    def _finished(self, reply: ReplyBuilder) -> ModelReply:
        usage = self._usage(reply.usage)
        return reply.finish(f"{self._provider}:{reply.model or self._model}", usage)

    def _usage(self, counts: dict[str, Json] | None) -> Usage:
        rules = self._deviations
        read = partial(read_usage, searches_each_time=rules.searches_each_time)
        return priced(counts, read, self._price, is_exact=rules.reports_cost)
