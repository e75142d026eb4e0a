"""Tokens: made, hashed and taken apart here only."""

import base64
import hashlib
import hmac
import secrets

_ACCESS_MARK = "ca"


def new_token() -> str:
    """256 random bits, safe in a URL and a cookie."""
    return secrets.token_urlsafe(32)


def new_access_token() -> str:
    """A token of a session; its mark tells it from a key of the API."""
    return f"{_ACCESS_MARK}_{new_token()}"


def new_refresh_token() -> str:
    return f"cr_{new_token()}"


def is_access_token(token: str) -> bool:
    return token.startswith(f"{_ACCESS_MARK}_")


def digest(token: str) -> str:
    """A plain hash is enough: nobody can try 2**256 tokens."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_of(session_token: str) -> str:
    """The token that unsafe requests of a session without one of its own repeat in a header.

    A page of another origin can make a browser send the cookie, but can't read it, so it can't
    say this.
    """
    mac = hmac.digest(session_token.encode(), b"cadre csrf", "sha256")
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")
