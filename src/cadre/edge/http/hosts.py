"""Hosts: which names this server answers to, and which pages may act on it.

A page from elsewhere can make its own name point to 127.0.0.1 (DNS rebinding) and then
speak to us with the browser's blessing; it can't choose what `Host` says.
"""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from cadre.edge.http.paths import is_unsafe
from cadre.edge.http.refusals import refuse
from cadre.kernel.errors import Denied

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class HostNotServed(Denied):
    """The request came for a name that is not ours."""

    code = "host_not_served"


class OriginNotAllowed(Denied):
    """A page of another origin tried to act."""

    code = "origin_not_allowed"


class Hosts:
    """Middleware: refuse other names than loopback's and `names`, and foreign origins."""

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self._app = app
        self._names = _LOOPBACK | {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        host, origin = "", None
        for name, value in scope["headers"]:
            if name == b"host":
                host = value.decode("latin-1")
            elif name == b"origin":
                origin = value.decode("latin-1")
        if host_name(host) not in self._names:
            error = HostNotServed(
                "This name is not served. Add it to CADRE_HOSTS if it is meant to be."
            )
            return await refuse(error, scope, receive, send, status=421)
        if origin is not None and is_unsafe(scope) and not _is_same(origin, host):
            error = OriginNotAllowed("A page of another origin can't act here.")
            return await refuse(error, scope, receive, send)
        return await self._app(scope, receive, send)


@lru_cache(256)
def host_name(host: str) -> str:
    """The name in a `Host` header, without port and brackets, or "" if it is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens on `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_same(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False
