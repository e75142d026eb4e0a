"""An SSE answer: one task feeds a bounded queue, one sends, one listens for the client leaving."""

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from cadre.edge.live.feeds import Feed
from cadre.edge.live.items import Item, sse
from cadre.edge.live.streams import Streams
from cadre.infra.telemetry import get_logger

_QUEUE_ITEMS = 256
_CHUNK_BYTES = 64 * 1024
_HEARTBEAT_SECONDS = 15.0
_STALLED_SECONDS = 60.0
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


class EventStream(Response):
    """Sends what `feed` gives until it ends, the client leaves, or the server closes."""

    media_type = "text/event-stream"

    def __init__(self, feed: Feed, streams: Streams) -> None:
        super().__init__()
        self._feed = feed
        self._streams = streams
        self._queue: asyncio.Queue[Item | None] = asyncio.Queue(_QUEUE_ITEMS)
        self._log = get_logger("edge.live")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        async with self._streams.opened() as ending:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            filling = asyncio.create_task(self._fill())
            sending = asyncio.create_task(self._drain(send))
            leaving = asyncio.create_task(_until_gone(receive))
            closing = asyncio.create_task(ending.wait())
            try:
                await asyncio.wait((sending, leaving, closing), return_when=asyncio.FIRST_COMPLETED)
            finally:
                is_gone = leaving.done()
                for task in (filling, sending, leaving, closing):
                    task.cancel()
                _, sent, _, _ = await asyncio.gather(
                    filling, sending, leaving, closing, return_exceptions=True
                )
            # Whoever stalled or left is cut off; the others are told that this is all.
            if not is_gone and not isinstance(sent, OSError | TimeoutError):
                await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _fill(self) -> None:
        try:
            await self._feed(self._queue.put)
        except Exception:
            self._log.exception("stream failed")
        await self._queue.put(None)

    async def _drain(self, send: Send) -> None:
        await self._send(send, b"retry: 1000\n\n")
        while True:
            try:
                async with asyncio.timeout(_HEARTBEAT_SECONDS):
                    item = await self._queue.get()
            except TimeoutError:
                await self._send(send, b": still here\n\n")
                continue
            chunk, is_last = self._gather(item)
            if chunk:
                await self._send(send, chunk)
            if is_last:
                return

    def _gather(self, first: Item | None) -> tuple[bytes, bool]:
        """`first` and what is ready behind it, as one chunk; and whether that is all."""
        parts: list[bytes] = []
        size, item = 0, first
        while item is not None:
            parts.append(sse(item))
            size += len(parts[-1])
            if size >= _CHUNK_BYTES or self._queue.empty():
                return b"".join(parts), False
            item = self._queue.get_nowait()
        return b"".join(parts), True

    async def _send(self, send: Send, chunk: bytes) -> None:
        # `send` returns when the client has room; one that stays full has gone in all but name.
        message = {"type": "http.response.body", "body": chunk, "more_body": True}
        async with asyncio.timeout(_STALLED_SECONDS):
            await send(message)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
