"""Every route is found though only those of its room are tried."""

import re
from typing import Any

import pytest
from starlette.routing import Match

from cadre.app.main import create_app
from cadre.app.settings import Settings

APP = create_app(Settings(home="/nowhere"))  # pyright: ignore[reportArgumentType]  # pydantic makes it a path
PATHS = sorted(APP.openapi()["paths"])


def _found(method: str, path: str) -> Match:
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "root_path": "",
        "headers": [],
    }
    found = [route.matches({**scope})[0] for route in APP.router.routes]
    return max(found, key=lambda match: match.value)


@pytest.mark.parametrize("path", PATHS)
def test_a_described_path_is_found(path: str):
    filled = re.sub(r"\{[^}]*\}", "a", path)
    for method in APP.openapi()["paths"][path]:
        assert _found(method.upper(), filled) == Match.FULL
    assert _found("BREW", filled) == Match.PARTIAL


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1x/me", "//"])
def test_what_is_nowhere_is_not_found(path: str):
    assert _found("GET", path) == Match.NONE
