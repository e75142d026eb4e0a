"""One exchange with a provider: a body goes out, events or JSON come back, one attempt.

Whatever goes wrong on the way leaves here as one of `errors`, and never with the key in it.
Leaving hangs up, unless the answer was read to its end.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from email.utils import parsedate_to_datetime
from typing import Self

import orjson

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.errors import ModelReplyBroken, ModelUnavailable
from cadre.engine.models.wires.sse import EventReader
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
from cadre.kernel.values import is_list, is_object

_ANSWER_BYTES = 64 * 1024 * 1024
_ERROR_BYTES = 64 * 1024
_JSON_SECONDS = 60.0
_DRAIN_SECONDS = 0.1

Explain = Callable[[str, int, Mapping[str, str], bytes], CadreError]


class Events:
    """The events of one answer as they arrive, each already parsed."""

    def __init__(self, provider: str, chunks: AsyncIterator[bytes]) -> None:
        self._provider = provider
        self._chunks = chunks
        self._reader = EventReader()
        self._waiting: deque[str] = deque()
        self._silence_seconds: float | None = None
        self._is_over = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> dict[str, Json]:
        while not self._waiting:
            if self._is_over:
                raise StopAsyncIteration
            await self._read()
        return self._parsed(self._waiting.popleft())

    def end_after(self, silence_seconds: float) -> None:
        """From now on, a silence of so many seconds is the end."""
        self._silence_seconds = silence_seconds

    async def drain(self, seconds: float = _DRAIN_SECONDS) -> None:
        """Read the end of the body, so that the connection can be used again."""
        with suppress(TimeoutError, CadreError):
            async with asyncio.timeout(seconds):
                async for _ in self._chunks:
                    pass

    async def _read(self) -> None:
        chunk = await self._chunk()
        if chunk is not None:
            self._waiting.extend(self._reader.feed(chunk))
            return
        self._is_over = True
        # The last event may be cut off; if it is, it says nothing.
        self._waiting.extend(data for data in self._reader.close() if _is_json(data))

    async def _chunk(self) -> bytes | None:
        try:
            with translated(self._provider):
                async with asyncio.timeout(self._silence_seconds):
                    return await anext(self._chunks, None)
        except TimeoutError:
            return None

    def _parsed(self, data: str) -> dict[str, Json]:
        try:
            event: Json = orjson.loads(data)
        except orjson.JSONDecodeError:
            event = None
        if not is_object(event):
            raise ModelReplyBroken(
                f"{self._provider} sent an event that is not a JSON object: {data[:120]!r}. "
                "Check its base URL."
            )
        return event


class Exchange:
    """How one provider is asked: its endpoint, its headers, and what its errors mean."""

    def __init__(
        self,
        http: HttpClient,
        endpoint: Endpoint,
        *,
        headers: Mapping[str, str],
        explain: Explain,
        patience: Patience | None = None,
    ) -> None:
        self._http = http
        self._endpoint = endpoint
        self._headers = headers
        self._explain = explain
        self._patience = patience or Patience()

    @asynccontextmanager
    async def events(
        self, url: str, body: Json, headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[Events]:
        """Send `body` and read server-sent events for as long as they keep coming."""
        sent = orjson.dumps(body)
        async with self._answer("POST", url, sent, headers, self._limits(None)) as answer:
            await self._check(answer)
            self._check_type(answer, "text/event-stream")
            yield Events(self._endpoint.provider, answer.chunks())

    @asynccontextmanager
    async def passed(
        self, url: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[HttpStream]:
        """Send `body` as it is; the answer, of status 200 and of whatever type."""
        async with self._answer("POST", url, body, headers, self._limits(None)) as answer:
            await self._check(answer)
            yield answer

    async def json(self, method: str, url: str, body: Json = None) -> dict[str, Json]:
        """Send `body`, if there is one, and return the JSON object of the answer."""
        sent = None if body is None else orjson.dumps(body)
        async with self._answer(method, url, sent, None, self._limits(_JSON_SECONDS)) as answer:
            await self._check(answer)
            self._check_type(answer, "application/json")
            content = await answer.read()
        try:
            whole: Json = orjson.loads(content)
        except orjson.JSONDecodeError:
            whole = None
        if not is_object(whole):
            raise ModelReplyBroken(
                f"{self._endpoint.provider} answered with JSON that can't be read. "
                "Check its base URL."
            )
        return whole

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: Mapping[str, str] | None,
        limits: HttpLimits,
    ) -> AsyncGenerator[HttpStream]:
        with translated(self._endpoint.provider):
            async with self._http.stream(
                method,
                url,
                headers={**self._headers, **(headers or {})},
                body=body,
                limits=limits,
                allow_private=self._endpoint.reachable(),
            ) as answer:
                yield answer

    def _limits(self, total_seconds: float | None) -> HttpLimits:
        return HttpLimits(
            total_seconds=total_seconds,
            connect_seconds=self._patience.connect_seconds,
            idle_seconds=self._patience.idle_seconds,
            body_bytes=_ANSWER_BYTES,
            redirects=0,
        )

    async def _check(self, answer: HttpStream) -> None:
        """Pass an answer of status 200; raise what any other one means."""
        provider = self._endpoint.provider
        if answer.status != 200:
            body = await _first_bytes(answer)
            if self._endpoint.key:
                body = body.replace(self._endpoint.key.encode(), b"***")
            raise self._explain(provider, answer.status, answer.headers, body)

    def _check_type(self, answer: HttpStream, media_type: str) -> None:
        given = answer.headers.get("content-type", "").split(";")[0].strip().lower()
        if given != media_type:
            raise ModelReplyBroken(
                f"{self._endpoint.provider} answered with {given or 'no content type'} instead of "
                f"{media_type}. Check its base URL."
            )


@contextmanager
def translated(provider: str) -> Generator[None]:
    """Turn what happens on the way into what it means for a call to a model."""
    try:
        yield
    except (HttpTimedOut, HttpUnreachable) as error:
        raise ModelUnavailable(f"{provider} does not answer: {error.detail}") from error
    except ResponseTooLarge as error:
        raise ModelReplyBroken(f"{provider} sends without end: {error.detail}") from error


def base_url(endpoint: Endpoint, version: str) -> str:
    """The address before `version`, which some people write down as part of it."""
    return endpoint.base_url.rstrip("/").removesuffix(f"/{version}")


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """How long the server asks to be left alone; None if it does not say."""
    value = headers.get("retry-after")
    try:
        if value is None:
            return None
        if value.strip().replace(".", "", 1).isdigit():
            return float(value)
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


def error_object(body: bytes) -> dict[str, Json]:
    """The `error` of an error's body; a text or a page becomes its message."""
    try:
        parsed: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {"message": body.decode("utf-8", "replace")}
    if is_list(parsed) and parsed:
        parsed = parsed[0]
    error: Json = parsed.get("error") if is_object(parsed) else None
    return error if is_object(error) else {"message": str(error or parsed)}


def said(error: Mapping[str, Json]) -> str:
    """The provider's own words, short and in one line."""
    words = [str(error[name]) for name in ("message", "status", "type") if error.get(name)]
    text = " ".join(", ".join(words).split()).rstrip(".")
    return text[:400] or "no reason given"


async def _first_bytes(answer: HttpStream) -> bytes:
    body = b""
    async for chunk in answer.chunks():
        body += chunk
        if len(body) >= _ERROR_BYTES:
            break
    return body


def _is_json(data: str) -> bool:
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return False
    return True
