"""One spelling for the two that protobuf's JSON allows, which the SDK mixes."""

from typing import Any

from cadre.kernel.values import is_list, is_object

_WRITTEN_BY_USERS = {"args", "response", "parametersJsonSchema", "responseJsonSchema"}


def spelled(body: Any) -> Any:
    """The same JSON in camel case, without empty objects; what users wrote stays as it is."""
    if is_list(body):
        return [spelled(inner) for inner in body]
    if not is_object(body):
        return body
    fields = {_camel(name): value for name, value in body.items()}
    return {
        name: value if name in _WRITTEN_BY_USERS else spelled(value)
        for name, value in fields.items()
        if value != {} or name in _WRITTEN_BY_USERS
    }


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
