"""Errors in Anthropic's shape: the kernel's kinds become a status and a type here only."""

from typing import cast

import orjson

from cadre.engine.models import ModelOutOfCredit, ModelReplyBroken
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


class Unforeseen(CadreError):
    """A fault of ours: the log says more under the request's id."""

    code = "internal"


UNFORESEEN = Unforeseen(
    "This should not have happened. The log of cadre says more under the id in `request-id`."
)


def status_of(error: CadreError) -> int:
    """The HTTP status that says `error`."""
    return _kind(error)[0]


def error_json(error: CadreError, request_id: str) -> bytes:
    """`error` as a body; `details` holds the code that stays the same."""
    said: dict[str, Json] = {
        "type": _kind(error)[1],
        "message": error.detail,
        "details": {"error_code": error.code},
    }
    return orjson.dumps({"type": "error", "error": said, "request_id": request_id})


def error_event(error: CadreError, request_id: str) -> bytes:
    """`error` in the middle of a stream."""
    return b"event: error\ndata: " + error_json(error, request_id) + b"\n\n"


def error_headers(error: CadreError) -> list[Header]:
    """When to ask again, where that is known; and not at all, where waiting does not help."""
    seconds = getattr(error, "retry_after_seconds", None)
    if seconds is not None:
        return [(b"retry-after", b"%d" % max(1, round(seconds)))]
    waits = isinstance(error, Unavailable) or hasattr(error, "retry_after_seconds")
    is_hopeless = isinstance(error, ModelOutOfCredit) or not waits
    return [(b"x-should-retry", b"false")] if is_hopeless else []


def _kind(error: CadreError) -> tuple[int, str]:
    line = cast("tuple[type[CadreError], ...]", type(error).__mro__)
    return next((_KINDS[kind] for kind in line if kind in _KINDS), _UNFORESEEN)
