"""The adapter for every server that speaks OpenAI's chat completions.

A call is tried again only while nothing of its answer has been seen: after the first piece
the caller decides, because it has shown that piece to somebody.
"""

import asyncio
import random
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field

import orjson

from cadre.engine.models.errors import (
    ModelLimited,
    ModelOutOfCredit,
    ModelReplyBroken,
    ModelUnavailable,
)
from cadre.engine.models.openai_errors import error_of_chunk, error_of_status
from cadre.engine.models.openai_reply import ReplyBuilder
from cadre.engine.models.openai_request import encode_request, image_blobs
from cadre.engine.models.prices import Price
from cadre.engine.models.sse import EventReader
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import (
    HttpClient,
    HttpLimits,
    HttpStream,
    HttpTimedOut,
    HttpUnreachable,
    ResponseTooLarge,
    host_and_port,
)
from cadre.kernel.errors import CadreError
from cadre.kernel.ids import BlobId
from cadre.kernel.messages import Delta, Json, ModelReply, ModelRequest, ReplyDone
from cadre.kernel.scope import Scope
from cadre.kernel.values import is_object

_ANSWER_BYTES = 64 * 1024 * 1024
_ERROR_BYTES = 64 * 1024
_DRAIN_SECONDS = 0.1
_DONE = "[DONE]"
_random = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a provider is reached. `key` is None for servers that ask for none."""

    provider: str
    base_url: str
    key: str | None = field(default=None, repr=False)

    @property
    def is_official(self) -> bool:
        return host_and_port(self.base_url) == "api.openai.com:443"

    def url(self, path: str) -> str:
        return f"{self.base_url.rstrip('/')}/{path}"

    def headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        return headers

    def reachable(self) -> list[str]:
        """An admin wrote this address down, so it may be an internal one."""
        return [host_and_port(self.base_url)]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for bytes, and how often to ask again before an answer has begun."""

    idle_seconds: float = 120.0
    connect_seconds: float = 10.0
    retries: int = 3
    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 8.0
    longest_retry_after_seconds: float = 60.0

    def pause_seconds(self, failures: int, error: CadreError) -> float | None:
        """How long to wait after the `failures`-th failure; None: don't try again."""
        asked = getattr(error, "retry_after_seconds", None) or 0.0
        is_hopeless = isinstance(error, ModelOutOfCredit)
        if failures > self.retries or is_hopeless or asked > self.longest_retry_after_seconds:
            return None
        step = min(self.longest_pause_seconds, self.first_pause_seconds * 2 ** (failures - 1))
        return asked + step * _random.uniform(0.5, 1.0)


