"""Documented: what the description of the API says of SCIM's answers; of attributes, `GET /Schemas` does."""

from typing import Any

from cadre.trust.federation.scim.answers import SCIM_TYPE
from cadre.trust.federation.scim.resources import ERROR, LIST

_URNS = {"type": "array", "items": {"type": "string"}}
_RESOURCE: dict[str, Any] = {
    "type": "object",
    "title": "ScimResource",
    "required": ["schemas"],
    "properties": {
        "schemas": _URNS,
        "id": {"type": "string"},
        "externalId": {"type": "string"},
        "meta": {"type": "object"},
    },
}
_COUNT = {"type": "integer", "minimum": 0}
_LIST: dict[str, Any] = {
    "type": "object",
    "title": "ScimList",
    "required": ["schemas", "totalResults", "startIndex", "itemsPerPage", "Resources"],
    "properties": {
        "schemas": {"const": [LIST]},
        "totalResults": _COUNT,
        "startIndex": _COUNT,
        "itemsPerPage": _COUNT,
        "Resources": {"type": "array", "items": _RESOURCE},
    },
}
_ERROR: dict[str, Any] = {
    "type": "object",
    "title": "ScimError",
    "required": ["schemas", "status", "detail"],
    "properties": {
        "schemas": {"const": [ERROR]},
        "status": {"type": "string", "description": "The status of the answer."},
        "detail": {"type": "string"},
        "scimType": {"type": "string", "description": "SCIM's own word for it."},
    },
}
_WHY = {
    400: "The request is not as SCIM wants it.",
    401: "Nobody is signed in.",
    403: "Not permitted.",
    404: "There is no such resource.",
    409: "In conflict with the present state.",
    412: "It was changed meanwhile (`If-Match`).",
    413: "More than is taken here.",
    422: "The address holds what can't be kept.",
    429: "A limit of size, number or rate.",
    503: "Not available right now.",
}

Answers = dict[int | str, dict[str, Any]]


def _answer(why: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": why, "content": {SCIM_TYPE: {"schema": schema}}}


ERRORS: Answers = {status: _answer(why, _ERROR) for status, why in _WHY.items()}
ONE: Answers = {200: _answer("The resource", _RESOURCE)}
ONE_IF_CHANGED: Answers = {**ONE, 304: {"description": "As it was (`If-None-Match`)."}}
MADE: Answers = {201: _answer("The resource", _RESOURCE)}
SEVERAL: Answers = {200: _answer("The resources", _LIST)}
