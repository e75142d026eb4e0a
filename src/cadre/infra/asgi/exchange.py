"""Exchange: one HTTP request and its answer over bare ASGI.

Whoever serves it is cancelled when the client hangs up, and so is all that it waits for; a
client that reads slowly is waited for, and one that has stopped reading is given up.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from cadre.kernel.errors import LimitReached

Header = tuple[bytes, bytes]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

STALLED_SECONDS = 60.0
_WATCH_AFTER_SECONDS = 0.1
_NOSNIFF = (b"x-content-type-options", b"nosniff")


class BodyTooLarge(LimitReached):
    """More than this address takes."""

    code = "too_large"
    title = "The body is too large"


class ClientGone(Exception):  # no error: nobody is there to be told
    """The client hung up before it had said all."""


class Exchange:
    """`started` says whether the head of the answer is out: from then on no status can be told.

    `model` is the name that is asked for, once the body has been read.
    """

    def __init__(
        self,
        scope: MutableMapping[str, Any],
        receive: Receive,
        send: Send,
        *,
        stalled_seconds: float = STALLED_SECONDS,
    ) -> None:
        """A client that takes nothing for `stalled_seconds` has stopped reading."""
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope.get("query_string", b"")
        self.headers: list[Header] = scope["headers"]
        self.request_id = f"req_{secrets.token_hex(12)}"
        self.model = ""
        self.started = self.is_complete = self.is_gone = False
        self._sending_since: float | None = None
        self._serving: asyncio.Task[Any] | None = None
        self._leaving: asyncio.Task[None] | None = None
        self._receive = receive
        self._send = send
        self._stalled_seconds = stalled_seconds

    def header(self, name: bytes) -> str:
        """The value of the header `name`, which is given in small letters, or ""."""
        for key, value in self.headers:
            if key == name:
                return value.decode("latin-1")
        return ""

    async def body(self, limit: int) -> bytes:
        """The whole body, or raise `BodyTooLarge` as soon as it is known to be."""
        announced = self.header(b"content-length")
        if announced.isdecimal() and int(announced) > limit:
            raise _too_large(limit)
        message = await self._receive()
        body: bytes = message.get("body", b"")
        if message["type"] == "http.request" and not message.get("more_body"):
            if len(body) > limit:
                raise _too_large(limit)
            return body
        parts, size = [body], len(body)
        while message.get("more_body"):
            message = await self._receive()
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > limit:
                raise _too_large(limit)
        if message["type"] != "http.request":
            raise ClientGone
        return b"".join(parts)

    async def answer(
        self, status: int, content: bytes, headers: Iterable[Header], media_type: bytes
    ) -> None:
        """Send a whole answer."""
        size = b"%d" % len(content)
        head = [(b"content-type", media_type), (b"content-length", size), *headers]
        await self._start(status, head)
        await self._body(content, more=False)

    async def begin(self, headers: Iterable[Header], media_type: bytes) -> None:
        """Send the head of an answer whose body comes in pieces."""
        await self._start(200, [(b"content-type", media_type), *headers])

    async def send(self, piece: bytes) -> None:
        """Send one piece of the body; returns when the client has room for more."""
        await self._body(piece, more=True)

    async def end(self, piece: bytes = b"") -> None:
        """Send the last piece."""
        await self._body(piece, more=False)

    async def while_connected(self, serving: Awaitable[None]) -> None:
        """Await `serving`, which is cancelled if the client leaves or stops reading.

        Call it once the body is read: from then on the client has nothing more to say.
        """
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        self._serving = task
        # Most answers are here before it pays to watch for a client that leaves.
        self._timer = loop.call_later(_WATCH_AFTER_SECONDS, self._watch)
        try:
            await serving
        except asyncio.CancelledError:
            if task is None or not self.is_gone:
                raise
            task.uncancel()
        finally:
            self._serving = None
            self._timer.cancel()
            if self._leaving is not None:
                self._leaving.cancel()
                await asyncio.wait((self._leaving,))

    def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        self._leaving = loop.create_task(self._until_gone())
        self._timer = loop.call_later(self._stalled_seconds / 2, self._look_at_clock)

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._give_up()

    def _look_at_clock(self) -> None:
        loop = asyncio.get_running_loop()
        if (
            self._sending_since is not None
            and loop.time() - self._sending_since > self._stalled_seconds
        ):
            self._give_up()
        else:
            self._timer = loop.call_later(self._stalled_seconds / 2, self._look_at_clock)

    def _give_up(self) -> None:
        if self._serving is not None and not self.is_complete:
            self.is_gone = True
            self._serving.cancel()

    async def _start(self, status: int, headers: list[Header]) -> None:
        self.started = True
        headers.append(_NOSNIFF)
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def _body(self, piece: bytes, *, more: bool) -> None:
        self._sending_since = asyncio.get_running_loop().time()
        self.is_complete = not more
        await self._send({"type": "http.response.body", "body": piece, "more_body": more})
        self._sending_since = None


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"At most {limit} bytes are taken here: send less at once.")
