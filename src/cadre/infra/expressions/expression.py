"""Expressions: compiled once, evaluated as often as there is something to decide.

An expression is pure: it reads its variables, which are copied out of Python's reach first,
and returns plain data. Handing the variables over costs more than evaluating, so a caller
with several expressions over the same ones makes `Variables` once.
"""

import difflib
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cadre.infra.expressions.bounds import FUNCTIONS, Name, read
from cadre.infra.expressions.errors import BadExpression, ExpressionFailed
from cadre.infra.expressions.library import compile_program, make_context
from cadre.infra.expressions.scan import Token, scan
from cadre.kernel.messages import Json

if TYPE_CHECKING:
    from cel import Program

_PLACE = re.compile(r"ERROR: <input>:(\d+):(\d+): ([^\n]*)")
_INSTEAD = {
    "and": "`&&`",
    "or": "`||`",
    "not": "`!`",
    "is": "`==`",
    "if": "`condition ? this : that`",
    "True": "`true`",
    "False": "`false`",
    "None": "`null`",
}


class Variables:
    """Values by name, handed over once: text, numbers, true or false, and lists and maps of these."""

    __slots__ = ("context",)

    def __init__(self, values: Mapping[str, Json]) -> None:
        try:
            self.context = make_context(dict(values))
        except (ValueError, OverflowError) as error:
            raise ExpressionFailed(
                f"A variable is not data that an expression can read: {error}."
            ) from error


class Expression:
    """A compiled expression. `names` are the variables that it reads, with their fields."""

    __slots__ = ("_program", "names", "text")

    def __init__(self, text: str, names: frozenset[str], program: "Program") -> None:
        self.text = text
        self.names = names
        self._program = program

    def evaluate(self, variables: Variables | Mapping[str, Json]) -> Json:
        """The result, or `ExpressionFailed` if there is none for these values."""
        given = variables if isinstance(variables, Variables) else Variables(variables)
        try:
            return self._program.execute(given.context)
        except Exception as error:
            raise ExpressionFailed(_failure(error)) from error

    def holds(self, variables: Variables | Mapping[str, Json]) -> bool:
        """Whether the condition is true; `ExpressionFailed` if the result is not true or false."""
        result = self.evaluate(variables)
        if not isinstance(result, bool):
            raise ExpressionFailed(
                f"The result is {_kind(result)}, not true or false: "
                "compare it with something, as in `request.tokens > 1000`."
            )
        return result


@lru_cache(4096)
def compile_expression(text: str) -> Expression:
    """Compile `text`, or raise `BadExpression` that names the place and says what would be right."""
    reading = read(text)
    try:
        program = compile_program(text)
    except ValueError as error:
        raise _syntax_fault(text, str(error)) from error
    for pattern in reading.patterns:
        _try_pattern(text, pattern)
    return Expression(text, frozenset(name.path for name in reading.names), program)


def check(text: str, names: Collection[str]) -> Expression:
    """Compile `text`, and raise `BadExpression` for a variable that is not among `names`.

    `names` are written with their fields, `request.tokens`; what lies below the last field
    that is named is not checked.
    """
    expression = compile_expression(text)
    for name in read(text).names:
        if not _is_known(name.path, names):
            raise BadExpression.at(text, name.at, _unknown(name, names))
    return expression


def _try_pattern(text: str, pattern: Token) -> None:
    try:
        compile_program(f"''.matches({pattern.text})").execute(make_context({}))
    except Exception as error:
        said = str(error).rpartition("error: ")[2].partition(". Check")[0].strip()
        raise BadExpression.at(text, pattern.at, f"the pattern is not sound: {said}.") from error


def _is_known(path: str, names: Collection[str]) -> bool:
    inside = f"{path}."
    return any(
        path == name or name.startswith(inside) or path.startswith(f"{name}.") for name in names
    )


def _unknown(name: Name, names: Collection[str]) -> str:
    if (instead := _INSTEAD.get(name.path)) is not None:
        return f"`{name.path}` is not a word here: write {instead}."
    known = ", ".join(f"`{one}`" for one in sorted(names))
    close = difflib.get_close_matches(name.path, names, 1)
    hint = f" Did you mean `{close[0]}`?" if close else ""
    return f"`{name.path}` is not known.{hint} There are: {known}."


def _syntax_fault(text: str, said: str) -> BadExpression:
    found = _PLACE.search(said)
    if found is None:
        return BadExpression("The expression can't be read: check brackets and quotation marks.")
    lines = text.split("\n")
    line, column = min(int(found[1]), len(lines)), int(found[2])
    offset = sum(len(one) + 1 for one in lines[: line - 1]) + column - 1
    return BadExpression.at(text, min(max(offset, 0), len(text)), _remedy(text, offset, found[3]))


def _remedy(text: str, offset: int, said: str) -> str:
    token = next((token for token in scan(text) if token.at >= offset), None)
    if token is None:
        return "the expression ends too early: something is missing after this."
    if (instead := _INSTEAD.get(token.text)) is not None:
        return f"`{token.text}` is not a word here: write {instead}."
    if "Syntax error" in said:
        return f"`{token.text}` can't stand here: an operator, a bracket or a value is missing."
    if "has()" in said:
        return "`has` takes a field, as in `has(request.text)`."
    if "Incomplete" in said:
        return "something is missing: a choice is written `condition ? this : that`."
    return f"{said.rstrip('.')}."


def _failure(error: Exception) -> str:
    said = str(error).split(". ")[0].rstrip(".")
    match error:
        case KeyError():
            return f"There is no {said}: ask with has(...) first whether it is there."
        case TypeError():
            reason = "" if said.startswith("No such overload") else f" ({said})"
            return f"The types do not fit{reason}: compare and add text with text, numbers with numbers."
        case ZeroDivisionError():
            return "Something is divided by 0: test the divisor first."
        case IndexError():
            return f"The list is shorter: {said}. Test its size() first."
        case OverflowError():
            return f"A number is too large: {said}."
        case _:
            return _undefined(said)


def _undefined(said: str) -> str:
    name = said.removeprefix("Undefined variable or function: ").strip("'")
    if name == said:
        return f"{said}: check the values that functions are given."
    if name in FUNCTIONS:
        return f"`{name}` can't be used on such a value: look at what it is given."
    return f"There is no variable `{name}` here."


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case str():
            return "text"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case dict():
            return "a map"
        case _:
            return f"a {type(value).__name__}"  # pyright: ignore[reportUnknownArgumentType]  # narrowed from Any
