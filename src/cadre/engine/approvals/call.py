"""The exact call: a tool and its arguments in the one form that is hashed, shown and carried out.

Two spellings of the same JSON (order of keys, white space, 1.0 for 1) are one call. Text is
never normalised: two spellings of a name in Unicode can be two files.
"""

import hashlib
import json
import math
from dataclasses import dataclass

from cadre.kernel.errors import Invalid
from cadre.kernel.messages import Json
from cadre.kernel.values import is_list, is_object

ARGUMENT_CHARACTERS = 2_000_000
_EXACT_INTEGERS = 2.0**53  # beyond it a float no longer says which integer it means
_DEPTH = 64


class MalformedArguments(Invalid):
    """A model or a person wrote arguments that are not one JSON object."""

    code = "malformed_arguments"
    title = "The arguments can't be read"


@dataclass(frozen=True, slots=True)
class ExactCall:
    """`text` is the canonical JSON of `arguments`; `hash` covers the tool and that text."""

    tool: str
    arguments: dict[str, Json]
    text: str
    hash: str


def read_call(tool: str, arguments: str) -> ExactCall:
    """Read arguments as a model wrote them; raise `MalformedArguments` with what is wrong."""
    if len(arguments) > ARGUMENT_CHARACTERS:
        raise MalformedArguments(
            f"The arguments have more than {ARGUMENT_CHARACTERS} characters. Write less at once."
        )
    try:
        parsed: Json = json.loads(
            arguments or "{}", object_pairs_hook=_unique, parse_constant=_refuse_constant
        )
    except RecursionError as error:
        raise MalformedArguments("The arguments are nested too deeply.") from error
    except json.JSONDecodeError as error:
        raise MalformedArguments(
            f"The arguments are not JSON: {error.msg} at character {error.pos}. "
            "Write one JSON object."
        ) from error
    except ValueError as error:  # an integer with thousands of digits
        raise MalformedArguments(f"The arguments are not JSON: {error}.") from error
    return exact_call(tool, parsed)


def exact_call(tool: str, arguments: Json) -> ExactCall:
    """The exact call of `tool` with arguments that are already values."""
    if not is_object(arguments):
        raise MalformedArguments('The arguments are not a JSON object. Write {"name": value}.')
    canonical = _canonical(arguments, 0)
    text = canonical_json(canonical)
    digest = hashlib.sha256(f"{json.dumps(tool)}\n{text}".encode()).hexdigest()
    return ExactCall(tool, canonical, text, f"sha256:{digest}")


def canonical_json(value: Json) -> str:
    """Sorted keys, no white space, text as it is."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def _canonical(value: Json, depth: int) -> Json:
    if depth > _DEPTH:
        raise MalformedArguments(f"The arguments are nested deeper than {_DEPTH} levels.")
    if is_object(value):
        return {_text(key): _canonical(value[key], depth + 1) for key in sorted(value)}
    if is_list(value):
        return [_canonical(item, depth + 1) for item in value]
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return _number(value)
    return value


def _number(value: float) -> float | int:
    if not math.isfinite(value):
        raise MalformedArguments("A number in the arguments is too large.")
    if value.is_integer() and abs(value) < _EXACT_INTEGERS:
        return int(value)
    return value


def _text(value: str) -> str:
    """Text that can be written as UTF-8: half a surrogate pair can't."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise MalformedArguments(
            f"A text in the arguments holds half a character at {error.start}."
        ) from error
    return value


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Refuse a key that is written twice: readers disagree on which one counts."""
    found: dict[str, Json] = {}
    for key, value in pairs:
        if key in found:
            raise MalformedArguments(f"The arguments name {key[:100]!r} twice.")
        found[key] = value
    return found


def _refuse_constant(name: str) -> Json:
    raise MalformedArguments(f"{name} is not JSON. Write a number, or leave it out.")
