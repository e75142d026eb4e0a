"""Requests that no decent client sends, byte for byte."""

import asyncio
from dataclasses import dataclass

from tests.doors.server import Server

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """Headers as they were sent; `status` 0 if the server hung up without a word."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name.lower()]


async def send_raw(server: Server, *lines: str, body: bytes = b"") -> RawAnswer:
    """Send the lines of a head, and a body whose length is not said by itself."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        head = "\r\n".join([*lines, "Connection: close", "", ""])
        writer.write(head.encode("latin-1") + body)
        await writer.drain()
        async with asyncio.timeout(_SECONDS):
            return _read(await reader.read())
    except ConnectionResetError:
        return RawAnswer(0, [], b"")
    finally:
        writer.close()


def _read(content: bytes) -> RawAnswer:
    if not content:
        return RawAnswer(0, [], b"")
    head, _, body = content.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    parts = (line.partition(":") for line in rest)
    headers = [(name.strip().lower(), value.strip()) for name, _, value in parts]
    return RawAnswer(int(first.split(" ")[1]), headers, body)
