"""Documentation: problems in the OpenAPI description, said once for every operation."""

from typing import Any, cast

from fastapi import FastAPI

from cadre.infra.web.problems import MEDIA_TYPE, Problem

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_BYTES = {"type": "string", "format": "binary"}
_METHODS = {"get", "put", "post", "patch", "delete"}


def document_problems(app: FastAPI) -> None:
    """Replace FastAPI's own validation error by `Problem`, and say where files are answered."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _with_problems(describe())
        return app.openapi_schema

    app.openapi = openapi


def _with_problems(description: dict[str, Any]) -> dict[str, Any]:
    components = description.setdefault("components", {})
    schemas = cast("dict[str, Any]", components.setdefault("schemas", {}))
    own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(own.pop("$defs", {}))
    schemas["Problem"] = own
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for item in description.get("paths", {}).values():
        for operation in (item[method] for method in _METHODS & item.keys()):
            operation["responses"].pop("422", None)
            for status, response in operation["responses"].items():
                if status != "204" and not response.get("content"):
                    response["content"] = {"application/octet-stream": {"schema": _BYTES}}
            operation["responses"]["default"] = {
                "description": "What went wrong, and what to do",
                "content": {MEDIA_TYPE: {"schema": _PROBLEM}},
            }
    return description
