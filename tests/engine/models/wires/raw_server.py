"""A server that sends the bytes it is told to, and keeps the requests it was sent.

It knows no provider's words: a test says what comes over the wire, down to where the bytes
are split and how the answer ends.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import pytest
from aiohttp import web

End = Literal[
    "end",  # a proper end of the body
    "close",  # hang up in the middle
    "hang",  # say nothing more, keep the connection
]


@dataclass
class Answer:
    """One answer: `chunks` are written one by one with `pause_seconds` before each."""

    chunks: Iterable[bytes] = ()
    status: int = 200
    content_type: str = "text/event-stream"
    headers: dict[str, str] = field(default_factory=dict[str, str])
    end: End = "end"
    pause_seconds: float = 0.0
    times: int = 1


@dataclass
class Seen:
    """A request as it came; `body` is parsed JSON, or None."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    peer: Any


class RawServer:
    """Answers in the order in which answers were given; then with 418."""

    def __init__(self) -> None:
        self.requests: list[Seen] = []
        self.answering = asyncio.Event()
        self.hung_up = asyncio.Event()
        self._answers: list[Answer] = []
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def say(self, *answers: Answer) -> None:
        self._answers += answers

    def say_json(self, body: Any, *, status: int = 200, **headers: str) -> None:
        content = json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.say(Answer([content], status, "application/json", named))

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        content = await request.read()
        assert request.transport is not None
        self.requests.append(
            Seen(
                request.method,
                request.path,
                dict(request.query),
                {name.lower(): value for name, value in request.headers.items()},
                json.loads(content) if content else None,
                request.transport.get_extra_info("peername"),
            )
        )
        answer = self._next()
        try:
            return await self._send(request, answer)
        except (asyncio.CancelledError, ConnectionResetError):
            self.hung_up.set()
            raise

    def _next(self) -> Answer:
        if not self._answers:
            return Answer([b'{"error":{"message":"no answer left"}}'], 418, "application/json")
        answer = self._answers[0]
        if answer.times == 1:
            self._answers.pop(0)
        elif answer.times > 1:
            answer.times -= 1
        return answer

    async def _send(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        headers = {"Content-Type": answer.content_type, **answer.headers}
        response = web.StreamResponse(status=answer.status, headers=headers)
        await response.prepare(request)
        for chunk in answer.chunks:
            if answer.pause_seconds:
                await asyncio.sleep(answer.pause_seconds)
            await response.write(chunk)
            self.answering.set()
        if answer.end == "hang":
            await asyncio.Event().wait()
        if answer.end == "close":
            assert request.transport is not None
            await asyncio.sleep(0.01)
            request.transport.close()
        return response


@pytest.fixture
async def raw() -> AsyncIterator[RawServer]:
    async with RawServer() as running:
        yield running


def events(*said: dict[str, Any], line_end: str = "\n") -> list[bytes]:
    """Server-sent events, one chunk each, named by their `type` if they have one."""
    chunks: list[bytes] = []
    for event in said:
        name = f"event: {event['type']}{line_end}" if "type" in event else ""
        data = json.dumps(event, ensure_ascii=False)
        chunks.append(f"{name}data: {data}{line_end * 2}".encode())
    return chunks


def split(chunks: Iterable[bytes], size: int) -> list[bytes]:
    """The same bytes in pieces of `size`, wherever that cuts them."""
    whole = b"".join(chunks)
    return [whole[start : start + size] for start in range(0, len(whole), size)]
