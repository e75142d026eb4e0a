"""One provider's HTTP: every answer that comes out is a good one, all others are kinds.

Leaving the context closes the connection unless the body was read to its end, so whoever
stops listening ends the work at the provider.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where the wire's calls go out."""

    http: HttpClient
    endpoint: Endpoint
    patience: Patience = field(default_factory=Patience)
    deviations: Deviations = OPENAI_LIKE

    @asynccontextmanager
    async def send(
        self, method: str, path: str, body: bytes | None = None, *, content_type: str = JSON
    ) -> AsyncGenerator[HttpStream]:
        """Yield the answer of status 200, or raise what any other one means."""
        provider = self.endpoint.provider
        try:
            async with self.http.stream(
                method,
                self._url(path),
                headers={**self.endpoint.headers(), "Content-Type": content_type},
                body=body,
                limits=self._limits(),
                allow_private=self.endpoint.reachable(),
            ) as answer:
                if answer.status != 200:
                    raise await self._error(answer)
                yield answer
        except (HttpTimedOut, HttpUnreachable) as error:
            raise ModelUnavailable(f"{provider} does not answer: {error.detail}") from error
        except ResponseTooLarge as error:
            raise ModelReplyBroken(f"{provider} sends without end: {error.detail}") from error

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

    async def _error(self, answer: HttpStream) -> CadreError:
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
        return HttpLimits(
            total_seconds=None,
            connect_seconds=self.patience.connect_seconds,
            idle_seconds=self.patience.idle_seconds,
            body_bytes=_ANSWER_BYTES,
            redirects=0,
        )


def reading(answer: HttpStream) -> AbstractAsyncContextManager[AsyncGenerator[bytes]]:
    """The pieces of the body; leaving ends the reading at once, and not when it is collected."""
    return aclosing(cast("AsyncGenerator[bytes]", answer.chunks()))


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
