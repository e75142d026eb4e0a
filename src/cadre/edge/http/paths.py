"""Which addresses belong to the API, and which of them are open."""

from collections.abc import MutableMapping
from typing import Any

API = "/api/"
DESCRIPTION = "/openapi.json"

_OPEN = {("GET", "/api/v1/health"), ("HEAD", "/api/v1/health"), ("POST", "/api/v1/session")}
_SAFE = {"GET", "HEAD", "OPTIONS"}


def is_api(path: str) -> bool:
    """Everything else is the console."""
    return path.startswith(API) or path in {"/api", DESCRIPTION}


def is_open(scope: MutableMapping[str, Any]) -> bool:
    """Whether anybody may ask this without having signed in."""
    return scope["type"] == "http" and (scope["method"], scope["path"]) in _OPEN


def is_unsafe(scope: MutableMapping[str, Any]) -> bool:
    """Whether it can change something, or, as a WebSocket, be used to."""
    return scope["type"] == "websocket" or scope["method"] not in _SAFE
