"""One pooled client. Public hosts by default; an internal one only where the caller names it.

Two pools, because a pooled connection carries no memory of who was allowed to open it: the
public pool checks every address as it connects, the trusted pool serves only requests
whose own `host:port` is on an allow list. Each redirect chooses anew.

A question that may take as long as data keeps coming, and whose redirects are not followed, goes over
connections of our own, at a third of the CPU: calls to models are such. All others go through aiohttp.
"""

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import aiohttp

from cadre.infra.http_client.addresses import host_and_port, public_socket
from cadre.infra.http_client.connection import Connection
from cadre.infra.http_client.errors import HttpTimedOut, TooManyRedirects
from cadre.infra.http_client.failures import FAILURES, shown, translated
from cadre.infra.http_client.hop import Hop, parsed, server_of
from cadre.infra.http_client.pool import Pool
from cadre.infra.http_client.stream import HttpResponse, HttpStream
from cadre.infra.http_client.unpacking import unpacked

_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """`total_seconds` None: as long as data keeps coming (streams). `redirects` 0: none followed."""

    total_seconds: float | None = 30.0
    connect_seconds: float = 10.0
    idle_seconds: float = 30.0
    body_bytes: int = 10_000_000
    redirects: int = 5


DEFAULT_LIMITS = HttpLimits()


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
        self._pools: dict[bool, Pool] = {}

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
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()

    @property
    def in_use(self) -> int:
        """How many answers of connections of our own are awaited, or being read."""
        return sum(pool.in_use for pool in self._pools.values())

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
        hop = Hop(method.upper(), parsed(url), headers or {}, body)
        allowed = {*self._allow_private, *map(str.lower, allow_private)}
        if limits.total_seconds is not None:
            return _in_time(_Answering(self, hop, limits, allowed), limits, hop)
        if limits.redirects == 0 and hop.is_plain:
            return _Asked(self._pool(hop, allowed), hop, limits, self._user_agent)
        return _Answering(self, hop, limits, allowed)

    async def follow(
        self, hop: Hop, limits: HttpLimits, allowed: Collection[str]
    ) -> aiohttp.ClientResponse:
        """Send `hop`, and where its answers lead to."""
        for _ in range(limits.redirects + 1):
            response = await self._send(hop, limits, allowed)
            location = response.headers.get("Location")
            if limits.redirects == 0 or response.status not in _REDIRECTS or not location:
                return response
            _hang_up(response)
            hop = hop.redirected(response.status, location)
        raise TooManyRedirects(f"{shown(hop.url)}: more than {limits.redirects} redirects.")

    async def _send(
        self, hop: Hop, limits: HttpLimits, allowed: Collection[str]
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
        except FAILURES as error:
            raise translated(hop.url, error) from error

    def _pool(self, hop: Hop, allowed: Collection[str]) -> Pool:
        is_trusted = host_and_port(hop.url) in allowed
        pool = self._pools.get(is_trusted)
        if pool is None:
            factory = None if is_trusted else public_socket
            pool = Pool(connections=self._connections, socket_factory=factory)
            self._pools[is_trusted] = pool
        return pool

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


class _Answering:
    """`async with` one: the answer, as soon as its head is here; leaving hangs up."""

    __slots__ = ("_allowed", "_client", "_hop", "_limits", "_response")

    def __init__(
        self, client: HttpClient, hop: Hop, limits: HttpLimits, allowed: Collection[str]
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
            self._response.url,
            self._response.content,
            self._limits.body_bytes,
        )

    async def __aexit__(self, *_: object) -> None:
        _hang_up(self._response)


class _Asked:
    """The same over a connection of our own."""

    __slots__ = ("_connection", "_hop", "_limits", "_pool", "_server", "_user_agent")

    _connection: Connection

    def __init__(self, pool: Pool, hop: Hop, limits: HttpLimits, user_agent: str) -> None:
        self._pool = pool
        self._hop = hop
        self._limits = limits
        self._user_agent = user_agent
        self._server = server_of(hop.url)

    async def __aenter__(self) -> HttpStream:
        hop, limits = self._hop, self._limits
        try:
            connection = await self._pool.ask(
                self._server,
                hop.question(self._user_agent),
                connect_seconds=limits.connect_seconds,
                idle_seconds=limits.idle_seconds,
                is_repeatable=hop.is_repeatable,
            )
        except FAILURES as error:
            raise translated(hop.url, error) from error
        self._connection = connection
        headers = connection.headers
        content = unpacked(connection, headers.get("content-encoding", ""))
        return HttpStream(connection.status, headers, hop.url, content, limits.body_bytes)

    async def __aexit__(self, *_: object) -> None:
        self._pool.leave(self._server, self._connection)


@asynccontextmanager
async def _in_time(
    answering: _Answering, limits: HttpLimits, hop: Hop
) -> AsyncGenerator[HttpStream]:
    """`answering`, until its time is up."""
    clock = asyncio.timeout(limits.total_seconds)
    try:
        async with clock, answering as answer:
            yield answer
    except TimeoutError as error:
        if not clock.expired():  # the caller's own, from inside its `async with`
            raise
        raise HttpTimedOut(f"{shown(hop.url)} took longer than allowed; try later.") from error


def _hang_up(response: aiohttp.ClientResponse) -> None:
    """Give the connection back if the body was read to its end, otherwise drop it."""
    if response.content.is_eof():
        response.release()
    else:
        response.close()


@lru_cache(64)
def _timeout(connect_seconds: float, idle_seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds, sock_read=idle_seconds)
