"""Errors in OpenAI's shape: the kernel's kinds become a status, a type and a code here only."""

from typing import cast

import orjson

from cadre.engine.models import (
    ContextTooLong,
    ModelOutOfCredit,
    ModelReplyBroken,
    UnknownModel,
    UnknownProvider,
)
from cadre.infra.asgi import BodyTooLarge, Header
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

JSON = b"application/json"

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


class Unforeseen(CadreError):
    """A fault of ours: the log says more under the request's id."""

    code = "internal"


UNFORESEEN = Unforeseen(
    "This should not have happened. The log of cadre says more under the id in `x-request-id`."
)


def status_of(error: CadreError) -> int:
    """The HTTP status that says `error`."""
    return _kind(error)[0]


def error_body(error: CadreError) -> dict[str, Json]:
    """`error` as the object under the key "error"."""
    code = next((_CODES[kind] for kind in _line(error) if kind in _CODES), error.code)
    return {"message": error.detail, "type": _kind(error)[1], "param": error.field, "code": code}


def error_json(error: CadreError) -> bytes:
    return orjson.dumps({"error": error_body(error)})


def error_headers(error: CadreError) -> list[Header]:
    """When to ask again, where that is known; and not at all, where waiting does not help."""
    if isinstance(error, Unauthenticated):
        return [(b"www-authenticate", b"Bearer")]
    seconds = getattr(error, "retry_after_seconds", None)
    if seconds is not None:
        return [(b"retry-after", b"%d" % max(1, round(seconds)))]
    waits = isinstance(error, Unavailable) or hasattr(error, "retry_after_seconds")
    is_hopeless = isinstance(error, ModelOutOfCredit) or not waits
    return [(b"x-should-retry", b"false")] if is_hopeless else []


def _kind(error: CadreError) -> tuple[int, str]:
    return next((_KINDS[kind] for kind in _line(error) if kind in _KINDS), _UNFORESEEN)


def _line(error: CadreError) -> tuple[type[CadreError], ...]:
    return cast("tuple[type[CadreError], ...]", type(error).__mro__)
