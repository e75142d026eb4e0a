"""Spelling: Google takes the names of fields in two spellings, and one item for a list of one."""

import re
from collections.abc import Iterator

from cadre.infra.asgi import Fields
from cadre.kernel.messages import Json
from cadre.kernel.values import is_list, is_object

_UNDERSCORE = re.compile(r"(?<=[a-zA-Z0-9])_([a-z])")
# Their content is the caller's own: nothing in it is a name of Google's.
_OPAQUE = {
    "args",
    "labels",
    "parameters",
    "parametersJsonSchema",
    "response",
    "responseJsonSchema",
    "responseSchema",
}


def in_camel_case(value: Json) -> Json:
    """`value` with every field named as Google writes it; what is the caller's own stays."""
    if is_list(value):
        return [in_camel_case(item) for item in value]
    if not is_object(value):
        return value
    named = ((_UNDERSCORE.sub(lambda found: found[1].upper(), name), name) for name in value)
    return {
        camel: value[name] if camel in _OPAQUE else in_camel_case(value[name])
        for camel, name in named
    }


def several(owner: Fields, name: str) -> Iterator[Fields]:
    """The objects of a list, for which one object may stand."""
    if is_object(owner.data.get(name)):
        yield owner.object(name)
    else:
        yield from owner.objects(name)
