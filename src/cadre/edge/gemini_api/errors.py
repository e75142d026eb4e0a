"""Errors in Google's shape: the kernel's kinds become a code and a status here only."""

from collections.abc import Iterator
from urllib.parse import parse_qs

import orjson

from cadre.edge.gateway import Dialect, by_kind, retry_headers
from cadre.engine.models import ModelReplyBroken
from cadre.infra.asgi import BodyTooLarge, Exchange, Header
from cadre.kernel.errors import (
    CadreError,
    Conflict,
    Denied,
    Invalid,
    LimitReached,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from cadre.kernel.messages import Json
from cadre.trust.keys import bearer

_KINDS: dict[type[CadreError], tuple[int, str]] = {
    BodyTooLarge: (413, "INVALID_ARGUMENT"),
    ModelReplyBroken: (500, "INTERNAL"),
    Invalid: (400, "INVALID_ARGUMENT"),
    Unauthenticated: (401, "UNAUTHENTICATED"),
    Denied: (403, "PERMISSION_DENIED"),
    NotFound: (404, "NOT_FOUND"),
    Conflict: (409, "ABORTED"),
    LimitReached: (429, "RESOURCE_EXHAUSTED"),
    Unavailable: (503, "UNAVAILABLE"),
}
_UNFORESEEN = (500, "INTERNAL")
_TYPE = "type.googleapis.com/google.rpc"


def is_sse(exchange: Exchange) -> bool:
    """Whether a stream is wanted as events, and not as one list that grows."""
    return _asked(exchange, "alt") == "sse"


def _asked(exchange: Exchange, name: str) -> str:
    return parse_qs(exchange.query.decode("latin-1")).get(name, [""])[-1]


def _key(exchange: Exchange) -> str:
    given = exchange.header(b"x-goog-api-key") or _asked(exchange, "key")
    return given or bearer(exchange.header(b"authorization"))


def _status(error: CadreError) -> int:
    return by_kind(_KINDS, error, _UNFORESEEN)[0]


def _headers(error: CadreError) -> list[Header]:
    return [header for header in retry_headers(error) if header[0] == b"retry-after"]


def _body(error: CadreError, exchange: Exchange) -> bytes:
    code, status = by_kind(_KINDS, error, _UNFORESEEN)
    details = [*_details(error, exchange)]
    said = {"code": code, "message": error.detail, "status": status, "details": details}
    return orjson.dumps({"error": said})


def _details(error: CadreError, exchange: Exchange) -> Iterator[dict[str, Json]]:
    """The code that stays the same, the field at fault, and when to ask again."""
    yield {
        "@type": f"{_TYPE}.ErrorInfo",
        "reason": error.code.upper(),
        "domain": "cadre",
        "metadata": {"requestId": exchange.request_id},
    }
    if error.field is not None:
        fault = {"field": error.field, "description": error.detail}
        yield {"@type": f"{_TYPE}.BadRequest", "fieldViolations": [fault]}
    seconds = getattr(error, "retry_after_seconds", None)
    if seconds is not None:
        yield {"@type": f"{_TYPE}.RetryInfo", "retryDelay": f"{seconds:g}s"}


def _event(error: CadreError, exchange: Exchange) -> bytes:
    said = _body(error, exchange)
    return b"data: %b\r\n\r\n" % said if is_sse(exchange) else b",\r\n%b]" % said


DIALECT = Dialect(
    name="gemini_api",
    id_header=b"x-request-id",
    key=_key,
    status=_status,
    headers=_headers,
    body=_body,
    event=_event,
)
