"""Addresses: which ones lie on the public internet.

The check is made on the address that is about to be connected to, never on a name: a name
may resolve to something else a moment later.
"""

import errno
import ipaddress
import socket
from functools import lru_cache
from typing import Any

from yarl import URL

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class RefusedAddress(OSError):
    """Raised while connecting; the client turns it into `AddressNotAllowed`."""

    def __init__(self) -> None:
        # One message for all addresses of a name, so that the connector reports this one.
        super().__init__(errno.EACCES, "the address is internal")


def is_public(address: str) -> bool:
    """Whether `address` (a literal IP address) is a host on the public internet."""
    try:
        ip = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _embedded_ipv4(ip)
        if inner is not None:
            ip = inner
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _embedded_ipv4(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 host that a mapped, 6to4, Teredo or NAT64 address really leads to."""
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.teredo is not None:
        return ip.teredo[1]
    return ip.ipv4_mapped or ip.sixtofour


def public_socket(address: tuple[Any, ...]) -> socket.socket:
    """Make the socket for one `getaddrinfo` entry, or refuse an internal address."""
    family, kind, protocol, _, target = address
    if not is_public(str(target[0])):
        raise RefusedAddress
    return socket.socket(family=family, type=kind, proto=protocol)


@lru_cache(1024)
def host_and_port(url: URL | str) -> str:
    """`host:port` of a URL, lower case, with the scheme's port filled in."""
    parsed = URL(url) if isinstance(url, str) else url
    host = (parsed.host or "").rstrip(".").lower()
    return f"{host}:{parsed.port}"
