"""Rates: how often an address, a person, a key and an org may ask, before anything is done.

`AddressRates` stands around authentication, so that guessing keys is counted too; `Rates` inside, where
it is known who asks. Under load, what matters least is put off first.
"""

import ipaddress
from functools import lru_cache
from typing import cast

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cadre.edge.http.paths import is_api, is_open, is_unsafe
from cadre.edge.http.refusals import refuse
from cadre.infra.web import current_scope
from cadre.kernel.errors import Unauthenticated
from cadre.kernel.scope import DEFAULT_ORG
from cadre.trust.limits import Decision, Endpoints, Limits, Load, Overloaded, Priority, SubjectKind
from cadre.trust.orgs import tenant_of

_COUNTED: set[str] = {"user", "key", "service"}
_PRIORITIES: dict[Endpoints, Priority] = {
    "uploads": Priority.LOW,
    "reads": Priority.NORMAL,
    "writes": Priority.HIGH,
    "sign_in": Priority.ALWAYS,
}


class AddressRates:
    """Middleware: refuse an address that asks too often, and what can't be served soon."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or not is_api(scope["path"]) or _is_health(scope):
            return await self._app(scope, receive, send)
        services, endpoints = scope["app"].state.services, endpoints_of(scope)
        load: Load = services[Load]
        if wait := load.puts_off(_PRIORITIES[endpoints]):
            error = Overloaded(
                "The server has more to do than it can do soon. Try again in a moment.", wait
            )
            headers = {"Retry-After": str(round(wait))}
            return await refuse(error, scope, receive, send, headers=headers)
        limits: Limits = services[Limits]
        org = tenant_of(scope) or DEFAULT_ORG
        decision = await limits.check(endpoints, org, {"address": address_of(scope)})
        return await _go_on(self._app, decision, scope, receive, send)


class Rates:
    """Middleware, inside of authentication: refuse whoever asks too often."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or not is_api(scope["path"]):
            return await self._app(scope, receive, send)
        try:
            who = await current_scope(HTTPConnection(scope))
        except Unauthenticated:
            return await self._app(scope, receive, send)
        limits: Limits = scope["app"].state.services[Limits]
        kind = who.principal.kind
        subjects: dict[SubjectKind, str] = {"org": who.org}
        if kind in _COUNTED:
            subjects[cast("SubjectKind", kind)] = who.principal.id
        decision = await limits.check(endpoints_of(scope), who.org, subjects)
        return await _go_on(self._app, decision, scope, receive, send)


def endpoints_of(scope: Scope) -> Endpoints:
    """What kind of request it is."""
    if not is_unsafe(scope) or scope["type"] == "websocket":
        return "reads"
    if is_open(scope):
        return "sign_in"
    is_form = Headers(scope=scope).get("content-type", "").startswith("multipart/")
    return "uploads" if is_form or scope["path"].endswith("/files") else "writes"


def address_of(scope: Scope) -> str:
    """Who is counted as one: an IPv4 address, or the network that one customer has of IPv6."""
    client = scope.get("client")
    return _network(client[0]) if client else ""


async def _go_on(
    app: ASGIApp, decision: Decision, scope: Scope, receive: Receive, send: Send
) -> None:
    headers = decision.headers()
    if not decision.allowed:
        said = {name.decode(): value.decode() for name, value in headers}
        return await refuse(decision.error(), scope, receive, send, headers=said)
    if not headers:
        return await app(scope, receive, send)

    async def send_with_rates(message: Message) -> None:
        # The innermost ones are those of whoever asks: they stay.
        if message["type"].endswith("http.response.start"):
            given = message.setdefault("headers", [])
            if not any(name == b"ratelimit-limit" for name, _ in given):
                message["headers"] = [*given, *headers]
        await send(message)

    return await app(scope, receive, send_with_rates)


def _is_health(scope: Scope) -> bool:
    return scope["type"] == "http" and is_open(scope) and not is_unsafe(scope)


@lru_cache(4096)
def _network(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(ipaddress.ip_network((address, 64), strict=False))
