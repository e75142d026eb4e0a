"""A provider that answers at once, far quicker than any gateway: `python -m benchmarks.gateway_upstream`.

It prints its base URL and serves until it is told to stop. Each event of a stream is written
in a turn of its own, as a model does, so that a gateway can't take a whole answer for one piece. A GET tells how many it has answered.
"""

import asyncio
from collections.abc import Iterator
from typing import cast

import httptools
import orjson
import uvloop

from benchmarks.gateway_shapes import MODEL, text_pieces, tool_pieces, whole_answer


def _whole(content: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % len(content) + content


def _streamed(events: list[bytes]) -> list[bytes]:
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    chunks = [b"%x\r\n%b\r\n" % (len(event), event) for event in events]
    return [head + chunks[0], *chunks[1:-1], chunks[-1] + b"0\r\n\r\n"]


_WHOLE = [_whole(whole_answer())]
_TEXT = _streamed(text_pieces())
_TOOL = _streamed(tool_pieces())


class Served:
    """How many completions there were."""

    count = 0


class Connection(asyncio.Protocol):
    """One connection of a gateway."""

    def __init__(self, served: Served) -> None:
        self._served = served

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpRequestParser(self)
        self._body: list[bytes] = []

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, piece: bytes) -> None:
        self._body.append(piece)

    def on_message_complete(self) -> None:
        body = b"".join(self._body)
        self._body.clear()
        if body:
            self._served.count += 1
            self._write(iter(_answer(body)))
        else:
            self._write(iter([_models(self._served.count)]))

    def _write(self, pieces: Iterator[bytes]) -> None:
        piece = next(pieces, None)
        if piece is None or self._transport.is_closing():
            return
        self._transport.write(piece)
        asyncio.get_running_loop().call_soon(self._write, pieces)


def _answer(body: bytes) -> list[bytes]:
    if b'"stream":true' not in body and b'"stream": true' not in body:
        return _WHOLE
    return _TOOL if b'"tools"' in body else _TEXT


def _models(served: int) -> bytes:
    models = [{"id": MODEL, "object": "model"}]
    return _whole(orjson.dumps({"object": "list", "data": models, "served": served}))


async def main() -> None:
    served, loop = Served(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(served), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
