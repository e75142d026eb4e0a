"""What can go wrong on the way out, as kinds that every room knows."""

from cadre.kernel.errors import Denied, Invalid, LimitReached, Unavailable


class BadUrl(Invalid):
    """Not an http or https address."""

    code = "bad_url"
    title = "The address is not valid"


class AddressNotAllowed(Denied):
    """The name leads to a loopback, private, link-local or otherwise internal address."""

    code = "address_not_allowed"
    title = "Internal addresses are not allowed"


class HttpTimedOut(Unavailable):
    """No answer in time."""

    code = "http_timed_out"
    title = "The server did not answer in time"


class HttpUnreachable(Unavailable):
    """No connection, or one that broke."""

    code = "http_unreachable"
    title = "The server can't be reached"


class ResponseTooLarge(LimitReached):
    """The body is longer than the caller accepts."""

    code = "response_too_large"
    title = "The answer is too large"


class TooManyRedirects(LimitReached):
    """The server keeps sending us elsewhere."""

    code = "too_many_redirects"
    title = "Too many redirects"
