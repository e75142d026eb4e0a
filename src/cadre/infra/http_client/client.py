"""One pooled client. Public hosts by default; an internal one only where the caller names it.

Two pools, because a pooled connection carries no memory of who was allowed to open it: the
public pool checks every address as it connects, the trusted pool serves only requests
whose own `host:port` is on an allow list. Each redirect chooses anew.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self

import aiohttp
from yarl import URL

from cadre.infra.http_client.addresses import RefusedAddress, host_and_port, public_socket
from cadre.infra.http_client.errors import (
    AddressNotAllowed,
    BadUrl,
    HttpTimedOut,
    HttpUnreachable,
    ResponseTooLarge,
    TooManyRedirects,
)
from cadre.kernel.errors import CadreError

_REDIRECTS = {301, 302, 303, 307, 308}
_CHUNK_BYTES = 1 << 16
_PRIVATE_HEADERS = {"authorization", "cookie", "proxy-authorization", "x-api-key", "api-key"}


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """`total_seconds` None: as long as data keeps coming (streams). `redirects` 0: none followed."""

    total_seconds: float | None = 30.0
    connect_seconds: float = 10.0
    idle_seconds: float = 30.0
    body_bytes: int = 10_000_000
    redirects: int = 5


DEFAULT_LIMITS = HttpLimits()


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A whole answer. A status of 400 and above is an answer too, not an error."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@dataclass(slots=True)
class HttpStream:
    """An answer whose body is still coming. Header names can be looked up in any case."""

    status: int
    headers: Mapping[str, str]
    _response: aiohttp.ClientResponse = field(repr=False)
    _body_bytes: int = field(repr=False)

    @property
    def url(self) -> str:
        """Where it came from in the end."""
        return str(self._response.url)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Pieces of the body as they arrive, or raise `ResponseTooLarge`."""
        seen, content = 0, self._response.content
        while True:
            try:
                chunk = await content.readany()
            except (aiohttp.ClientError, ValueError, OSError) as error:
                raise _translated(self._response.url, error) from error
            if not chunk:
                return
            seen += len(chunk)
            if seen > self._body_bytes:
                raise ResponseTooLarge(
                    f"{self.url} sent more than {self._body_bytes} bytes; ask for less."
                )
            yield chunk

    async def read(self) -> bytes:
        """The whole body."""
        return b"".join([chunk async for chunk in self.chunks()])


