"""Google's own schemas, a part of OpenAPI's, as JSON Schema."""

from collections.abc import Callable

from cadre.edge.gemini_api.spelling import in_camel_case
from cadre.infra.asgi import BadField, Fields, check_schema
from cadre.kernel.messages import Json
from cadre.kernel.values import is_list, is_object

_COUNTS = {
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "minProperties",
    "maxProperties",
}
# Also what has to be converted but can't be: then it is no JSON Schema, which is told.
_SAME = {
    "additionalProperties",
    "anyOf",
    "default",
    "description",
    "enum",
    "format",
    "maximum",
    "minimum",
    "pattern",
    "properties",
    "required",
    "title",
    "type",
}
_DEEPEST = 100


def json_schema(described: Fields) -> dict[str, Json]:
    """The schema that `described` holds; raises `BadField` if it is none."""
    schema = _converted(described.data, described.path, 0)
    check_schema(schema, described.path)
    return schema


def _converted(given: Json, place: str, depth: int) -> dict[str, Json]:
    given = Fields.of(given, place).data
    if depth > _DEEPEST:
        raise BadField(f"`{place}` is nested too deeply.", field=place)

    def inner(value: Json, name: str) -> dict[str, Json]:
        return _converted(value, f"{place}.{name}", depth + 1)

    schema: dict[str, Json] = {}
    for name, value in given.items():
        if value is not None:
            _convert(schema, _camel(name), value, inner)
    if schema.pop("nullable", None) and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if is_list(schema.get("enum")) and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
    return schema


def _convert(
    schema: dict[str, Json], name: str, value: Json, inner: Callable[[Json, str], dict[str, Json]]
) -> None:
    """Add the keyword `name`; what JSON Schema does not know is left out."""
    match name:
        case "type" if isinstance(value, str):
            if value != "TYPE_UNSPECIFIED":
                schema[name] = value.lower()
        case "properties" if is_object(value):
            schema[name] = {key: inner(one, f"properties.{key}") for key, one in value.items()}
        case "items":
            schema[name] = inner(value, name)
        case "anyOf" if is_list(value):
            schema[name] = [inner(one, f"anyOf[{number}]") for number, one in enumerate(value)]
        case "nullable":
            schema[name] = value
        case _ if name in _COUNTS:  # 64-bit numbers come as texts
            schema[name] = int(value) if isinstance(value, str) and value.isdecimal() else value
        case _ if name in _SAME:
            schema[name] = value
        case _:
            pass


def _camel(name: str) -> str:
    return next(iter(in_camel_case({name: None})))
