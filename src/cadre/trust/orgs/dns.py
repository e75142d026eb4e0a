"""DNS: TXT records, asked from the name servers that this machine uses.

One question over UDP, and over TCP if the answer does not fit (RFC 1035, 7766).
"""

import asyncio
import contextlib
import secrets
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from cadre.kernel.errors import Invalid, Unavailable

_TXT, _IN, _PORT = 16, 1, 53
_NO_SUCH_NAME = 3
_TRIES = 2
_WAIT_SECONDS = 3.0
_MOST_BYTES = 65_535
Server = tuple[str, int]


class DnsSilent(Unavailable):
    """No name server gave an answer."""

    code = "dns_silent"


class DnsResolver:
    """Asks `servers` in their order; without any, those of /etc/resolv.conf."""

    def __init__(self, servers: Sequence[Server] = ()) -> None:
        self._servers = servers

    async def texts(self, name: str) -> list[str]:
        """The TXT records of `name`, or raise `DnsSilent`."""
        question = _question(name)
        servers = self._servers or await asyncio.to_thread(_configured)
        for server in [*servers] * _TRIES:
            number = secrets.randbits(16)
            try:
                async with asyncio.timeout(_WAIT_SECONDS):
                    answer = await _ask(server, number, question)
                return list(_texts(answer))
            except (OSError, ValueError, struct.error, IndexError, EOFError):
                continue  # TimeoutError is an OSError too
        raise DnsSilent("No name server answered. Try again in a while.")


async def _ask(server: Server, number: int, question: bytes) -> bytes:
    query = struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + question
    answer = await _by_udp(server, query)
    if answer[2] & 0x02:
        answer = await _by_tcp(server, query)
    if answer[:2] != query[:2] or answer[12 : 12 + len(question)].lower() != question.lower():
        raise ValueError("an answer to something else")
    if (code := answer[3] & 0x0F) not in {0, _NO_SUCH_NAME}:
        raise ValueError(f"refused with {code}")
    return answer


class _Answers(asyncio.DatagramProtocol):
    """Takes the first datagram that carries the number of the question."""

    def __init__(self, number: bytes) -> None:
        self._number = number
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        del addr  # connected: it is the server's
        if len(data) >= 12 and data[:2] == self._number and not self.answer.done():
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(exc)


async def _by_udp(server: Server, query: bytes) -> bytes:
    loop = asyncio.get_running_loop()
    # Connected, so that the kernel drops what comes from another address.
    transport, answers = await loop.create_datagram_endpoint(
        lambda: _Answers(query[:2]), remote_addr=server
    )
    try:
        transport.sendto(query)
        return await answers.answer
    finally:
        transport.close()


async def _by_tcp(server: Server, query: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(*server)
    try:
        writer.write(struct.pack(">H", len(query)) + query)
        (size,) = struct.unpack(">H", await reader.readexactly(2))
        return await reader.readexactly(min(size, _MOST_BYTES))
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def _question(name: str) -> bytes:
    labels = name.rstrip(".").encode("ascii", "strict").split(b".")
    if any(not 0 < len(label) < 64 for label in labels) or len(name) > 253:
        raise Invalid("This is no name of the DNS.", field="domain")
    encoded = b"".join(bytes([len(label)]) + label for label in labels)
    return encoded + b"\0" + struct.pack(">HH", _TXT, _IN)


def _texts(answer: bytes) -> Iterator[str]:
    questions, answers = struct.unpack(">HH", answer[4:8])
    at = 12
    for _ in range(questions):
        at = _skip_name(answer, at) + 4
    for _ in range(answers):
        at = _skip_name(answer, at)
        kind, _, _, size = struct.unpack(">HHIH", answer[at : at + 10])
        at += 10
        if kind == _TXT:
            yield _strings(answer[at : at + size])
        at += size


def _strings(data: bytes) -> str:
    """The pieces of one record, put together."""
    parts, at = list[bytes](), 0
    while at < len(data):
        size = data[at]
        parts.append(data[at + 1 : at + 1 + size])
        at += 1 + size
    return b"".join(parts).decode("utf-8", "replace")


def _skip_name(answer: bytes, at: int) -> int:
    while size := answer[at]:
        if size & 0xC0:
            return at + 2
        at += 1 + size
    return at + 1


def _configured() -> list[Server]:
    try:
        lines = Path("/etc/resolv.conf").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    found = [line.split()[1] for line in lines if line.startswith("nameserver ")]
    return [(address, _PORT) for address in found] or [("127.0.0.1", _PORT)]
