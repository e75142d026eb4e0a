"""Authentication: find out who asks, before any route runs.

A key comes as `Authorization: Bearer ck_...`. The page's cookie is sent by the browser on
its own, so whatever can change something must also repeat the session's CSRF token.
"""

import hmac

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from cadre.edge.http.paths import is_api, is_open, is_unsafe
from cadre.edge.http.refusals import refuse
from cadre.infra.database import Database
from cadre.infra.web import set_scope
from cadre.kernel import scope as kernel
from cadre.kernel.errors import Denied, Unauthenticated
from cadre.trust.accounts import SESSION_COOKIE, Accounts, Identity

_NOBODY = kernel.Scope(
    kernel.DEFAULT_ORG,
    kernel.DEFAULT_PROJECT,
    "production",
    kernel.Principal("system", "door", "the door"),
)


class CsrfMissing(Denied):
    """The cookie alone does not prove that the page asked."""

    code = "csrf"


class Authentication:
    """Middleware: put the identity and its scope on the request, or refuse it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or not is_api(scope["path"]):
            return await self._app(scope, receive, send)
        connection = HTTPConnection(scope)
        identity = await _identify(connection)
        if identity is not None:
            set_scope(scope, identity.scope)
            scope["state"]["identity"] = identity
        elif not is_open(scope):
            error = Unauthenticated(
                "Open a sign-in link (`cadre sign-in` prints one), or send a key as "
                "`Authorization: Bearer ck_...` (`cadre keys create`)."
            )
            headers = {"WWW-Authenticate": "Bearer"}
            return await refuse(error, scope, receive, send, headers=headers)
        if not _is_meant(scope, identity):
            error = CsrfMissing("Send the `csrf` of GET /api/v1/me as the header X-CSRF-Token.")
            return await refuse(error, scope, receive, send)
        return await self._app(scope, receive, send)


async def _identify(connection: HTTPConnection) -> Identity | None:
    services = connection.app.state.services
    database: Database = services[Database]
    accounts: Accounts = services[Accounts]
    kind, _, key = connection.headers.get("authorization", "").partition(" ")
    cookie = connection.cookies.get(SESSION_COOKIE)
    if kind.lower() == "bearer":
        async with database.read(_NOBODY) as work:
            identity = await accounts.by_key(work, key.strip())
        if identity is not None and identity.is_stale:
            async with database.begin(identity.scope) as work:
                await accounts.touch_key(work, identity.scope.principal.id)
        return identity
    if not cookie:
        return None
    async with database.read(_NOBODY) as work:
        return await accounts.by_session(work, cookie)


def _is_meant(scope: Scope, identity: Identity | None) -> bool:
    """Whether a request with the page's cookie was made by the page."""
    if identity is None or identity.csrf is None or is_open(scope) or not is_unsafe(scope):
        return True
    headers = Headers(scope=scope)
    if scope["type"] == "websocket":
        return "origin" in headers  # browsers always send it; `Hosts` has compared it
    said = headers.get("x-csrf-token", "")
    return hmac.compare_digest(said.encode(), identity.csrf.encode())
