"""The only way out of a sandbox with network: an HTTP proxy that knows who may be reached.

It runs outside and listens on a unix socket that is bound into the namespace; inside, a small
forwarder (`inside/forward.py`) gives programs a proxy on loopback. Names are resolved out
here and the address that is connected to is the one that was checked.
"""

import asyncio
import contextlib
import ipaddress
import shutil
import socket
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from cadre.infra.http_client import is_public
from cadre.kernel.errors import Invalid

_HEAD_BYTES = 1 << 16
_CHUNK_BYTES = 1 << 16
_CONNECT_SECONDS = 10
_HEAD_SECONDS = 30
_DEFAULT_PORTS = (80, 443)
_NOT_FORWARDED = (b"proxy-", b"connection:", b"keep-alive:", b"host:")


class BadAllowList(Invalid):
    """An entry of the allow list is not `host`, `host:port`, `*.domain` or an address."""

    code = "bad_allow_list"


@dataclass(frozen=True, slots=True)
class _Entry:
    host: str
    port: int | None
    network: ipaddress.IPv4Network | ipaddress.IPv6Network | None

    @classmethod
    def parse(cls, text: str) -> "_Entry":
        try:
            return cls(text, None, ipaddress.ip_network(text))
        except ValueError:
            pass
        try:
            parts = urlsplit(f"//{text}")
            host, port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError as error:
            raise BadAllowList(f"{text!r} is not a host that can be allowed.") from error
        if not host or parts.path or parts.query or parts.username:
            raise BadAllowList(f"{text!r} is not a host that can be allowed.")
        try:
            return cls(host, port, ipaddress.ip_network(host))
        except ValueError:
            return cls(host, port, None)

    def covers(self, host: str, port: int) -> bool:
        if port != self.port and (self.port is not None or port not in _DEFAULT_PORTS):
            return False
        if self.host.startswith("*."):
            return host.endswith(self.host[1:])
        return host == self.host or self.covers_address(host)

    def covers_address(self, address: str) -> bool:
        if self.network is None:
            return self.host == "localhost" and address in ("127.0.0.1", "::1")
        try:
            return ipaddress.ip_address(address) in self.network
        except ValueError:
            return False


class AllowList:
    """Hosts by name or address. An internal address must itself be listed, not only a name."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._entries = [_Entry.parse(entry.strip().lower()) for entry in entries]

    def permits(self, host: str, port: int) -> bool:
        """Whether a request for `host:port` may be tried."""
        name = host.rstrip(".").lower()
        return any(entry.covers(name, port) for entry in self._entries)

    def permits_address(self, address: str) -> bool:
        """Whether the address that a permitted name resolved to may be connected to."""
        return is_public(address) or any(e.covers_address(address) for e in self._entries)


class Egress:
    """A proxy for one command; use it as an async context."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = AllowList(allowed)
        self._folder = ""
        self._server: asyncio.Server | None = None
        self._connections = set[asyncio.Task[None]]()

    @property
    def path(self) -> Path:
        """The unix socket it listens on."""
        return Path(self._folder) / "egress.sock"

    async def __aenter__(self) -> Self:
        self._folder = tempfile.mkdtemp(prefix="cadre-egress-")
        self._server = await asyncio.start_unix_server(self._serve, self.path, limit=_HEAD_BYTES)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass  # the other side is gone or speaks no HTTP
        except asyncio.CancelledError:
            pass  # the command has ended
        finally:
            self._connections.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_HEAD_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        try:
            request = _Request.parse(head)
        except ValueError:
            await _refuse(writer, 400, "this is not a request for a proxy")
            return
        name = f"{request.host}:{request.port}"
        if not self._allowed.permits(request.host, request.port):
            await _refuse(writer, 403, f"{name} is not on the allow list of this command")
            return
        address = await self._resolve(request.host, request.port)
        if address is None:
            await _refuse(writer, 403, f"{name} can't be resolved, or only to internal addresses")
            return
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                far_reader, far_writer = await asyncio.open_connection(address, request.port)
        except (OSError, TimeoutError):
            await _refuse(writer, 502, f"{name} can't be reached")
            return
        if request.is_tunnel:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            far_writer.write(request.forwarded)
        try:
            await _join(reader, writer, far_reader, far_writer)
        finally:
            far_writer.close()

    async def _resolve(self, host: str, port: int) -> str | None:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            return None
        addresses = [str(entry[4][0]) for entry in found]
        return next((a for a in addresses if self._allowed.permits_address(a)), None)


@dataclass(frozen=True, slots=True)
class _Request:
    host: str
    port: int
    is_tunnel: bool
    forwarded: bytes

    @classmethod
    def parse(cls, head: bytes) -> "_Request":
        """Read a proxy request's head, or raise ValueError."""
        first, _, rest = head.partition(b"\r\n")
        method, target, _ = first.decode("ascii").split(" ", 2)
        if method == "CONNECT":
            parts = urlsplit(f"//{target}")
            if not parts.hostname or not parts.port:
                raise ValueError(target)
            return cls(parts.hostname, parts.port, True, b"")
        parts = urlsplit(target)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(target)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        authority = parts.netloc.rpartition("@")[2]
        lines = [
            f"{method} {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close".encode("ascii"),
            *(x for x in rest.split(b"\r\n") if x and not x.lower().startswith(_NOT_FORWARDED)),
        ]
        return cls(parts.hostname, parts.port or 80, False, b"\r\n".join(lines) + b"\r\n\r\n")


async def _refuse(writer: asyncio.StreamWriter, status: int, why: str) -> None:
    body = f"cadre's sandbox: {why}.\n".encode()
    head = f"HTTP/1.1 {status} Refused\r\nContent-Type: text/plain; charset=utf-8\r\n"
    head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()


async def _join(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    far_reader: asyncio.StreamReader,
    far_writer: asyncio.StreamWriter,
) -> None:
    """Carry bytes both ways until both sides have finished, or the far one has."""
    async with asyncio.TaskGroup() as tasks:
        upload = tasks.create_task(_carry(reader, far_writer))
        await _carry(far_reader, writer)
        upload.cancel()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(_CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
