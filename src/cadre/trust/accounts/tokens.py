"""Tokens: made, hashed and taken apart here only."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

_KEY_MARK = "ck"


@dataclass(frozen=True, slots=True)
class KeyParts:
    prefix: str
    secret: str


def new_token() -> str:
    """256 random bits, safe in a URL and a cookie."""
    return secrets.token_urlsafe(32)


def new_key() -> KeyParts:
    return KeyParts(secrets.token_hex(5), secrets.token_hex(32))


def join_key(parts: KeyParts) -> str:
    return f"{_KEY_MARK}_{parts.prefix}_{parts.secret}"


def split_key(key: str) -> KeyParts | None:
    """The parts of `ck_<prefix>_<secret>`, or None if it does not look like one."""
    mark, _, rest = key.partition("_")
    prefix, _, secret = rest.partition("_")
    if mark != _KEY_MARK or not prefix or not secret or len(key) > 200:
        return None
    return KeyParts(prefix, secret)


def digest(token: str) -> str:
    """A plain hash is enough: nobody can try 2**256 tokens."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare in a time that does not tell how much agrees."""
    return hmac.compare_digest(one.encode(), other.encode())


def csrf_of(session_token: str) -> str:
    """The token that unsafe requests of this session repeat in a header.

    Derived, not stored: a page of another origin can make a browser send the cookie, but
    can't read it, so it can't say this.
    """
    mac = hmac.digest(session_token.encode(), b"cadre csrf", "sha256")
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")
