"""Masks: what is known at present, taken out of texts, of JSON, and of texts that come in pieces."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar, cast

import orjson

from cadre.kernel.messages import Json
from cadre.trust.secrets.forms import SHORTEST
from cadre.trust.secrets.values import Values

Value = TypeVar("Value")

# Names of fields, by which programs read what is masked. No key to anything looks like this.
_FIELD = re.compile(r"[a-z_]{1,32}")
_PIECES = {
    "text.delta": "text",
    "reasoning.delta": "text",
    "output.delta": "text",
    "call.delta": "arguments",
}
_ANEW = "text.snapshot"


class Masks:
    """Masks what is in `sets`, also what comes into them later."""

    __slots__ = ("_sets",)

    def __init__(self, *sets: Values) -> None:
        self._sets = sets

    def __bool__(self) -> bool:
        return any(values.names for values in self._sets)

    def mask(self, text: str) -> str:
        """`text` with `[secret NAME]` in the place of every value that is known."""
        for form, name in self._found(text):
            text = text.replace(form, f"[secret {name}]")
        return text

    def mask_json(self, text: str) -> str:
        """The same for JSON, which is read only if there is something in it."""
        if not self._found(text):
            return text
        return orjson.dumps(self._inside(orjson.loads(text))).decode()

    def mask_all(self, value: Value) -> Value:
        """The same for every text inside of what JSON can say; names of things too."""
        return cast("Value", self._inside(value)) if self else value

    def begun_at_end(self, text: str) -> int:
        """How many of the last characters of `text` may be the beginning of a value."""
        return max(values.begun_at_end(text) if values.names else 0 for values in self._sets)

    def _found(self, text: str) -> list[tuple[str, str]]:
        """Forms with their names, the longest first, because it may hold a shorter one."""
        if len(text) < SHORTEST:
            return []
        found = [
            (form, values.names.get(form, ""))
            for values in self._sets
            if values.names
            for form in values.find(text)
        ]
        found.sort(key=_length, reverse=True)
        return found

    def _inside(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, Mapping):
            items = cast("Mapping[Any, Any]", value).items()
            return {self._key(key): self._inside(each) for key, each in items}
        if isinstance(value, list | tuple):
            return [self._inside(each) for each in cast("list[Any]", value)]
        return self._single(value)

    def _key(self, key: Any) -> Any:
        return key if isinstance(key, str) and _FIELD.fullmatch(key) else self._inside(key)

    def _single(self, value: Any) -> Any:
        if isinstance(value, bytes):
            return self.mask(value.decode(errors="replace")).encode() if self else value
        if isinstance(value, BaseException):
            return self.mask(repr(value))
        if isinstance(value, int) and not isinstance(value, bool):
            is_known = any(str(value) in values.names for values in self._sets)
            return self.mask(str(value)) if is_known else value
        return value


class Pieces:
    """A text that comes in pieces: what may begin a value is held back until more is known."""

    def __init__(self, masks: Masks) -> None:
        self._masks = masks
        self._held = ""

    def feed(self, piece: str) -> str:
        """What may be shown now that `piece` has come."""
        text = self._masks.mask(self._held + piece)
        shown = len(text) - self._masks.begun_at_end(text)
        self._held = text[shown:]
        return text[:shown]


class Frames:
    """Live frames of one step, whose texts come in pieces."""

    def __init__(self, masks: Masks) -> None:
        self._masks = masks
        self._pieces: dict[tuple[str, Json], Pieces] = {}

    def mask(self, frame: dict[str, Json]) -> dict[str, Json] | None:
        """`frame` as it may be shown; None if nothing of it may, as yet."""
        if not self._masks:
            return frame
        kind = str(frame.get("type"))
        if kind == _ANEW:
            self._pieces.clear()
        name = _PIECES.get(kind)
        if name is None:
            return self._masks.mask_all(frame)
        place = (kind, frame.get("index"))
        pieces = self._pieces.setdefault(place, Pieces(self._masks))
        said = pieces.feed(str(frame.get(name, "")))
        rest = {key: each for key, each in frame.items() if each and key not in {name, "type"}}
        if not said and not rest:
            return None
        return {**frame, **self._masks.mask_all(rest), name: said}


def _length(found: tuple[str, str]) -> int:
    return len(found[0])
