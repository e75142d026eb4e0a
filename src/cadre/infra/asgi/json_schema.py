"""JSON Schemas that a caller sends: whether they are ones, before a provider trips over them."""

from functools import lru_cache

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from cadre.infra.asgi.fields import BadField
from cadre.kernel.messages import Json


def check_schema(schema: Json, place: str) -> None:
    """Raise `BadField` about `place` if `schema` is not a JSON Schema."""
    fault = _fault(orjson.dumps(schema))
    if fault is not None:
        raise BadField(f"`{place}` is not a JSON Schema: {fault}", field=place)


@lru_cache(maxsize=512)
def _fault(schema: bytes) -> str | None:
    """Kept, because the same tools come with every turn and a check takes milliseconds."""
    try:
        Draft202012Validator.check_schema(orjson.loads(schema))
    except SchemaError as error:
        where = "/".join(str(part) for part in error.absolute_path)
        return f"{error.message[:300]}{f' (at {where})' if where else ''}."
    except RecursionError:
        return "it is nested too deeply."
    return None
