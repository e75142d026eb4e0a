"""Errors in Anthropic's shape: the kernel's kinds become a status and a type here only."""

import orjson

from cadre.edge.gateway import Dialect, by_kind, retry_headers
from cadre.engine.models import ModelReplyBroken
from cadre.infra.asgi import BodyTooLarge, Exchange
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
    BodyTooLarge: (413, "request_too_large"),
    ModelReplyBroken: (502, "api_error"),
    Invalid: (400, "invalid_request_error"),
    Unauthenticated: (401, "authentication_error"),
    Denied: (403, "permission_error"),
    NotFound: (404, "not_found_error"),
    Conflict: (409, "invalid_request_error"),
    LimitReached: (429, "rate_limit_error"),
    Unavailable: (529, "overloaded_error"),
}
_UNFORESEEN = (500, "api_error")


def _key(exchange: Exchange) -> str:
    return exchange.header(b"x-api-key") or bearer(exchange.header(b"authorization"))


def _status(error: CadreError) -> int:
    return by_kind(_KINDS, error, _UNFORESEEN)[0]


def _body(error: CadreError, exchange: Exchange) -> bytes:
    """`error` as a body; `details` holds the code that stays the same."""
    said: dict[str, Json] = {
        "type": by_kind(_KINDS, error, _UNFORESEEN)[1],
        "message": error.detail,
        "details": {"error_code": error.code},
    }
    return orjson.dumps({"type": "error", "error": said, "request_id": exchange.request_id})


def _event(error: CadreError, exchange: Exchange) -> bytes:
    return b"event: error\ndata: " + _body(error, exchange) + b"\n\n"


DIALECT = Dialect(
    name="anthropic_api",
    id_header=b"request-id",
    key=_key,
    status=_status,
    headers=retry_headers,
    body=_body,
    event=_event,
)
