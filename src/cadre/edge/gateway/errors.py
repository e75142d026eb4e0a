"""Errors that every door can meet, and how one is looked up in a dialect's table."""

from collections.abc import Mapping
from typing import TypeVar, cast

from cadre.engine.models import ModelOutOfCredit
from cadre.infra.asgi import Header
from cadre.kernel.errors import CadreError, Invalid, NotFound, Unavailable

T = TypeVar("T")
JSON = b"application/json"


class NoSuchAddress(NotFound):
    """Nothing is served there."""

    code = "unknown_url"


class WrongMethod(Invalid):
    """Nothing is served there with this method."""

    code = "method_not_supported"


class Unforeseen(CadreError):
    """A fault of ours: the log says more under the request's id."""

    code = "internal"


def by_kind(table: Mapping[type[CadreError], T], error: CadreError, otherwise: T) -> T:
    """What `table` says of the nearest kind of `error`."""
    line = cast("tuple[type[CadreError], ...]", type(error).__mro__)
    return next((table[kind] for kind in line if kind in table), otherwise)


def retry_headers(error: CadreError) -> list[Header]:
    """When to ask again, where that is known; and not at all, where waiting does not help."""
    seconds = getattr(error, "retry_after_seconds", None)
    if seconds is not None:
        return [(b"retry-after", b"%d" % max(1, round(seconds)))]
    waits = isinstance(error, Unavailable) or hasattr(error, "retry_after_seconds")
    is_hopeless = isinstance(error, ModelOutOfCredit) or not waits
    return [(b"x-should-retry", b"false")] if is_hopeless else []
