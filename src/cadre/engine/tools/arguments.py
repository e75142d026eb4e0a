"""Arguments: from the raw text that a model wrote to a dictionary that fits, or a useful no."""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol, cast

from jsonschema import Draft202012Validator, SchemaError, ValidationError

from cadre.engine.tools.tool import BadArguments, Tool
from cadre.kernel.messages import Json

_MOST_ERRORS = 5


class _Validator(Protocol):
    """The part of jsonschema's validator that is used; its stubs leave types open."""

    def iter_errors(self, instance: Json) -> Iterable[ValidationError]: ...


def parse_arguments(text: str) -> dict[str, Json]:
    """The object that `text` holds, or raise `BadArguments` saying where it breaks."""
    if not text.strip():
        return {}
    try:
        value: Json = json.loads(text)
    except json.JSONDecodeError as error:
        near = text[max(0, error.pos - 30) : error.pos + 30]
        raise BadArguments(
            f"The arguments are not valid JSON: {error.msg} at line {error.lineno} column "
            f"{error.colno}, near {near!r}. Send one JSON object."
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadArguments("The arguments are not JSON that can be read. Simplify them.") from error
    if not isinstance(value, dict):
        raise BadArguments(f"The arguments must be one JSON object, not {_kind(value)}.")
    return cast("dict[str, Json]", value)


def faults(tool: Tool, arguments: dict[str, Json]) -> list[str]:
    """What is wrong with the arguments, a sentence each; empty if they fit."""
    validator = cast("_Validator", _validator(json.dumps(tool.parameters, sort_keys=True)))
    found = sorted(validator.iter_errors(arguments), key=lambda error: list(map(str, error.path)))
    return [_sentence(error, tool) for error in found[:_MOST_ERRORS]]


def check_schema(parameters: dict[str, Json]) -> str | None:
    """Why this can't be the schema of a tool, or None."""
    try:
        Draft202012Validator.check_schema(parameters)
    except SchemaError as error:
        return error.message
    return None if parameters.get("type") == "object" else 'its type is not "object"'


@lru_cache(maxsize=256)
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema))


def _sentence(error: ValidationError, tool: Tool) -> str:
    place = ".".join(str(part) for part in error.absolute_path)
    where = f"`{place}`: " if place else ""
    if error.validator == "additionalProperties" and not place:
        known = ", ".join(tool.parameters.get("properties", {}))
        return f"{error.message}. `{tool.name}` knows only: {known or 'no arguments'}."
    return f"{where}{error.message[:300]}."


def _kind(value: Json) -> str:
    if isinstance(value, list):
        return "a list"
    return "a text" if isinstance(value, str) else "a single value"
