"""Documentation: what the description says of every operation alike.

FastAPI describes what a route answers if all is well; the problems that can come back instead are named
here, once for all. A route that can answer something else with one of their statuses says so itself.
"""

from collections.abc import Callable, Iterator
from typing import Any, cast

from fastapi import FastAPI

from cadre.infra.web.problems import MEDIA_TYPE, Problem

Description = dict[str, Any]

_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_METHODS = ("get", "put", "post", "patch", "delete")
_NAMES = {
    400: ("Malformed", "The request can't be read."),
    401: ("Unauthenticated", "Nobody is signed in, or not any more."),
    403: ("Denied", "Not permitted."),
    404: ("NotFound", "It does not exist, or not for this organisation."),
    409: ("Conflict", "In conflict with the present state."),
    413: ("TooLarge", "More than is taken here."),
    422: ("Invalid", "The input is not valid; `field` names what is at fault."),
    429: ("LimitReached", "A limit of size, number, rate or money."),
    503: ("Unavailable", "Not available right now."),
}
_AT_ANY_TIME = (401, 403, 404, 422, 429, 503)
_WHERE_SOMETHING_CHANGES = (400, 409, 413)
_RETRY_AFTER = {
    "Retry-After": {
        "description": "After how many seconds to ask again, where that is known.",
        "schema": {"type": "integer", "minimum": 1},
    }
}
_HEADERS: dict[int, Any] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    429: _RETRY_AFTER,
    503: _RETRY_AFTER,
}


def file_answers(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that answers with bytes of one of these types."""
    content = dict.fromkeys(media_types, _BYTES)
    return {200: {"description": "The content", "content": content}}


def document(app: FastAPI, *edits: Callable[[Description], None]) -> None:
    """Let `edits` complete what FastAPI says of `app`."""
    describe = app.openapi

    def openapi() -> Description:
        if app.openapi_schema is None:
            description = describe()
            for edit in edits:
                edit(description)
            app.openapi_schema = description
        return app.openapi_schema

    app.openapi = openapi


def operations(description: Description) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation, one after the other."""
    for path, item in description.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def add_problems(description: Description) -> None:
    """Name the problems of every operation, in place of FastAPI's own validation error."""
    components = description.setdefault("components", {})
    schemas = cast("dict[str, Any]", components.setdefault("schemas", {}))
    own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(own.pop("$defs", {}))
    schemas["Problem"] = own
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["responses"] = {name: _response(status) for status, (name, _) in _NAMES.items()}
    for _path, method, operation in operations(description):
        responses = operation["responses"]
        if "HTTPValidationError" in str(responses.get("422")):
            del responses["422"]
        for said, response in responses.items():
            if said.startswith("2") and said != "204" and not response.get("content"):
                response["content"] = {
                    "*/*": _BYTES
                }  # a file of a kind that its route does not say
        changes = method != "get"
        for status in (*_AT_ANY_TIME, *(_WHERE_SOMETHING_CHANGES if changes else ())):
            _add(responses, status)
        default = {"description": "What went wrong, and what to do", "content": _PROBLEM}
        operation["responses"] = {**dict(sorted(responses.items())), "default": default}


def _add(responses: dict[str, Any], status: int) -> None:
    said = responses.get(str(status))
    if said is None:
        responses[str(status)] = {"$ref": f"#/components/responses/{_NAMES[status][0]}"}
    else:
        said["content"] = {**said.get("content", {}), **_PROBLEM}


def _response(status: int) -> dict[str, Any]:
    said: dict[str, Any] = {"description": _NAMES[status][1], "content": _PROBLEM}
    return said | ({"headers": _HEADERS[status]} if status in _HEADERS else {})
