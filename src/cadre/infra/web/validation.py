"""Validation: what pydantic found wrong with a request, said so that it can be put right."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

_PLACES = {"body", "query", "path", "header", "cookie"}


class Fault(BaseModel):
    """One input at fault. `detail` names it and says what would be right."""

    field: str | None = None
    detail: str
    type: str = Field(default="invalid", description="The rule that was broken.")


def faults_of(errors: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """One fault for each of pydantic's errors, without the input itself."""
    return [_fault(error) for error in errors]


def _fault(error: Mapping[str, Any]) -> Fault:
    kind = str(error["type"])
    if kind == "json_invalid":
        at, reason = error["loc"][-1], error.get("ctx", {}).get("error", "not JSON")
        return Fault(detail=f"The body is not JSON: {reason} at character {at}.", type=kind)
    field = _field(error["loc"])
    return Fault(field=field, detail=_sentence(kind, field, error), type=kind)


def _sentence(kind: str, field: str | None, error: Mapping[str, Any]) -> str:
    name = f"`{field}`" if field else "The body"
    place = str(error["loc"][0]) if error["loc"] else "body"
    if kind == "missing":
        where = {"body": "the JSON body", "query": "the query"}.get(place, f"the {place}")
        return f"{name} is missing: add it to {where}."
    if kind == "extra_forbidden":
        return f"{name} is not known here: leave it out or correct its spelling."
    if kind in {"model_attributes_type", "dict_type", "model_type"}:
        return f"{name} should be a JSON object, sent as `application/json`."
    said = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{name}: {said[:1].lower()}{said[1:]}."


def _field(location: Sequence[str | int]) -> str | None:
    parts = list(location)
    if parts and parts[0] in _PLACES:
        parts = parts[1:]
    return ".".join(str(part) for part in parts) or None
