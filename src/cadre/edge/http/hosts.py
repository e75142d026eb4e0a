"""Hosts: which names this server answers to, of which org each is, and which pages may act on it.

A page from elsewhere can make its own name point to 127.0.0.1 (DNS rebinding) and then
speak to us with the browser's blessing; it can't choose what `Host` says.
"""

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from cadre.edge.http.cross_origin import answer_preflight, is_preflight, without_cookies
from cadre.edge.http.paths import is_unsafe
from cadre.edge.http.refusals import refuse
from cadre.kernel.errors import Denied
from cadre.kernel.scope import DEFAULT_ORG
from cadre.trust.orgs import OrgSuspended, Tenant, Tenants, set_tenant

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_HOME = Tenant(DEFAULT_ORG, is_home=True)
HEALTH = "/api/v1/health"
# Nothing else: what is read in two ways (`evil.example\@ours`) would get into the links of letters.
_HOST = re.compile(r"([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?", re.IGNORECASE)


class HostNotServed(Denied):
    """The request came for a name that is not ours."""

    code = "host_not_served"


class OriginNotAllowed(Denied):
    """A page of another origin tried to act."""

    code = "origin_not_allowed"


class Hosts:
    """Middleware: say of which org the host is; refuse foreign hosts, orgs at rest, foreign origins.

    `names` and loopback's are the home org's. Where the app serves `Tenants`, so are others'.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self._app = app
        self._names = _LOOPBACK | {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        host, origin = _host_and_origin(scope)
        tenants, name = _tenants(scope), host_name(host)
        tenant = _HOME if name in self._names else tenants and await tenants.of(name)
        if tenant is None:
            return await _refuse_host(tenants, name, scope, receive, send)
        set_tenant(scope, tenant)
        elsewhere = None if origin is None or _is_same(origin, host) else origin
        try:
            if tenants is not None and not tenant.is_home and scope["path"] != HEALTH:
                await tenants.require_active(tenant.org)
            if elsewhere and tenants is not None and await tenants.lets(tenant.org, elsewhere):
                return await self._answer_elsewhere(elsewhere, scope, receive, send)
            if elsewhere and is_unsafe(scope):
                raise OriginNotAllowed("A page of another origin can't act here.")
        except (OrgSuspended, OriginNotAllowed) as error:
            return await refuse(error, scope, receive, send)
        return await self._app(scope, receive, send)

    async def _answer_elsewhere(
        self, origin: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """A page that was let in: with a key of its own, never with the browser's cookies."""
        if is_preflight(scope):
            return await answer_preflight(origin, scope, receive, send)
        return await self._app(*without_cookies(origin, scope, receive, send))


def _host_and_origin(scope: Scope) -> tuple[str, str | None]:
    """No host where several are named: each reader would take another one for ours."""
    hosts, origin = list[str](), None
    for name, value in scope["headers"]:
        if name == b"host":
            hosts.append(value.decode("latin-1"))
        elif name == b"origin":
            origin = value.decode("latin-1")
    return hosts[0] if len(hosts) == 1 else "", origin


async def _refuse_host(
    tenants: Tenants | None, name: str, scope: Scope, receive: Receive, send: Send
) -> None:
    if tenants is not None and (tenants.domain or tenants.is_home(name)):
        error = HostNotServed("No organisation has this name. Check the address.")
        return await refuse(error, scope, receive, send, status=404)
    error = HostNotServed("This name is not served. Add it to CADRE_HOSTS if it is meant to be.")
    return await refuse(error, scope, receive, send, status=421)


def _tenants(scope: Scope) -> Tenants | None:
    services = getattr(scope["app"].state, "services", None) if "app" in scope else None
    return None if services is None else services.get(Tenants)


@lru_cache(256)
def host_name(host: str) -> str:
    """The name in a `Host` header, without port and brackets, or "" if it is none."""
    if _HOST.fullmatch(host) is None:
        return ""
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
