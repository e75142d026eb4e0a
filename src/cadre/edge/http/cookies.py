"""Cookies: what a page is signed in with. Scripts never see them, other sites never send them.

Over https the session's is `__Host-`: no neighbour below the same domain can plant one. The refresh
token and the ticket of a half sign-in travel to the one address that takes each.
"""

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from cadre.trust.accounts import MFA_COOKIE, REFRESH_COOKIE, SESSION_COOKIE, HalfWay, NewSession

SSO_COOKIE = "cadre_sso"
_PATHS = {
    SESSION_COOKIE: "/",
    REFRESH_COOKIE: "/api/v1/session/refresh",
    MFA_COOKIE: "/api/v1/session/mfa",
    SSO_COOKIE: "/api/v1/session/sso",
}
_MOST_SECONDS = 400 * 24 * 3600  # more is cut off by browsers


def session_cookie(connection: HTTPConnection) -> str | None:
    """The access token of the page; one that was set over plain http before counts on."""
    cookies = connection.cookies
    return cookies.get(f"__Host-{SESSION_COOKIE}") or cookies.get(SESSION_COOKIE)


def refresh_cookie(request: Request) -> str | None:
    return request.cookies.get(_name(request, REFRESH_COOKIE))


def ticket_cookie(request: Request) -> str | None:
    return request.cookies.get(_name(request, MFA_COOKIE))


def sso_cookie(request: Request) -> str | None:
    return request.cookies.get(_name(request, SSO_COOKIE))


def keep_sso(request: Request, response: Response, browser: str, seconds: float) -> None:
    """Remember the sign-in that goes to a provider: it can only come back to this browser."""
    _set(request, response, SSO_COOKIE, browser, seconds)


def drop_sso(request: Request, response: Response) -> None:
    _drop(request, response, SSO_COOKIE)


def keep_session(request: Request, response: Response, session: NewSession, now: float) -> None:
    """Sign the page in; whatever it had before is replaced."""
    _set(request, response, SESSION_COOKIE, session.token, session.expires_at - now)
    seconds = session.refresh_expires_at - now
    _set(request, response, REFRESH_COOKIE, session.refresh, seconds)
    _drop(request, response, MFA_COOKIE)


def keep_ticket(request: Request, response: Response, half: HalfWay, now: float) -> None:
    """Remember the first half of a sign-in; a session that the page still had is left behind."""
    _set(request, response, MFA_COOKIE, half.token, half.expires_at - now)
    _drop(request, response, SESSION_COOKIE)
    _drop(request, response, REFRESH_COOKIE)


def drop_session(request: Request, response: Response) -> None:
    """Forget everything."""
    for name in _PATHS:
        _drop(request, response, name)
    if SESSION_COOKIE in request.cookies:  # set before the server spoke https
        response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")


def _set(request: Request, response: Response, name: str, value: str, seconds: float) -> None:
    response.set_cookie(
        _name(request, name),
        value,
        max_age=min(round(seconds), _MOST_SECONDS),
        path=_PATHS[name],
        httponly=True,
        samesite="lax",
        secure=_is_encrypted(request),
    )


def _drop(request: Request, response: Response, name: str) -> None:
    response.delete_cookie(
        _name(request, name),
        path=_PATHS[name],
        httponly=True,
        samesite="lax",
        secure=_is_encrypted(request),
    )


def _name(request: Request, name: str) -> str:
    """A prefix that browsers hold the cookie to: `__Host-` for the whole host, else `__Secure-`."""
    if not _is_encrypted(request):
        return name
    return f"__Host-{name}" if name == SESSION_COOKIE else f"__Secure-{name}"


def _is_encrypted(request: Request) -> bool:
    return request.url.scheme == "https"
