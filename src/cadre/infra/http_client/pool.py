"""A pool of connections that are kept for the next question to the same server."""

import asyncio
import socket
import ssl
from collections import defaultdict
from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import aiohappyeyeballs

from cadre.infra.http_client.connection import Connection, NothingSaid, NothingSent

_HAPPY_EYEBALLS_SECONDS = 0.25

SocketFactory = Callable[[tuple[Any, ...]], socket.socket]


class NotReached(OSError):
    """There is no connection to the server, for the reason `error`."""

    def __init__(self, error: OSError) -> None:
        super().__init__(*error.args)
        self.error = error


class Server(NamedTuple):
    """Where a question goes."""

    host: str
    port: int
    is_tls: bool


class Pool:
    """At most `connections` are asked at once; who comes later waits.

    `socket_factory` makes the socket for each address that is tried, or refuses it.
    """

    def __init__(
        self,
        *,
        connections: int,
        socket_factory: SocketFactory | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._room = asyncio.Semaphore(connections)
        self._socket_factory = socket_factory
        self._tls = tls
        self._open: set[Connection] = set()
        self._free: defaultdict[Server, list[Connection]] = defaultdict(list)

    @property
    def in_use(self) -> int:
        """On how many connections somebody waits for an answer, or reads one."""
        return len(self._open) - sum(map(len, self._free.values()))

    async def ask(
        self,
        server: Server,
        question: tuple[bytes, ...],
        *,
        connect_seconds: float,
        idle_seconds: float,
        is_repeatable: bool = False,
    ) -> Connection:
        """The connection on which the answer comes; `leave` it, whatever happens.

        `is_repeatable`: to ask twice does no more than to ask once. What is not is asked again only if
        nothing of it was sent.
        """
        await self._room.acquire()
        connection: Connection | None = None
        try:
            if (connection := self._kept(server)) is not None:
                try:
                    await connection.ask(question, idle_seconds)
                    return connection
                except NothingSaid as error:  # the server had closed it meanwhile
                    if not is_repeatable and not isinstance(error, NothingSent):
                        raise
            connection = await self._connect(server, connect_seconds)
            await connection.ask(question, idle_seconds)
        except BaseException:
            if connection is not None:
                connection.abort()
            self._room.release()
            raise
        return connection

    def leave(self, server: Server, connection: Connection) -> None:
        """Keep it for the next one if its answer was read to the end, otherwise hang up."""
        self._room.release()
        if connection.is_reusable:
            connection.free()
            self._free[server].append(connection)
        else:
            connection.abort()

    def close(self) -> None:
        """Hang up everywhere."""
        for connection in tuple(self._open):
            connection.abort()

    def _kept(self, server: Server) -> Connection | None:
        """One that the server has not closed, as far as this machine knows."""
        while free := self._free.get(server):
            connection = free.pop()
            if not connection.has_news():
                return connection
            connection.abort()
        return None

    async def _connect(self, server: Server, seconds: float) -> Connection:
        try:
            async with asyncio.timeout(seconds):
                connection = await self._connected(server)
        except TimeoutError:
            raise
        except OSError as error:
            raise NotReached(error) from error
        if not connection.is_closed:
            self._open.add(connection)
        return connection

    async def _connected(self, server: Server) -> Connection:
        found = await self._loop.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
        sock = await aiohappyeyeballs.start_connection(  # pyright: ignore[reportUnknownMemberType]
            found,
            happy_eyeballs_delay=_HAPPY_EYEBALLS_SECONDS,
            interleave=1,
            socket_factory=self._socket_factory,
            loop=self._loop,
        )
        try:
            _, connected = await self._loop.create_connection(
                partial(Connection, self._loop, partial(self._forget, server)),
                sock=sock,
                ssl=(self._tls or _public_tls()) if server.is_tls else None,
                server_hostname=server.host.rstrip(".") if server.is_tls else None,
            )
        except BaseException:
            sock.close()
            raise
        return connected

    def _forget(self, server: Server, connection: Connection) -> None:
        self._open.discard(connection)
        free = self._free.get(server)
        if free and connection in free:
            free.remove(connection)
        if not free:
            self._free.pop(server, None)


@cache
def _public_tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(("http/1.1",))
    return context
