"""Load on one gateway: `python -m benchmarks.gateway_load '<task as JSON>'` prints one JSON line.

A task says `url`, `headers`, `model`, `shape`, `connections`, how many `requests` to count and how
many to make before (`warm`), and whether each is its own (`is_distinct`) or all are alike. Every
connection is kept alive and asks again as soon as it has its answer. One answer that is
not 200 or not whole ends everything: a gateway that fails quickly must not look quick.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

import httptools
import uvloop

from benchmarks.gateway_shapes import DONE, SHAPES, Shape
from benchmarks.statistics import milliseconds

PATIENCE_SECONDS = 120.0


@dataclass(slots=True)
class Counting:
    """The requests that are still to be made, and what those made have taken."""

    left: int
    unanswered: int
    done: asyncio.Future[None]
    answered: list[float] = field(default_factory=list[float])
    first_bytes: list[float] = field(default_factory=list[float])

    def fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(why))


class Requests:
    """The bytes of one request after the other."""

    def __init__(self, task: dict[str, Any], shape: Shape) -> None:
        before, after = shape.body(task["model"])
        url = urlsplit(str(task["url"]))
        headers = {
            "host": url.netloc,
            "content-type": "application/json",
            "content-length": str(len(before) + 8 + len(after)),
            **task["headers"],
        }
        lines = [f"POST {url.path} HTTP/1.1", *(f"{name}: {headers[name]}" for name in headers)]
        self._before = "\r\n".join([*lines, "", ""]).encode() + before
        self._after = after
        self._step = 1 if task["is_distinct"] else 0
        # Its own start, so that no later measurement asks what an earlier one has asked.
        self._number = int(time.time() * 1000) * 17 % 90_000_000

    def next(self) -> bytes:
        self._number += self._step
        return b"%b%08d%b" % (self._before, self._number, self._after)


class Connection(asyncio.Protocol):
    """Asks, waits for the whole answer, asks again."""

    def __init__(self, requests: Requests, shape: Shape) -> None:
        self._requests = requests
        self._tail = DONE if shape.is_stream else b"}"
        self._counting: Counting | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpResponseParser(self)

    def ask(self, counting: Counting) -> None:
        """Ask for as long as there is something left to be asked."""
        if counting.left <= 0:
            return
        counting.left -= 1
        self._counting = counting
        self._first = 0.0
        self._last = b""
        self._began = time.perf_counter()
        self._transport.write(self._requests.next())

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            assert self._counting is not None
            self._counting.fail(f"no HTTP: {error!r}")

    def on_body(self, piece: bytes) -> None:
        if not self._first:
            self._first = time.perf_counter()
        # A gateway may cut anywhere, but only a short end has to be looked at.
        self._last = piece if len(piece) >= len(DONE) else self._last[-64:] + piece

    def on_message_complete(self) -> None:
        now, counting = time.perf_counter(), self._counting
        assert counting is not None
        status = self._parser.get_status_code()
        if status != 200 or not self._last.rstrip().endswith(self._tail.rstrip()):
            counting.fail(f"status {status}, {self._last[-300:].decode(errors='replace')}")
            return
        counting.answered.append(now - self._began)
        counting.first_bytes.append(self._first - self._began)
        counting.unanswered -= 1
        if not counting.unanswered:
            counting.done.set_result(None)
        # Not from inside the parser, which has yet to finish this answer.
        asyncio.get_running_loop().call_soon(self.ask, counting)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._counting is not None:
            self._counting.fail(f"the connection was closed: {exc}")

    def close(self) -> None:
        self._counting = None
        self._transport.close()


async def load(task: dict[str, Any]) -> dict[str, Any]:
    shape = next(shape for shape in SHAPES if shape.name == task["shape"])
    url = urlsplit(str(task["url"]))
    host, port = url.hostname or "127.0.0.1", url.port or 80
    loop, requests = asyncio.get_running_loop(), Requests(task, shape)
    connections: list[Connection] = []
    try:
        for _ in range(task["connections"]):
            made = await loop.create_connection(lambda: Connection(requests, shape), host, port)
            connections.append(made[1])
        if task["warm"]:
            await _ask(connections, task["warm"])
        began, used = time.perf_counter(), time.process_time()
        counting = await _ask(connections, task["requests"])
        seconds = time.perf_counter() - began
    finally:
        for connection in connections:
            connection.close()
    return {
        "latency": milliseconds(counting.answered),
        "first_byte": milliseconds(counting.first_bytes),
        "requests_per_second": task["requests"] / seconds,
        "cpu_seconds": time.process_time() - used,
    }


async def _ask(connections: list[Connection], requests: int) -> Counting:
    counting = Counting(requests, requests, asyncio.get_running_loop().create_future())
    for connection in connections:
        connection.ask(counting)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await counting.done
    return counting


if __name__ == "__main__":
    print(json.dumps(uvloop.run(load(json.loads(sys.argv[1])))), flush=True)
