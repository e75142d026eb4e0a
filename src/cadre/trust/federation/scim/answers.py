"""Answers in SCIM's own shape, also those of the door, which asks who it is before any route does."""

import orjson

from cadre.trust.federation.scim.resources import ERROR, Body

SCIM_BASE = "/api/v1/scim/v2"
SCIM_TYPE = "application/scim+json"


def scim_error(status: int, detail: str, scim_type: str | None = None) -> Body:
    """RFC 7644, section 3.12."""
    said: Body = {"schemas": [ERROR], "status": str(status), "detail": detail}
    return {**said, "scimType": scim_type} if scim_type else said


def scim_refusal(path: str, status: int, detail: str) -> bytes | None:
    """What the door answers to who asks SCIM, as `SCIM_TYPE`; None for any other path."""
    is_meant = path.startswith(f"{SCIM_BASE}/")
    return orjson.dumps(scim_error(status, detail)) if is_meant else None
