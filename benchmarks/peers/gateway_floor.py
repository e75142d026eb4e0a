"""The floor: what any gateway on this stack costs at least, `python -m benchmarks.peers.gateway_floor`.

uvicorn, a bare ASGI function, one pooled aiohttp session; bytes go in and out as they come. It reads
nothing, checks no key and counts nothing. Arguments: its port, and the base URL of the upstream.
"""

import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import aiohttp
import uvicorn

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_HEADERS = {"content-type": "application/json", "authorization": "Bearer sk-bench"}


class PassThrough:
    """An ASGI app that hands every request to the upstream."""

    def __init__(self, upstream: str) -> None:
        self._url = f"{upstream}/chat/completions"

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._live(receive, send)
        body = await _body(receive)
        async with self._session.post(self._url, data=body, headers=_HEADERS) as response:
            headers = [(b"content-type", response.headers["content-type"].encode())]
            await send(
                {"type": "http.response.start", "status": response.status, "headers": headers}
            )
            async for piece in response.content.iter_any():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        return await send({"type": "http.response.body", "body": b""})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:
            self._session = session
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message["body"])
        if not message["more_body"]:
            return b"".join(parts)


if __name__ == "__main__":
    app = PassThrough(sys.argv[2])
    port = int(sys.argv[1])
    uvicorn.run(
        app, port=port, loop="uvloop", http="httptools", access_log=False, log_level="error"
    )
