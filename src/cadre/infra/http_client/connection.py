"""One connection to a server: a question goes out, its answer comes back, then the next.

Only what calls to models need of HTTP/1.1: no redirects, no cookies, no upgrades. What a server
says besides, or against, the protocol ends the connection, and never becomes an answer.
"""

import asyncio
import select
from collections.abc import Callable
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from multidict import CIMultiDict

_WAITING_BYTES = 256 * 1024  # of a body that nobody has read yet; then the server has to wait
_BARE_BYTES = 64 * 1024  # of heads, trailers and sizes of chunks without a byte of a body
_KEPT_SECONDS = 15.0  # without a question; most servers keep a connection a little longer

Headers = CIMultiDict[str]


class NothingSaid(ConnectionError):
    """It was closed before a byte of the answer: what a server does to one that it kept too long.

    Whether the server has begun with the question, nobody knows.
    """


class NothingSent(NothingSaid):
    """It was closed before a byte of the question went out."""


class Connection(asyncio.Protocol):
    """`on_closed` is told when it is of no use any more.

    `status` is 0 until the head of the answer is here; `headers` can be looked up in any case.
    """

    _transport: asyncio.Transport

    def __init__(
        self, loop: asyncio.AbstractEventLoop, on_closed: Callable[["Connection"], None]
    ) -> None:
        self.status = 0
        self.headers: Headers = CIMultiDict()
        self.is_closed = self.is_complete = False
        self._loop = loop
        self._on_closed = on_closed
        self._parser: HttpResponseParser | None = HttpResponseParser(self)
        self._chunks: list[bytes] = []
        self._waiting = self._bare = self._unsent = 0
        self._is_asked = self._has_heard = self._is_paused = self._is_kept = False
        self._ends_with_connection = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._idle_seconds = self._heard_at = self._ticks_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_reusable(self) -> bool:
        """Whether the answer is over and the server waits for the next question."""
        return self.is_complete and self._is_kept and not self.is_closed and not self._chunks

    def has_news(self) -> bool:
        """Whether the server has hung up, or said something unasked, and the loop does not know yet."""
        if self.is_closed:
            return True
        poll = select.poll()
        poll.register(self._transport.get_extra_info("socket").fileno(), select.POLLIN)
        return bool(poll.poll(0))

    async def ask(self, question: tuple[bytes, ...], idle_seconds: float) -> None:
        """Send `question`, and return as soon as the head of its answer is here."""
        if self.is_closed:
            raise NothingSent("the server hung up at once")
        self.status, self.headers = 0, CIMultiDict()
        self.is_complete = self._has_heard = self._ends_with_connection = False
        self._is_asked, self._bare = True, 0
        self._idle_seconds, self._heard_at = idle_seconds, self._loop.time()
        self._tick_by(self._heard_at + idle_seconds)
        self._transport.writelines(question)
        self._unsent = self._transport.get_write_buffer_size()
        while not self.status:
            await self._news()

    async def readany(self) -> bytes:
        """What has come of the body, as soon as anything has; b"" once it is over."""
        while not self._chunks:
            if self.is_complete:
                return b""
            await self._news()
        chunks, self._chunks, self._waiting = self._chunks, [], 0
        if self._is_paused and not self.is_closed:
            self._is_paused, self._heard_at = False, self._loop.time()
            self._transport.resume_reading()
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def free(self) -> None:
        """The answer is over; who asks next is not told of this one."""
        self._is_asked, self._idle_seconds = False, _KEPT_SECONDS
        self._heard_at = self._loop.time()

    def abort(self) -> None:
        """Hang up at once."""
        self._break(ConnectionError("the connection was closed"))

    async def _news(self) -> None:
        if self._error is not None:
            raise self._error
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _tell(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _break(self, error: Exception) -> None:
        self._close(error)
        self._transport.abort()

    def _close(self, error: Exception) -> None:
        if self.is_closed:
            return
        self.is_closed = True
        if not self.is_complete:
            self._error = error
        if self._timer is not None:
            self._timer.cancel()
        self._parser = self._timer = None
        self._on_closed(self)
        self._tell()

    # Time: one timer, which looks what has happened since and is not set anew with every piece.

    def _tick_by(self, latest: float) -> None:
        if self._timer is not None:
            if self._ticks_at <= latest:
                return
            self._timer.cancel()
        self._ticks_at = min(latest, self._loop.time() + _KEPT_SECONDS)
        self._timer = self._loop.call_at(self._ticks_at, self._tick)

    def _tick(self) -> None:
        now, self._timer = self._loop.time(), None
        unsent = self._transport.get_write_buffer_size()
        if self._is_paused or unsent < self._unsent:  # it is not the server who is slow
            self._heard_at = now
        self._unsent = unsent
        if now >= self._heard_at + self._idle_seconds:
            self._break(TimeoutError("the server fell silent"))
        else:
            self._tick_by(self._heard_at + self._idle_seconds)

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        parser = self._parser
        if parser is None:
            return
        self._heard_at, self._has_heard = self._loop.time(), True
        self._bare += len(data)
        try:
            if not self._is_asked or self.is_complete:
                raise ConnectionError("the server spoke unasked")
            parser.feed_data(data)
            if self._bare > _BARE_BYTES:
                raise ConnectionError("its headers have no end")
        except HttpParserUpgrade:
            self._break(ConnectionError("the server wants another protocol"))
        except HttpParserError as error:
            self._break(ConnectionError(f"the server does not speak HTTP: {error}"))
        except ConnectionError as error:
            self._break(error)
        if self.status:
            self._tell()

    def eof_received(self) -> None:
        """Half an answer is none: the transport closes itself."""

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is None and self.status and self._ends_with_connection:
            self.is_complete, self._is_kept = True, False
        said = exc or ConnectionError("the server hung up in the middle of its answer")
        if not self._has_heard:
            said = NothingSaid("the server hung up before it answered")
        self._close(said)

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self.is_complete:
            raise ConnectionError("a second answer to one question")

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.status:  # else it is a trailer
            self.headers.add(name.decode("latin-1"), value.decode("utf-8", "surrogateescape"))

    def on_headers_complete(self) -> None:
        parser = cast("HttpResponseParser", self._parser)
        status = parser.get_status_code()
        if 100 <= status < 200:
            self.headers.clear()
            return
        self.status, self._is_kept = status, parser.should_keep_alive()
        self._ends_with_connection = (
            "content-length" not in self.headers and "transfer-encoding" not in self.headers
        )

    def on_body(self, body: bytes) -> None:
        self._bare = 0
        self._chunks.append(body)
        self._waiting += len(body)
        if self._waiting > _WAITING_BYTES and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        self.is_complete = self.status != 0
