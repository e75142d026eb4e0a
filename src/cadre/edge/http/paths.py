"""Which addresses belong to the API, and which of them are open."""

from collections.abc import MutableMapping
from typing import Any

API = "/api/"
DESCRIPTION = "/openapi.json"

_OPEN = {
    ("GET", "/api/v1/health"),
    ("HEAD", "/api/v1/health"),
    ("GET", "/api/v1/org/branding"),
    ("GET", "/api/v1/org/logo"),
    ("GET", "/api/v1/session/options"),
    ("POST", "/api/v1/session"),
    ("POST", "/api/v1/session/password"),
    ("POST", "/api/v1/session/passkey"),
    ("POST", "/api/v1/session/passkey/options"),
    ("POST", "/api/v1/session/mfa"),
    ("POST", "/api/v1/session/mfa/passkey"),
    ("POST", "/api/v1/session/mfa/app"),
    ("PUT", "/api/v1/session/mfa/app"),
    ("POST", "/api/v1/session/refresh"),
    ("POST", "/api/v1/registration"),
    ("POST", "/api/v1/registration/invitation"),
    ("POST", "/api/v1/registration/invitation/look"),
    ("POST", "/api/v1/verification"),
    ("POST", "/api/v1/password-reset"),
    ("PUT", "/api/v1/password-reset"),
}
# To an identity provider and back from it.
_OPEN_TO_READ = "/api/v1/session/sso/"
_SAFE = {"GET", "HEAD", "OPTIONS"}


def is_api(path: str) -> bool:
    """Everything else is the console."""
    return path.startswith(API) or path in {"/api", DESCRIPTION}


def is_open(scope: MutableMapping[str, Any]) -> bool:
    """Whether anybody may ask this without having signed in."""
    if scope["type"] != "http":
        return False
    method, path = scope["method"], scope["path"]
    return (method, path) in _OPEN or (method == "GET" and path.startswith(_OPEN_TO_READ))


def is_unsafe(scope: MutableMapping[str, Any]) -> bool:
    """Whether it can change something, or, as a WebSocket, be used to."""
    return scope["type"] == "websocket" or scope["method"] not in _SAFE