class HttpClient:
    """`allow_private` holds `host:port` entries that every request may reach."""

    def __init__(
        self,
        *,
        allow_private: Collection[str] = (),
        connections: int = 200,
        user_agent: str = "cadre",
    ) -> None:
        self._allow_private = frozenset(entry.lower() for entry in allow_private)
        self._connections = connections
        self._user_agent = user_agent
        self._public: aiohttp.ClientSession | None = None
        self._trusted: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close both pools; requests under way fail."""
        for session in (self._public, self._trusted):
            if session is not None:
                await session.close()
        self._public = self._trusted = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        limits: HttpLimits = DEFAULT_LIMITS,
        allow_private: Collection[str] = (),
    ) -> HttpResponse:
        """Send, and return the whole answer."""
        async with self.stream(
            method, url, headers=headers, body=body, limits=limits, allow_private=allow_private
        ) as answer:
            return HttpResponse(answer.status, answer.headers, await answer.read(), answer.url)

    def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        limits: HttpLimits = DEFAULT_LIMITS,
        allow_private: Collection[str] = (),
    ) -> AbstractAsyncContextManager[HttpStream]:
        """Send, and yield the answer when its head is here. Leaving (cancelled too) hangs up."""
        hop = _Hop(method.upper(), _parse(url), dict(headers or {}), body)
        allowed = [*self._allow_private, *(entry.lower() for entry in allow_private)]
        answering = _Answering(self, hop, limits, allowed)
        return answering if limits.total_seconds is None else _in_time(answering, limits, hop)

    async def follow(
        self, hop: "_Hop", limits: HttpLimits, allowed: Collection[str]
    ) -> aiohttp.ClientResponse:
        """Send `hop`, and where its answers lead to."""
        for _ in range(limits.redirects + 1):
            response = await self._send(hop, limits, allowed)
            location = response.headers.get("Location")
            if limits.redirects == 0 or response.status not in _REDIRECTS or not location:
                return response
            _hang_up(response)
            hop = hop.redirected(response.status, location)
        raise TooManyRedirects(f"{_shown(hop.url)}: more than {limits.redirects} redirects.")

    async def _send(
        self, hop: "_Hop", limits: HttpLimits, allowed: Collection[str]
    ) -> aiohttp.ClientResponse:
        is_trusted = host_and_port(hop.url) in allowed
        session = self._trusted_session() if is_trusted else self._public_session()
        try:
            return await session.request(
                hop.method,
                hop.url,
                headers=hop.headers,
                data=hop.body,
                allow_redirects=False,
                timeout=_timeout(limits.connect_seconds, limits.idle_seconds),
            )
        except (aiohttp.ClientError, ValueError, OSError) as error:
            raise _translated(hop.url, error) from error

    def _public_session(self) -> aiohttp.ClientSession:
        if self._public is None:
            self._public = self._session(
                aiohttp.TCPConnector(limit=self._connections, socket_factory=public_socket)
            )
        return self._public

    def _trusted_session(self) -> aiohttp.ClientSession:
        if self._trusted is None:
            self._trusted = self._session(aiohttp.TCPConnector(limit=self._connections))
        return self._trusted

    def _session(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._user_agent},
            trust_env=False,
        )


@dataclass(frozen=True, slots=True)
class _Hop:
    method: str
    url: URL
    headers: dict[str, str]
    body: bytes | None

    def redirected(self, status: int, location: str) -> "_Hop":
        """The next request; secrets stay with the origin that they were meant for."""
        try:
            url = _parse(str(self.url.join(URL(location))))
        except ValueError as error:
            raise BadUrl(f"{_shown(self.url)} redirects to an address that is not one.") from error
        headers = self.headers
        if url.origin() != self.url.origin():
            headers = {k: v for k, v in headers.items() if k.lower() not in _PRIVATE_HEADERS}
        becomes_get = status == 303 or (status in {301, 302} and self.method == "POST")
        if becomes_get and self.method not in {"GET", "HEAD"}:
            return _Hop("GET", url, headers, None)
        return _Hop(self.method, url, headers, self.body)


class _Answering:
    """`async with` one: the answer, as soon as its head is here; leaving hangs up."""

    __slots__ = ("_allowed", "_client", "_hop", "_limits", "_response")

    def __init__(
        self, client: HttpClient, hop: _Hop, limits: HttpLimits, allowed: Collection[str]
    ) -> None:
        self._client = client
        self._hop = hop
        self._limits = limits
        self._allowed = allowed

    async def __aenter__(self) -> HttpStream:
        self._response = await self._client.follow(self._hop, self._limits, self._allowed)
        return HttpStream(
            self._response.status,
            self._response.headers,
            self._response,
            self._limits.body_bytes,
        )

    async def __aexit__(self, *_: object) -> None:
        _hang_up(self._response)


@asynccontextmanager
async def _in_time(
    answering: _Answering, limits: HttpLimits, hop: _Hop
) -> AsyncGenerator[HttpStream]:
    """`answering`, until its time is up."""
    clock = asyncio.timeout(limits.total_seconds)
    try:
        async with clock, answering as answer:
            yield answer
    except TimeoutError as error:
        if not clock.expired():  # the caller's own, from inside its `async with`
            raise
        raise HttpTimedOut(f"{_shown(hop.url)} took longer than allowed; try later.") from error


@lru_cache(1024)
def _parse(url: str) -> URL:
    try:
        parsed = URL(url)
        is_good = parsed.scheme in {"http", "https"} and bool(parsed.host) and parsed.port != 0
    except ValueError as error:
        raise BadUrl(f"{url[:200]!r} is not an address: {error}.") from error
    if not is_good:
        raise BadUrl(f"{url[:200]!r} is not an http:// or https:// address.")
    return parsed


def _shown(url: URL) -> str:
    """The address without credentials or query, fit for an error."""
    return str(url.with_user(None).with_query(None))[:300]


def _hang_up(response: aiohttp.ClientResponse) -> None:
    """Give the connection back if the body was read to its end, otherwise drop it."""
    if response.content.is_eof():
        response.release()
    else:
        response.close()


def _translated(url: URL, error: Exception) -> CadreError:
    """aiohttp's error as a kind of the kernel's."""
    shown = _shown(url)
    if isinstance(error, aiohttp.ClientConnectorError):
        if isinstance(error.os_error, RefusedAddress):
            return AddressNotAllowed(
                f"{shown} leads to an internal address. An admin can allow it by host and port."
            )
        return HttpUnreachable(f"{shown} can't be reached: {_reason(error)}.")
    if isinstance(error, aiohttp.InvalidURL):
        return BadUrl(f"{shown} is not an address that can be asked.")
    if isinstance(error, TimeoutError):
        return HttpTimedOut(f"{shown} did not answer in time; try again later.")
    return HttpUnreachable(f"{shown} broke off: {_reason(error)}.")


@lru_cache(64)
def _timeout(connect_seconds: float, idle_seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds, sock_read=idle_seconds)


def _reason(error: Exception) -> str:
    return str(error).strip().rstrip(".")[:300] or type(error).__name__
