"""Answers in SCIM's own shape, also those of the door, which asks who it is before any route does."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from cadre.trust.federation.scim.resources import ERROR

SCIM_BASE = "/api/v1/scim/v2"


class ScimResponse(Response):
    """JSON under SCIM's own name."""

    media_type = "application/scim+json"

    def render(self, content: Any) -> bytes:
        return b"" if content is None else orjson.dumps(content)


def scim_error(status: int, detail: str, scim_type: str | None = None) -> ScimResponse:
    """RFC 7644, section 3.12."""
    said = {"schemas": [ERROR], "status": str(status), "detail": detail}
    return ScimResponse({**said, "scimType": scim_type} if scim_type else said, status)


def scim_refusal(
    path: str, status: int, detail: str, headers: Mapping[str, str] | None
) -> Response | None:
    """What the door answers to who asks SCIM; None for any other path."""
    if not path.startswith(f"{SCIM_BASE}/"):
        return None
    response = scim_error(status, detail)
    response.headers.update(headers or {})
    return response
