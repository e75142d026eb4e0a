"""A JSON Schema in the part of the language that a provider understands.

What it does not understand moves into the description, so that the model still reads it.
"""

from collections.abc import Callable

from cadre.kernel.messages import Json
from cadre.kernel.values import is_list, is_object

_MAPS = {"properties", "$defs", "definitions"}
_SCHEMAS = {"items", "additionalProperties"}
_LISTS = {"anyOf", "allOf", "prefixItems"}
_MUTE = {"$schema", "$id", "$comment", "description"}

Keeps = Callable[[str, Json], bool]


def fit_schema(schema: Json, keeps: Keeps) -> dict[str, Json]:
    """Return `schema` with only those keywords that `keeps(keyword, value)` allows."""
    if not is_object(schema):
        return {}
    fitted: dict[str, Json] = {}
    unsaid: dict[str, Json] = {}
    for keyword, value in _plain(schema).items():
        if keyword in _MUTE:
            continue
        if keeps(keyword, value):
            fitted[keyword] = _inner(keyword, value, keeps)
        elif keyword == "const":
            fitted["enum"] = [value]
        else:
            unsaid[keyword] = value
    if "$ref" not in fitted and (described := _described(schema.get("description"), unsaid)):
        fitted["description"] = described
    return fitted


def _plain(schema: dict[str, Json]) -> dict[str, Json]:
    """The same schema in fewer words: a reference stands alone, one alternative is a choice."""
    plain = dict(schema)
    all_of = plain.get("allOf")
    if is_list(all_of) and len(all_of) == 1 and is_object(all_of[0]):
        del plain["allOf"]
        plain = {**_plain(all_of[0]), **plain}
    if "$ref" in plain:
        return {name: plain[name] for name in ("$ref", "$defs") if name in plain}
    if is_list(one_of := plain.pop("oneOf", None)):
        plain.setdefault("anyOf", one_of)
    return plain


def _inner(keyword: str, value: Json, keeps: Keeps) -> Json:
    if keyword in _MAPS and is_object(value):
        return {name: fit_schema(inner, keeps) for name, inner in value.items()}
    if keyword in _SCHEMAS and is_object(value):
        return fit_schema(value, keeps)
    if keyword in _LISTS and is_list(value):
        return [fit_schema(inner, keeps) for inner in value]
    return value


def _described(description: Json, unsaid: dict[str, Json]) -> str:
    rest = ", ".join(f"{keyword}: {value}" for keyword, value in unsaid.items())
    return "\n\n".join(part for part in (description or "", f"{{{rest}}}" if rest else "") if part)
