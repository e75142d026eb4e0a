"""Cross-origin: pages elsewhere that an org lets ask, with a key of their own.

Cookies never count from there: a page that is let in can do what its key may, and nothing in the
name of the person who looks at it.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_HEADERS = (
    "authorization, content-type, idempotency-key, last-event-id, x-api-key, x-goog-api-key, "
    "x-cadre-project, x-cadre-environment, anthropic-version"
)
_EXPOSED = "x-request-id, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset"
_PREFLIGHT_SECONDS = "600"


def is_preflight(scope: Scope) -> bool:
    """Whether a browser asks if it may ask."""
    return (
        scope["type"] == "http"
        and scope["method"] == "OPTIONS"
        and "access-control-request-method" in Headers(scope=scope)
    )


async def answer_preflight(origin: str, scope: Scope, receive: Receive, send: Send) -> None:
    """It may."""
    headers = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": _HEADERS,
        "Access-Control-Max-Age": _PREFLIGHT_SECONDS,
        "Vary": "Origin",
    }
    await Response(status_code=204, headers=headers)(scope, receive, send)


def without_cookies(
    origin: str, scope: Scope, receive: Receive, send: Send
) -> tuple[Scope, Receive, Send]:
    """The request without its cookies, and answers that the page at `origin` may read."""
    kept = [(name, value) for name, value in scope["headers"] if name != b"cookie"]

    async def send_readable(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = _EXPOSED
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            headers.add_vary_header("Origin")
        await send(message)

    return {**scope, "headers": kept}, receive, send_readable
