"""Patches (RFC 7644, 3.5.2): add, replace and remove, at paths such as `members[value eq "2"]`.

A patch changes the resource as it is shown; what came of it is then taken like a replacement.
"""

import re
from copy import deepcopy
from typing import Any, cast

from cadre.trust.federation.scim.errors import BadPath, BadSyntax, NoTarget, ScimInvalid
from cadre.trust.federation.scim.filters import (
    ENTERPRISE,
    Filter,
    as_object,
    attribute,
    extended,
    parse,
)

_PATH = re.compile(
    r"^(?P<name>(?:urn:[\w:.-]+:)?[A-Za-z$][\w$-]*)"
    r"(?:\[(?P<filter>.*)\])?"
    r"(?:\.(?P<part>[A-Za-z$][\w$-]*))?$",
    re.DOTALL,
)
_EQUALS = re.compile(r'^\s*(\w+)\s+eq\s+"([^"\\]*)"\s*$', re.IGNORECASE)
_MOST = 1000
READ_ONLY = {"id", "meta", "schemas"}

Body = dict[str, Any]


def patched(resource: Body, patch: Body) -> Body:
    """`resource` after all operations of `patch`: all of them, or none."""
    found = _member(patch, "Operations")
    if not isinstance(found, list) or not 0 < len(cast("list[Any]", found)) <= _MOST:
        raise BadSyntax(f"`Operations` is a list of 1 to {_MOST} changes.", field="Operations")
    after = deepcopy(resource)
    for operation in cast("list[Any]", found):
        if not isinstance(operation, dict):
            raise BadSyntax("Each of `Operations` is an object.", field="Operations")
        _apply(after, cast("Body", operation))
    return after


def _apply(resource: Body, operation: Body) -> None:
    verb, path = str(_member(operation, "op")).lower(), _member(operation, "path")
    value = _member(operation, "value")
    if verb not in {"add", "replace", "remove"}:
        raise BadSyntax("`op` is add, replace or remove.", field="op")
    if path in (None, ""):
        if verb == "remove":
            raise NoTarget("Say with `path` what to remove.", field="path")
        if not isinstance(value, dict):
            raise BadSyntax("Without a `path`, `value` is an object.", field="value")
        for name, each in cast("Body", value).items():
            _at_path(resource, verb, name, each)
        return
    if not isinstance(path, str):
        raise BadPath("`path` is a text.", field="path")
    _at_path(resource, verb, path, value)


def _at_path(resource: Body, verb: str, path: str, value: Any) -> None:
    if inside := extended(path):
        extension = resource.setdefault(ENTERPRISE, {})
        return _at_path(extension, verb, inside, value)
    if attribute(path) == ENTERPRISE:
        return _whole(resource, verb, ENTERPRISE, value)
    match = _PATH.match(path)
    if match is None:
        raise BadPath(f"`{path[:100]}` is no path to an attribute.", field="path")
    name = _key(resource, attribute(match["name"]))
    if name in READ_ONLY:
        if name == "schemas" or resource.get(name) == value:
            return None
        raise ScimInvalid(f"`{name}` can't be changed.", field=name)
    if match["filter"] is not None:
        _filtered(resource, verb, name, condition=match["filter"], part=match["part"], value=value)
    elif match["part"] is not None:
        _part(resource, verb, name, match["part"], value)
    else:
        _whole(resource, verb, name, value)
    return None


def _whole(resource: Body, verb: str, name: str, value: Any) -> None:
    before = resource.get(name)
    if verb == "remove":
        if isinstance(before, list) and value is not None:  # as Entra ID takes members out
            gone = cast("list[Any]", value) if isinstance(value, list) else [value]
            keys = [_identity(each) for each in gone]
            kept = [e for e in cast("list[Any]", before) if _identity(e) not in keys]
            resource[name] = kept
        else:
            resource.pop(name, None)
    elif verb == "add" and isinstance(before, list):
        more = cast("list[Any]", value) if isinstance(value, list) else [value]
        have = cast("list[Any]", before)
        keys = {_identity(each): number for number, each in enumerate(have)}
        for each in more:
            number = keys.get(_identity(each))
            if number is None:
                keys[_identity(each)] = len(have)
                have.append(each)
            else:
                have[number] = each
    elif isinstance(before, dict) and isinstance(value, dict):
        cast("Body", before).update(cast("Body", value))
    else:
        resource[name] = value


def _part(resource: Body, verb: str, name: str, part: str, value: Any) -> None:
    before = resource.get(name)
    targets = cast("list[Any]", before) if isinstance(before, list) else [before]
    if before is None:
        if verb == "remove":
            return
        resource[name] = {part: value}
        return
    for target in targets:
        if not isinstance(target, dict):
            raise BadPath(f"`{name}` has no parts.", field="path")
        _set(cast("Body", target), verb, part, value)


def _filtered(
    resource: Body, verb: str, name: str, *, condition: str, part: str | None, value: Any
) -> None:
    before = resource.get(name)
    items = cast("list[Any]", before) if isinstance(before, list) else []
    holds: Filter = parse(condition)
    met: list[Any] = [each for each in items if holds(as_object(each))]
    if verb == "remove" and part is None:
        resource[name] = [each for each in items if not any(each is one for one in met)]
        return
    if not met:
        made = _made(condition)
        if verb == "remove" or made is None:
            raise NoTarget(f"Nothing in `{name}` is as `path` says.", field="path")
        met = [made]
        resource[name] = [*items, made]
    for target in met:
        if not isinstance(target, dict):
            raise BadPath(f"`{name}` has no parts.", field="path")
        if part is not None:
            _set(cast("Body", target), verb, part, value)
        elif isinstance(value, dict):
            cast("Body", target).update(cast("Body", value))
        else:
            raise BadSyntax("`value` is an object here.", field="value")


def _made(condition: str) -> Body | None:
    """What `type eq "work"` would hold of; directories set such parts without adding them first."""
    match = _EQUALS.match(condition)
    return None if match is None else {match[1]: match[2]}


def _set(target: Body, verb: str, part: str, value: Any) -> None:
    name = _key(target, part)
    if verb == "remove":
        target.pop(name, None)
    else:
        target[name] = value


def _key(resource: Body, name: str) -> str:
    """The name as the resource has it, whatever its case; a new one as it is."""
    folded = name.lower()
    return next((key for key in resource if key.lower() == folded), _SPELLED.get(folded, name))


def _member(found: Body, name: str) -> Any:
    return found.get(_key(found, name))


def _identity(item: Any) -> str:
    if isinstance(item, dict):
        value = cast("Body", item).get("value")
        return repr(sorted(cast("Body", item).items(), key=str)) if value is None else f"={value}"
    return f"={item}"


_SPELLED = {
    name.lower(): name
    for name in (
        "userName",
        "displayName",
        "externalId",
        "nickName",
        "profileUrl",
        "userType",
        "preferredLanguage",
        "phoneNumbers",
        "active",
        "name",
        "emails",
        "title",
        "locale",
        "timezone",
        "members",
    )
}
