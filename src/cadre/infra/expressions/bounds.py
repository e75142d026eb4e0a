"""Bounds: what an expression may be made of, so that evaluating it takes a bounded time.

The library itself has no limit. Walks over lists can't be nested, texts can only be joined
a few times, and patterns are small and written out. `map` and `filter` are left out: the
library copies the new list at every item, 1.4 s for 5,000 numbers.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

from cadre.infra.expressions.errors import BadExpression
from cadre.infra.expressions.scan import Token, scan

CHARACTERS = 2_000
NESTING = 16
CHOICES = 16
ADDITIONS = 16
ADDITIONS_IN_WALK = 4
WALKS = 4
PATTERNS = 3
PATTERN_CHARACTERS = 200
PATTERN_WEIGHT = 64
PATTERN_LENGTH = 2_000

_WALKS = frozenset({"all", "exists", "exists_one"})
FUNCTIONS = _WALKS | {
    *("has", "size", "string", "int", "uint", "double", "bytes", "timestamp", "duration"),
    *("contains", "startsWith", "endsWith", "matches"),
    *("getFullYear", "getMonth", "getDayOfYear", "getDayOfMonth", "getDate", "getDayOfWeek"),
    *("getHours", "getMinutes", "getSeconds", "getMilliseconds"),
}
_WORDS = frozenset({"true", "false", "null", "in"})
_OPENS = {"(": ")", "[": "]", "{": "}"}
_CLASS = re.compile(r"\\[wWdDsSpPbB]|\[:")
_COUNT = re.compile(r"\{(\d+)(?:,(\d*))?\}")
_CODE = re.compile(r"\\[xXuU0-7]")


@dataclass(frozen=True, slots=True)
class Name:
    """A variable as it is read: `path` is the name with its fields, as in `request.tokens`."""

    path: str
    at: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What an expression is made of: the variables it reads, and the patterns it looks for."""

    names: list[Name]
    patterns: list[Token]


@dataclass(slots=True)
class _Walk:
    variable: str
    depth: int


@dataclass(slots=True)
class _Reader:
    text: str
    tokens: Sequence[Token]
    names: list[Name] = field(default_factory=list[Name])
    patterns: list[Token] = field(default_factory=list[Token])
    _depth: int = 0
    _walk: _Walk | None = None
    _counts: dict[str, int] = field(default_factory=dict[str, int])

    def read(self) -> None:
        for place, token in enumerate(self.tokens):
            if token.kind == "name":
                self._read_name(place, token)
            elif token.kind == "sign":
                self._read_sign(token)

    def _read_sign(self, token: Token) -> None:
        if token.text in _OPENS:
            self._depth += 1
            if self._depth > NESTING:
                self._refuse(token, f"brackets are nested more than {NESTING} deep: write it flat.")
        elif token.text in _OPENS.values():
            self._depth -= 1
            if self._walk is not None and self._depth < self._walk.depth:
                self._walk = None
        elif token.text == "+":
            self._count(token, "+", ADDITIONS)
            if self._walk is not None:
                self._count(token, "+ inside a walk over a list", ADDITIONS_IN_WALK)
        elif token.text == "?":
            self._count(token, "?", CHOICES)

    def _read_name(self, place: int, token: Token) -> None:
        if self._sign(place - 1) == "." and not self._is_operand(place - 2):
            self._refuse(token, "a name does not begin with a point: leave it out.")
        if self._sign(place + 1) == "(":
            self._read_function(place, token)
        elif self._sign(place - 1) != "." and token.text not in _WORDS:
            path = self._path(place)
            if self._walk is None or token.text != self._walk.variable:
                self.names.append(Name(path, token.at))

    def _read_function(self, place: int, token: Token) -> None:
        if token.text not in FUNCTIONS:
            known = ", ".join(sorted(FUNCTIONS))
            self._refuse(token, f"there is no function `{token.text}`. There are: {known}.")
        if token.text in _WALKS:
            self._read_walk(place, token)
        elif token.text == "matches":
            self._read_pattern(place, token)

    def _read_walk(self, place: int, token: Token) -> None:
        said = token.text
        if self._walk is not None:
            self._refuse(token, f"`{said}` can't be used inside another walk over a list.")
        self._count(token, "walks over lists", WALKS)
        variable = self._token(place + 2)
        if self._sign(place - 1) != "." or variable is None or variable.kind != "name":
            self._refuse(token, f"write `list.{said}(item, ...)` with a name for each item.")
        else:
            self._walk = _Walk(variable.text, self._depth + 1)

    def _read_pattern(self, place: int, token: Token) -> None:
        if self._walk is not None:
            self._refuse(token, "`matches` can't be used inside a walk over a list.")
        self._count(token, "matches", PATTERNS)
        pattern = self._token(place + 2)
        is_written = pattern is not None and pattern.kind in {"raw", "string"}
        if pattern is None or not is_written or self._sign(place + 3) != ")":
            self._refuse(token, "write the pattern out, as in `text.matches(r'(?i)hello')`.")
        elif (fault := _pattern_fault(pattern)) is not None:
            self._refuse(pattern, fault)
        else:
            self.patterns.append(pattern)

    def _path(self, place: int) -> str:
        parts = [self.tokens[place].text]
        while self._sign(place + 1) == "." and self._sign(place + 3) != "(":
            place += 2
            following = self._token(place)
            if following is None or following.kind != "name":
                break
            parts.append(following.text)
        return ".".join(parts)

    def _is_operand(self, place: int) -> bool:
        token = self._token(place)
        return token is not None and (token.kind != "sign" or token.text in _OPENS.values())

    def _count(self, token: Token, what: str, limit: int) -> None:
        self._counts[what] = self._counts.get(what, 0) + 1
        if self._counts[what] > limit:
            self._refuse(token, f"too many of `{what}`: an expression has at most {limit}.")

    def _token(self, place: int) -> Token | None:
        return self.tokens[place] if 0 <= place < len(self.tokens) else None

    def _sign(self, place: int) -> str:
        token = self._token(place)
        return token.text if token is not None and token.kind == "sign" else ""

    def _refuse(self, token: Token, said: str) -> None:
        raise BadExpression.at(self.text, token.at, said)


def read(text: str) -> Reading:
    """Look through `text`, or raise `BadExpression` for what is out of bounds."""
    if not text.strip():
        raise BadExpression("The expression is empty: write one, for example `request.tokens > 9`.")
    if len(text) > CHARACTERS:
        raise BadExpression(f"An expression has at most {CHARACTERS} characters.")
    reader = _Reader(text, scan(text))
    reader.read()
    return Reading(reader.names, reader.patterns)


def _pattern_fault(token: Token) -> str | None:
    """Why the pattern is too much to build at every evaluation, if it is."""
    pattern = token.text
    if len(pattern) > PATTERN_CHARACTERS:
        return f"a pattern has at most {PATTERN_CHARACTERS} characters."
    if token.kind == "string" and _CODE.search(pattern):
        return "write the characters themselves, or the pattern as r'...'."
    counts = [max(int(low), int(high or 0)) for low, high in _COUNT.findall(pattern)]
    times = prod(max(count, 1) for count in counts)
    classes = len(_CLASS.findall(pattern))
    if times * max(classes, 1) > PATTERN_WEIGHT or times * len(pattern) > PATTERN_LENGTH:
        return "this pattern repeats too much: use smaller counts, or `+` and `*`."
    return None
