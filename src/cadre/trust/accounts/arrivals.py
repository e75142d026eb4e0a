"""Arrivals: what a request says of itself before anybody knows who makes it."""

from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

from cadre.kernel.scope import DEFAULT_ORG, DEFAULT_PROJECT, Principal, Scope
from cadre.trust.accounts.mfa import Site
from cadre.trust.accounts.types import Device
from cadre.trust.orgs import tenant_of

_DOOR = Principal("system", "door", "the door")


def arriving(asgi_scope: MutableMapping[str, Any]) -> Scope:
    """The scope of whoever is about to come in: the org of the host, and nobody yet."""
    return Scope(tenant_of(asgi_scope) or DEFAULT_ORG, DEFAULT_PROJECT, "production", _DOOR)


def page_of(asgi_scope: MutableMapping[str, Any]) -> str:
    """Where the page is that asks, as `https://name:port`. The host was looked at by the door."""
    return f"{asgi_scope['scheme']}://{_header(asgi_scope, b'host').lower()}"


class Pages:
    """Where letters lead: to the page that asks, or for the home org to the address that is set.

    A command on the same machine asks over loopback, where whoever gets the letter is not.
    """

    def __init__(self, public_url: str = "") -> None:
        self._public_url = public_url.rstrip("/")

    def of(self, asgi_scope: MutableMapping[str, Any]) -> str:
        """The address that links in a letter begin with."""
        is_home = (tenant_of(asgi_scope) or DEFAULT_ORG) == DEFAULT_ORG
        return self._public_url if self._public_url and is_home else page_of(asgi_scope)


def site_of(asgi_scope: MutableMapping[str, Any]) -> Site:
    """What passkeys of this page are bound to."""
    page = page_of(asgi_scope)
    return Site(urlsplit(page).hostname or "", page)


def device_of(asgi_scope: MutableMapping[str, Any], *, is_program: bool = False) -> Device:
    """Where a sign-in comes from."""
    client = asgi_scope.get("client")
    return Device(
        address=client[0] if client else "",
        user_agent=_header(asgi_scope, b"user-agent"),
        is_program=is_program,
    )


def _header(asgi_scope: MutableMapping[str, Any], name: bytes) -> str:
    found = (value for key, value in asgi_scope["headers"] if key == name)
    return next(found, b"").decode("latin-1")
