"""One provider's HTTP: every answer that comes out is a good one, all others are kinds.

Leaving the context closes the connection unless the body was read to its end, so whoever
stops listening ends the work at the provider.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from types import TracebackType
from typing import cast

import orjson

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.errors import ModelReplyBroken, ModelUnavailable
from cadre.engine.models.wires.openai.deviations import OPENAI_LIKE, Deviations
from cadre.engine.models.wires.openai.errors import error_of_status
from cadre.infra.http_client import (
    HttpClient,
    HttpLimits,
    HttpStream,
    HttpTimedOut,
    HttpUnreachable,
    ResponseTooLarge,
)
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import Json

JSON = "application/json"

_ANSWER_BYTES = 64 * 1024 * 1024
_ERROR_BYTES = 64 * 1024
_DRAIN_SECONDS = 0.1


@dataclass(slots=True)
class Upstream:
    """Where the wire's calls go out."""

    http: HttpClient
    endpoint: Endpoint
    patience: Patience = field(default_factory=Patience)
    deviations: Deviations = OPENAI_LIKE

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        content_type: str = JSON,
        more: Mapping[str, str] | None = None,
    ) -> AbstractAsyncContextManager[HttpStream]:
        """Yield the answer of status 200, or raise what any other one means.

        `more` are headers that the caller adds.
        """
        sent = self.http.stream(
            method,
            self._url(path),
            headers={**(more or {}), **self.endpoint.headers(), "Content-Type": content_type},
            body=body,
            limits=self._limits(),
            allow_private=self.endpoint.reachable(),
        )
        return _Sent(self, sent)

    async def ask(
        self, method: str, path: str, body: bytes | None = None, *, content_type: str = JSON
    ) -> Json:
        """The whole answer, parsed."""
        async with self.send(method, path, body, content_type=content_type) as answer:
            return await self.parsed(answer)

    async def parsed(self, answer: HttpStream) -> Json:
        """The rest of `answer`, which has to be JSON."""
        given = media_type(answer)
        if given != JSON:
            raise self.stranger(given, JSON)
        content = await answer.read()
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise ModelReplyBroken(
                f"{self.endpoint.provider} sent something that is not JSON: {content[:120]!r}. "
                "Check that its base URL is that of an OpenAI-compatible server."
            ) from error

    def stranger(self, given: str, wanted: str) -> ModelReplyBroken:
        """The error for an answer of another type than the wire's."""
        return ModelReplyBroken(
            f"{self.endpoint.provider} answered with {given or 'no content type'} instead of "
            f"{wanted}. Check that its base URL is that of an OpenAI-compatible server."
        )

    async def error(self, answer: HttpStream) -> CadreError:
        """What an answer of another status than 200 means."""
        body = await _first_bytes(answer)
        if self.endpoint.key:
            body = body.replace(self.endpoint.key.encode(), b"***")
        return error_of_status(
            self.endpoint.provider,
            answer.status,
            answer.headers,
            body,
            self.deviations.error_words,
        )

    def _url(self, path: str) -> str:
        """A base URL that ends in /v1 does not get it twice."""
        base = self.endpoint.base_url.rstrip("/")
        return self.endpoint.url(path.removeprefix("v1/") if base.endswith("/v1") else path)

    def _limits(self) -> HttpLimits:
        return _limits(self.patience.connect_seconds, self.patience.idle_seconds)


class _Sent:
    """`async with` one: a good answer, and nothing but kinds of errors while it is read."""

    __slots__ = ("_sent", "_upstream")

    def __init__(self, upstream: Upstream, sent: AbstractAsyncContextManager[HttpStream]) -> None:
        self._upstream = upstream
        self._sent = sent

    async def __aenter__(self) -> HttpStream:
        try:
            answer = await self._sent.__aenter__()
        except CadreError as error:
            raise self._told(error) from error
        if answer.status == 200:
            return answer
        try:
            refusal = await self._upstream.error(answer)
        except CadreError as error:
            raise self._told(error) from error
        finally:
            await self._sent.__aexit__(None, None, None)
        raise refusal

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._sent.__aexit__(kind, error, trace)
        if isinstance(error, CadreError) and (told := self._told(error)) is not error:
            raise told from error

    def _told(self, error: CadreError) -> CadreError:
        provider = self._upstream.endpoint.provider
        if isinstance(error, HttpTimedOut | HttpUnreachable):
            return ModelUnavailable(f"{provider} does not answer: {error.detail}")
        if isinstance(error, ResponseTooLarge):
            return ModelReplyBroken(f"{provider} sends without end: {error.detail}")
        return error


def reading(answer: HttpStream) -> AbstractAsyncContextManager[AsyncGenerator[bytes]]:
    """The pieces of the body; leaving ends the reading at once, and not when it is collected."""
    return aclosing(cast("AsyncGenerator[bytes]", answer.chunks()))


@lru_cache(64)
def _limits(connect_seconds: float, idle_seconds: float) -> HttpLimits:
    return HttpLimits(
        total_seconds=None,
        connect_seconds=connect_seconds,
        idle_seconds=idle_seconds,
        body_bytes=_ANSWER_BYTES,
        redirects=0,
    )


def media_type(answer: HttpStream) -> str:
    return answer.headers.get("content-type", "").split(";")[0].strip().lower()


async def drain(chunks: AsyncIterator[bytes]) -> None:
    """Read the end of the body, so that the connection can be used again."""
    with suppress(TimeoutError, CadreError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            async for _ in chunks:
                pass


async def _first_bytes(answer: HttpStream) -> bytes:
    body = b""
    async with reading(answer) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) >= _ERROR_BYTES:
                break
    return body
