"""Filters (RFC 7644, 3.4.2.2): `userName eq "anna" and (active eq true or not (title pr))`.

Names of attributes are compared without case, values too unless their attribute says otherwise.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

import orjson

from cadre.trust.federation.scim.errors import BadFilter

Resource = Mapping[str, Any]
Filter = Callable[[Resource], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<mark>[()\[\]])"
    r'|(?P<value>"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?=[\s)\]]|$)|(?:true|false|null)\b)'
    r"|(?P<word>[A-Za-z$][\w$:.-]*))",
    re.IGNORECASE,
)
_LONGEST, _DEEPEST = 4000, 20
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_CASE_EXACT = {"id", "externalid", "value", "version", "resourcetype", "location"}
_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": lambda one, other: one > other,
    "ge": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other,
}
_OF_TEXT: Mapping[str, Callable[[str, str], bool]] = {
    "co": lambda one, other: other in one,
    "sw": str.startswith,
    "ew": str.endswith,
}
_OPERATORS = {"eq", "ne", *_ORDERED, *_OF_TEXT}


def parse(text: str) -> Filter:
    """`text` as a question to a resource, or raise `BadFilter`."""
    parser = _Parser(text)
    found = parser.either(0)
    parser.end()
    return found


def values_at(resource: Resource, path: str) -> list[Any]:
    """All values at `path`: of a list each one, of an object in a list its part."""
    found: list[Any] = [resource]
    inside = extended(path)
    names = [ENTERPRISE, *inside.split(".")] if inside else attribute(path).split(".")
    for name in names:
        found = [
            each
            for one in found
            if isinstance(one, Mapping)
            for each in _each(_member(cast("Mapping[str, Any]", one), name))
        ]
    return found


def attribute(path: str) -> str:
    """`path` without the schema that may stand before it; the extension's own name stays whole."""
    if path.lower() == ENTERPRISE.lower():
        return ENTERPRISE
    if path.lower().startswith("urn:"):
        return path.rpartition(":")[2]
    return path


def as_object(item: Any) -> dict[str, Any]:
    """An item of a list as an object: a plain value is the `value` of one."""
    return cast("dict[str, Any]", item) if isinstance(item, dict) else {"value": item}


def extended(path: str) -> str:
    """The part of `path` inside of the enterprise extension; "" if it is not in there."""
    start = f"{ENTERPRISE}:".lower()
    return path[len(start) :] if path.lower().startswith(start) else ""


class _Parser:
    """Recursive descent over the tokens of one filter."""

    def __init__(self, text: str) -> None:
        if len(text) > _LONGEST:
            raise BadFilter(f"A filter has at most {_LONGEST} characters.", field="filter")
        self._tokens: list[tuple[str, str]] = []
        self._at = 0
        position, end = 0, len(text.rstrip())
        while position < end:
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise _bad(f"at character {position + 1}")
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()

    def either(self, depth: int) -> Filter:
        parts = [self.both(depth)]
        while self._takes("or"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else lambda one: any(part(one) for part in parts)

    def both(self, depth: int) -> Filter:
        parts = [self.one(depth)]
        while self._takes("and"):
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else lambda one: all(part(one) for part in parts)

    def one(self, depth: int) -> Filter:
        if depth > _DEEPEST:
            raise _bad("it is nested too deep")
        if self._takes("not"):
            inner = self._inside("(", ")", depth)
            return lambda one: not inner(one)
        if self._peek() == ("mark", "("):
            return self._inside("(", ")", depth)
        kind, path = self._next()
        if kind != "word":
            raise _bad(f"`{path}` is no attribute")
        if self._peek() == ("mark", "["):
            inner = self._inside("[", "]", depth)
            return lambda one: any(inner(as_object(each)) for each in values_at(one, path))
        return self._comparison(path)

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise _bad(f"`{self._tokens[self._at][1]}` is too much")

    def _comparison(self, path: str) -> Filter:
        kind, operator = self._next()
        operator = operator.lower()
        if kind == "word" and operator == "pr":
            return lambda one: any(each not in (None, "", [], {}) for each in values_at(one, path))
        if kind != "word" or operator not in _OPERATORS:
            raise _bad(f"`{operator}` is no operator")
        kind, said = self._next()
        if kind != "value":
            raise _bad(f"`{said}` is no value: texts stand in double quotes")
        try:
            value = orjson.loads(said if said.startswith('"') else said.lower())
        except orjson.JSONDecodeError as error:
            raise _bad(f"`{said}` is no value") from error
        return compared(path, operator, value)

    def _inside(self, opening: str, closing: str, depth: int) -> Filter:
        if self._next() != ("mark", opening):
            raise _bad(f"`{opening}` is missing")
        inner = self.either(depth + 1)
        if self._next() != ("mark", closing):
            raise _bad(f"`{closing}` is missing")
        return inner

    def _takes(self, word: str) -> bool:
        kind, said = self._peek()
        if kind == "word" and said.lower() == word:
            self._at += 1
            return True
        return False

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "the end")

    def _next(self) -> tuple[str, str]:
        found = self._peek()
        self._at += 1
        return found


def compared(path: str, operator: str, value: Any) -> Filter:
    """Whether any value at `path` is to `value` as `operator` says."""
    is_exact = attribute(path).rpartition(".")[2].lower() in _CASE_EXACT
    wanted = _folded(value, is_exact)

    def holds(one: Resource) -> bool:
        found = [_folded(each, is_exact) for each in values_at(one, path)]
        # `emails eq "x"` means the value of each of them.
        plain = [
            _folded(cast("dict[str, Any]", each).get("value"), is_exact)
            if isinstance(each, dict)
            else each
            for each in found
        ]
        if operator == "ne":
            return all(each != wanted for each in plain)
        return any(_is(each, operator, wanted) for each in plain or [None])

    return holds


def _is(found: Any, operator: str, wanted: Any) -> bool:
    if operator == "eq":
        return found == wanted and isinstance(found, bool) == isinstance(wanted, bool)
    if operator in _OF_TEXT:
        both_text = isinstance(found, str) and isinstance(wanted, str)
        return both_text and _OF_TEXT[operator](found, wanted)
    if isinstance(found, bool) or isinstance(wanted, bool):
        raise BadFilter("True and false have no order: use eq or ne.", field="filter")
    try:
        return found is not None and wanted is not None and _ORDERED[operator](found, wanted)
    except TypeError:
        return False


def _folded(value: Any, is_exact: bool) -> Any:
    return value.casefold() if isinstance(value, str) and not is_exact else value


def _member(one: Mapping[str, Any], name: str) -> Any:
    if name in one:
        return one[name]
    folded = name.lower()
    return next((value for key, value in one.items() if key.lower() == folded), None)


def _each(value: Any) -> list[Any]:
    if value is None:
        return []
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _bad(reason: str) -> BadFilter:
    return BadFilter(
        f'The filter can\'t be read: {reason}. Write it as in `userName eq "anna"`.', field="filter"
    )
