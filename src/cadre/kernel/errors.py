"""Errors: seven kinds that every door knows how to say, and a stable code for each case.

A room subclasses a kind and sets `code`. The message is a sentence for a person and says
what to do. A door maps the kind to its wire (HTTP status, exit code, tool error) once.
"""

from typing import ClassVar


class CadreError(Exception):
    """Something that a person or a program outside can act on."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        """`detail` is one or two sentences; `field` names the input that is at fault."""
        super().__init__(detail)
        self.detail = detail
        self.field = field


class Invalid(CadreError):
    """The input can't be understood; sending it again changes nothing."""

    code = "invalid"
    title = "The input is not valid"


class Unauthenticated(CadreError):
    """Nobody is signed in."""

    code = "unauthenticated"
    title = "Sign in first"


class Denied(CadreError):
    """The principal may not do this."""

    code = "denied"
    title = "Not permitted"


class NotFound(CadreError):
    """It does not exist, or not for this org: the two look the same from outside."""

    code = "not_found"
    title = "Not found"


class Conflict(CadreError):
    """It clashes with the present state; look again and decide."""

    code = "conflict"
    title = "In conflict with the present state"


class LimitReached(CadreError):
    """A limit of size, number, rate or money."""

    code = "limit_reached"
    title = "A limit is reached"


class Unavailable(CadreError):
    """Something that cadre depends on does not answer; it may later."""

    code = "unavailable"
    title = "Not available right now"