class OpenAICompatible:
    """One model of one provider."""

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
        self._http = http
        self._blobs = blobs
        self._endpoint = endpoint
        self._model = model
        self._price = price
        self._patience = patience or Patience()

    async def stream(self, scope: Scope, request: ModelRequest) -> AsyncGenerator[Delta]:  # noqa: ARG002  # every ChatModel is told for whom
        """See `ChatModel`. Tries again only before the first piece of the answer."""
        body = await self._body(request)
        failures = 0
        while True:
            has_begun = False
            try:
                async with aclosing(self._attempt(body)) as deltas:
                    async for delta in deltas:
                        has_begun = True
                        yield delta
                return
            except (ModelUnavailable, ModelLimited) as error:
                failures += 1
                pause = self._patience.pause_seconds(failures, error)
                if has_begun or pause is None:
                    raise
            await asyncio.sleep(pause)

    async def _body(self, request: ModelRequest) -> bytes:
        images = {
            blob: f"data:{media_type};base64,{b64encode(await self._blobs.get(BlobId(blob))).decode()}"
            for blob, media_type in image_blobs(request).items()
        }
        official = self._endpoint.is_official
        return encode_request(request, model=self._model, images=images, official=official)

    async def _attempt(self, body: bytes) -> AsyncGenerator[Delta]:
        provider = self._endpoint.provider
        try:
            async with self._http.stream(
                "POST",
                self._endpoint.url("chat/completions"),
                headers=self._endpoint.headers(),
                body=body,
                limits=self._limits(),
                allow_private=self._endpoint.reachable(),
            ) as answer:
                await check_answer(self._endpoint, answer, "text/event-stream")
                async for delta in self._read(answer):
                    yield delta
        except (HttpTimedOut, HttpUnreachable) as error:
            raise ModelUnavailable(f"{provider} does not answer: {error.detail}") from error
        except ResponseTooLarge as error:
            raise ModelReplyBroken(f"{provider} sends without end: {error.detail}") from error

    async def _read(self, answer: HttpStream) -> AsyncIterator[Delta]:
        reader, reply = EventReader(), ReplyBuilder()
        chunks = answer.chunks()
        async for chunk in chunks:
            for data in reader.feed(chunk):
                if data == _DONE:
                    await _drain(chunks)
                    yield ReplyDone(reply=self._finished(reply))
                    return
                for delta in reply.take(self._parse(data)):
                    yield delta
        for data in reader.close():
            # Without [DONE] the last line may be cut off; if it is, it says nothing.
            with suppress(ModelReplyBroken):
                for delta in reply.take(self._parse(data)) if data != _DONE else ():
                    yield delta
        if not reply.is_finished:
            raise ModelUnavailable(
                f"{self._endpoint.provider} broke off in the middle of its answer. Try again."
            )
        yield ReplyDone(reply=self._finished(reply))

    def _parse(self, data: str) -> dict[str, Json]:
        provider = self._endpoint.provider
        try:
            chunk: Json = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise ModelReplyBroken(
                f"{provider} sent something that is not JSON: {data[:120]!r}. "
                "Check that its base URL is that of an OpenAI-compatible server."
            ) from error
        if is_object(chunk) and chunk.get("error"):
            raise error_of_chunk(provider, chunk["error"])
        return chunk

    def _finished(self, reply: ReplyBuilder) -> ModelReply:
        whole = reply.finish(f"{self._endpoint.provider}:{reply.model or self._model}")
        if self._price is not None and reply.usage is not None:
            whole.usage.cost_usd = self._price.cost_usd(reply.usage)
        return whole

    def _limits(self) -> HttpLimits:
        return HttpLimits(
            total_seconds=None,
            connect_seconds=self._patience.connect_seconds,
            idle_seconds=self._patience.idle_seconds,
            body_bytes=_ANSWER_BYTES,
            redirects=0,
        )


async def model_names(http: HttpClient, endpoint: Endpoint) -> list[str]:
    """Ask the provider which models it has: the cheapest call that proves address and key."""
    limits = HttpLimits(total_seconds=15.0, redirects=0)
    try:
        async with http.stream(
            "GET",
            endpoint.url("models"),
            headers=endpoint.headers(),
            limits=limits,
            allow_private=endpoint.reachable(),
        ) as answer:
            await check_answer(endpoint, answer, "application/json")
            listed: Json = orjson.loads(await answer.read())
        return sorted(str(model["id"]) for model in listed["data"])
    except (HttpTimedOut, HttpUnreachable) as error:
        raise ModelUnavailable(f"{endpoint.provider} does not answer: {error.detail}") from error
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise ModelReplyBroken(
            f"{endpoint.provider} does not list models the way OpenAI does. Check the base URL."
        ) from error


async def check_answer(endpoint: Endpoint, answer: HttpStream, media_type: str) -> None:
    """Pass an answer of the expected type; raise what any other one means."""
    if answer.status != 200:
        body = await _first_bytes(answer)
        if endpoint.key:
            body = body.replace(endpoint.key.encode(), b"***")
        raise error_of_status(endpoint.provider, answer.status, answer.headers, body)
    given = answer.headers.get("content-type", "").split(";")[0].strip().lower()
    if given != media_type:
        raise ModelReplyBroken(
            f"{endpoint.provider} answered with {given or 'no content type'} instead of "
            f"{media_type}. Check that its base URL is that of an OpenAI-compatible server."
        )


async def _first_bytes(answer: HttpStream) -> bytes:
    body = b""
    async for chunk in answer.chunks():
        body += chunk
        if len(body) >= _ERROR_BYTES:
            break
    return body


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Read the end of the body, so that the connection can be used again."""
    with suppress(TimeoutError, CadreError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            async for _ in chunks:
                pass
