"""Headers that every answer carries: a request id, and what a browser may do with it."""

import secrets

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cadre.edge.http.paths import is_api

_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
# A year, for the name alone: what else there is below an org's domain is its own business.
_ENCRYPTED_ONLY = "max-age=31536000"
_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class AnswerHeaders:
    """Middleware: put them on; what a route set itself stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        request_id = secrets.token_hex(8)
        from_api = is_api(scope["path"])
        # Only proxies named in CADRE_TRUSTED_PROXIES can have changed this.
        is_encrypted = scope["scheme"] in {"https", "wss"}

        async def send_with_headers(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in _EVERYWHERE.items():
                    headers.setdefault(name, value)
                if is_encrypted:
                    headers.setdefault("Strict-Transport-Security", _ENCRYPTED_ONLY)
                if from_api:
                    headers.setdefault("Content-Security-Policy", _API_POLICY)
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self._app(scope, receive, send_with_headers)
        return None
