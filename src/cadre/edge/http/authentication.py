"""Authentication: find out who asks, before any route runs.

A key or a program's token comes as `Authorization: Bearer ...`. The page's cookie is sent by the
browser on its own, so whatever can change something must also repeat the session's CSRF token.
"""

import hmac

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from cadre.edge.http.cookies import session_cookie
from cadre.edge.http.paths import is_api, is_open, is_unsafe
from cadre.edge.http.refusals import refuse
from cadre.infra.web import set_scope
from cadre.kernel.errors import Denied, Unauthenticated
from cadre.trust.accounts import Callers, Identity


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
        identity = await _identify(HTTPConnection(scope))
        if identity is not None:
            set_scope(scope, identity.scope)
            scope["state"]["identity"] = identity
        elif not is_open(scope):
            error = Unauthenticated(
                "Sign in (`cadre sign-in` prints a link), or send a key as "
                "`Authorization: Bearer ck_...` (`cadre keys create`)."
            )
            headers = {"WWW-Authenticate": "Bearer"}
            return await refuse(error, scope, receive, send, headers=headers)
        if not _is_meant(scope, identity):
            error = CsrfMissing("Send the `csrf` of GET /api/v1/me as the header X-CSRF-Token.")
            return await refuse(error, scope, receive, send)
        return await self._app(scope, receive, send)


async def _identify(connection: HTTPConnection) -> Identity | None:
    callers: Callers = connection.app.state.services[Callers]
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return await callers.by_bearer(token.strip())
    cookie = session_cookie(connection)
    return await callers.by_cookie(cookie) if cookie else None


def _is_meant(scope: Scope, identity: Identity | None) -> bool:
    """Whether a request with the page's cookie was made by the page."""
    if identity is None or identity.csrf is None or is_open(scope) or not is_unsafe(scope):
        return True
    headers = Headers(scope=scope)
    if scope["type"] == "websocket":
        return "origin" in headers  # browsers always send it; `Hosts` has compared it
    said = headers.get("x-csrf-token", "")
    return hmac.compare_digest(said.encode(), identity.csrf.encode())
