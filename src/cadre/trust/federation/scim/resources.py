"""Resources: what users and groups look like in SCIM's words, and how lists of them are made."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import orjson

from cadre.trust.federation.scim.errors import ScimInvalid
from cadre.trust.federation.scim.filters import attribute, parse, values_at

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
MOST_RESULTS = 200
_ALWAYS = {"id", "schemas", "meta"}

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What part of a list is wanted, and what of each."""

    filter: str = ""
    sort_by: str = ""
    descending: bool = False
    start: int = 1
    count: int = 100
    attributes: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


def listed(resources: Sequence[Body], asked: Asked) -> Body:
    """The answer to a question about many."""
    met = list(resources)
    if asked.filter:
        holds = parse(asked.filter)
        met = [each for each in met if holds(each)]
    if asked.sort_by:
        met.sort(key=lambda each: _order(each, asked.sort_by), reverse=asked.descending)
    start = max(1, asked.start)
    shown = met[start - 1 : start - 1 + max(0, min(asked.count, MOST_RESULTS))]
    return {
        "schemas": [LIST],
        "totalResults": len(met),
        "startIndex": start,
        "itemsPerPage": len(shown),
        "Resources": [cut(each, asked) for each in shown],
    }


def cut(resource: Body, asked: Asked) -> Body:
    """`resource` with the attributes that are wanted, and those that are always there."""
    wanted = {_top(each) for each in asked.attributes}
    unwanted = {_top(each) for each in asked.excluded if "." not in attribute(each)}
    return {
        name: value
        for name, value in resource.items()
        if name in _ALWAYS or (name.lower() in wanted if wanted else name.lower() not in unwanted)
    }


def finished(resource: Body, kind: str, base: str, *, created_at: float, changed_at: float) -> Body:
    """`resource` with its `meta`; the version changes with anything that is shown."""
    version = hashlib.sha256(orjson.dumps(resource, option=orjson.OPT_SORT_KEYS)).hexdigest()[:24]
    meta = {
        "resourceType": kind,
        "created": _time(created_at),
        "lastModified": _time(changed_at),
        "location": f"{base}/{kind}s/{resource['id']}",
        "version": f'W/"{version}"',
    }
    return {**resource, "meta": meta}


def text_of(body: Body, name: str, *, most: int = 500) -> str | None:
    """The text of an attribute; None if it is not there."""
    value = member(body, name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        raise ScimInvalid(f"`{name}` is one line of at most {most} characters.", field=name)
    return value


def flag_of(body: Body, name: str) -> bool | None:
    """True or false, also as the text that some directories send."""
    value = member(body, name)
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if value is not None and not isinstance(value, bool):
        raise ScimInvalid(f"`{name}` is true or false.", field=name)
    return value


def objects_of(body: Body, name: str, *, most: int = 20_000) -> list[Body]:
    """The objects of a list, or one alone."""
    value = member(body, name)
    if value is None:
        return []
    items = cast("list[object]", value) if isinstance(value, list) else [cast("object", value)]
    if len(items) > most or not all(isinstance(each, dict) for each in items):
        raise ScimInvalid(f"`{name}` is a list of at most {most} objects.", field=name)
    return cast("list[Body]", items)


def member(body: Body, name: str) -> Any:
    """An attribute, whatever the case of its name."""
    if name in body:
        return body[name]
    folded = name.lower()
    return next((value for key, value in body.items() if key.lower() == folded), None)


def _top(path: str) -> str:
    return attribute(path.strip()).partition(".")[0].lower()


def _order(resource: Body, path: str) -> tuple[bool, str]:
    found = values_at(resource, path)
    first = found[0] if found else None
    if isinstance(first, dict):
        first = cast("Body", first).get("value")
    # Those without a value come last.
    return first is None, str(first or "").casefold()


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
