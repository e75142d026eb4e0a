"""A hop: one request to one server, and where its redirect leads to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from yarl import URL

from cadre.infra.http_client.errors import BadUrl
from cadre.infra.http_client.failures import shown
from cadre.infra.http_client.pool import Server

_PRIVATE_HEADERS = {"authorization", "cookie", "proxy-authorization", "x-api-key", "api-key"}
_OUR_HEADERS = {
    *("host", "user-agent", "accept", "accept-encoding", "content-length"),
    *("connection", "transfer-encoding", "expect", "te", "trailer", "upgrade"),
}
_IDEMPOTENT = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"}
_IDEMPOTENCY_KEYS = {"idempotency-key", "x-idempotency-key"}
_BREAKS = re.compile("[\\r\\n\\0]")


@dataclass(slots=True)
class Hop:
    """`headers` and `body` as they are sent to `url`."""

    method: str
    url: URL
    headers: Mapping[str, str]
    body: bytes | None

    def redirected(self, status: int, location: str) -> "Hop":
        """The next request; secrets stay with the origin that they were meant for."""
        try:
            url = parsed(str(self.url.join(URL(location))))
        except ValueError as error:
            raise BadUrl(f"{shown(self.url)} redirects to an address that is not one.") from error
        headers = self.headers
        if url.origin() != self.url.origin():
            headers = {k: v for k, v in headers.items() if k.lower() not in _PRIVATE_HEADERS}
        becomes_get = status == 303 or (status in {301, 302} and self.method == "POST")
        if becomes_get and self.method not in {"GET", "HEAD"}:
            return Hop("GET", url, headers, None)
        return Hop(self.method, url, headers, self.body)

    @property
    def is_plain(self) -> bool:
        """Whether a `Connection` can ask it: nothing is wanted of HTTP but an answer with a body."""
        if self.method == "HEAD" or self.url.raw_user is not None:
            return False
        return not any(name.lower() in _OUR_HEADERS for name in self.headers)

    @property
    def is_repeatable(self) -> bool:
        """Whether to ask twice does no more than to ask once (RFC 9110), or the server takes care of it."""
        if self.method in _IDEMPOTENT:
            return True
        return any(name.lower() in _IDEMPOTENCY_KEYS for name in self.headers)

    def question(self, user_agent: str) -> tuple[bytes, ...]:
        """What is sent over a `Connection`; raises ValueError if a header has more than a line."""
        lines = [f"{name}: {value}\r\n" for name, value in self.headers.items()]
        if any(_BREAKS.search(line, 0, len(line) - 2) for line in lines):
            raise ValueError("a header may not have more than one line")
        if self.body is not None:
            lines.append(f"Content-Length: {len(self.body)}\r\n")
        lines.append("\r\n")
        head = _first_lines(self.method, self.url, user_agent) + "".join(lines).encode()
        return (head, self.body) if self.body else (head,)


@lru_cache(1024)
def server_of(url: URL) -> Server:
    return Server(url.raw_host or "", url.port or 0, url.scheme == "https")


@lru_cache(1024)
def _first_lines(method: str, url: URL, user_agent: str) -> bytes:
    """Compressed answers are not asked for: pieces of a stream would wait for each other."""
    return (
        f"{method} {url.raw_path_qs} HTTP/1.1\r\nHost: {url.host_port_subcomponent}\r\n"
        f"User-Agent: {user_agent}\r\nAccept: */*\r\nAccept-Encoding: identity\r\n"
    ).encode()


@lru_cache(1024)
def parsed(url: str) -> URL:
    """`url`, which has to be one of http or https."""
    try:
        found = URL(url)
        is_good = found.scheme in {"http", "https"} and bool(found.host) and found.port != 0
    except ValueError as error:
        raise BadUrl(f"{url[:200]!r} is not an address: {error}.") from error
    if not is_good:
        raise BadUrl(f"{url[:200]!r} is not an http:// or https:// address.")
    return found
