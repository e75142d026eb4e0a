"""Servers that say bytes, right or wrong, to whoever connects to them."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Talk = Callable[["Line"], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Line:
    """One connection as its server sees it; `number` counts them from 0."""

    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: list[bytes]

    async def question(self) -> bytes:
        """The next question, head and body; raises IncompleteReadError when the client has gone."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        size = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                size = int(line.split(b":")[1])
        whole = head + await self.reader.readexactly(size)
        self.heard.append(whole)
        return whole

    async def say(self, *pieces: bytes) -> None:
        """Send each piece by itself."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0.005)

    async def is_left(self) -> None:
        """Wait until the client hangs up."""
        with suppress(ConnectionError):
            while await self.reader.read(1 << 16):
                pass


@dataclass
class Talker:
    """`heard` are the questions so far, `lines` how many connections were made."""

    port: int = 0
    lines: int = 0
    heard: list[bytes] = field(default_factory=list[bytes])

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"


@asynccontextmanager
async def talking(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Talker]:
    """A server that does `talk` with everybody, and then hangs up."""
    talker = Talker()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(talker.lines, reader, writer, talker.heard)
        talker.lines += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await talk(line)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    talker.port = server.sockets[0].getsockname()[1]
    try:
        yield talker
    finally:
        server.close()


def always(*pieces: bytes) -> Talk:
    """Answer every question on a line with `pieces`."""

    async def talk(line: Line) -> None:
        while await line.question():
            await line.say(*pieces)

    return talk


def once(*pieces: bytes) -> Talk:
    """Answer one question with `pieces`, and hang up."""

    async def talk(line: Line) -> None:
        await line.question()
        await line.say(*pieces)

    return talk
