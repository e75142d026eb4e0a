"""Errors in OpenAI's shape: the kernel's kinds become a status, a type and a code here only."""

import orjson

from cadre.edge.gateway import Dialect, by_kind, retry_headers
from cadre.engine.models import (
    ContextTooLong,
    ModelOutOfCredit,
    ModelReplyBroken,
    UnknownModel,
    UnknownProvider,
)
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
from cadre.trust.keys import bearer

_KINDS: dict[type[CadreError], tuple[int, str]] = {
    BodyTooLarge: (413, "invalid_request_error"),
    ModelReplyBroken: (502, "server_error"),
    Invalid: (400, "invalid_request_error"),
    Unauthenticated: (401, "invalid_request_error"),
    Denied: (403, "permission_error"),
    NotFound: (404, "invalid_request_error"),
    Conflict: (409, "invalid_request_error"),
    LimitReached: (429, "rate_limit_error"),
    Unavailable: (503, "server_error"),
}
_UNFORESEEN = (500, "server_error")
# What clients of OpenAI know by another name.
_CODES: dict[type[CadreError], str] = {
    ContextTooLong: "context_length_exceeded",
    UnknownModel: "model_not_found",
    UnknownProvider: "model_not_found",
    ModelOutOfCredit: "insufficient_quota",
}


def _status(error: CadreError) -> int:
    return by_kind(_KINDS, error, _UNFORESEEN)[0]


def _headers(error: CadreError) -> list[Header]:
    if isinstance(error, Unauthenticated):
        return [(b"www-authenticate", b"Bearer")]
    return retry_headers(error)


def _body(error: CadreError, _: Exchange) -> bytes:
    kind = by_kind(_KINDS, error, _UNFORESEEN)[1]
    code = by_kind(_CODES, error, error.code)
    said = {"message": error.detail, "type": kind, "param": error.field, "code": code}
    return orjson.dumps({"error": said})


def _event(error: CadreError, exchange: Exchange) -> bytes:
    return b"data: " + _body(error, exchange) + b"\n\n"


DIALECT = Dialect(
    name="openai_api",
    id_header=b"x-request-id",
    key=lambda exchange: bearer(exchange.header(b"authorization")),
    status=_status,
    headers=_headers,
    body=_body,
    event=_event,
)
