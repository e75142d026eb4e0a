"""Fields: the body of a request, read one by one; what is wrong is told by its place.

`null` counts as left out everywhere, as both dialects have it.
"""

from collections.abc import Iterator
from typing import NoReturn

import orjson

from cadre.kernel.errors import Invalid
from cadre.kernel.messages import Json
from cadre.kernel.values import is_list, is_object

_KINDS = {
    "bool": "a boolean",
    "str": "a text",
    "int": "a number",
    "float": "a number",
    "list": "a list",
}


class MalformedJson(Invalid):
    """The body is not JSON."""

    code = "malformed_json"
    title = "The body is not JSON"


class BadField(Invalid):
    """A field is missing, of another type, or says something that isn't possible."""

    code = "invalid_field"


class NotSupported(Invalid):
    """The dialect knows it, but it can't be said to the model that was asked for."""

    code = "not_supported"
    title = "Not supported here"


class Fields:
    """An object inside the body; `path` is where it lies, "" for the body itself."""

    __slots__ = ("data", "path")

    def __init__(self, data: dict[str, Json], path: str = "") -> None:
        self.data = data
        self.path = path

    @classmethod
    def of_body(cls, body: bytes) -> "Fields":
        """The fields of a body that has to be a JSON object."""
        try:
            data: Json = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise MalformedJson(f"The body is not JSON: {error}.") from error
        return cls.of(data, "")

    @classmethod
    def of(cls, value: Json, path: str) -> "Fields":
        if not is_object(value):
            name = f"`{path}`" if path else "The body"
            raise BadField(f"{name} should be an object, but is {kind(value)}.", field=path or None)
        return cls(value, path)

    def __contains__(self, name: str) -> bool:
        return self.data.get(name) is not None

    def place(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def refuse(self, name: str, why: str) -> NoReturn:
        """Raise `BadField` about `name`; `why` follows its place in the sentence."""
        place = self.place(name)
        raise BadField(f"`{place}` {why}.", field=place)

    def unsupported(self, name: str, why: str) -> NoReturn:
        """Raise `NotSupported` about `name`; `why` is a sentence of its own."""
        place = self.place(name)
        raise NotSupported(f"`{place}` is not supported here. {why}", field=place)

    def text(self, name: str, default: str | None = None) -> str:
        """A text; without `default` it has to be there."""
        value = self.data.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            self._wrong(name, value, "a text")
        return value

    def text_or_none(self, name: str) -> str | None:
        return self.text(name) if name in self else None

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.text(name)
        if value not in choices:
            self.refuse(name, f"is {value[:80]!r}; it has to be one of: {', '.join(choices)}")
        return value

    def number(self, name: str, low: float, high: float) -> float | None:
        value = self.data.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong(name, value, "a number")
        if not low <= value <= high:
            self.refuse(name, f"is {value}; it has to be from {low:g} to {high:g}")
        return float(value)

    def whole(self, name: str, low: int = 1, high: int = 1 << 53) -> int | None:
        value = self.data.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self._wrong(name, value, "a whole number")
        if not low <= value <= high:
            self.refuse(name, f"is {value}; it has to be from {low} to {high}")
        return value

    def flag(self, name: str) -> bool | None:
        value = self.data.get(name)
        if value is not None and not isinstance(value, bool):
            self._wrong(name, value, "true or false")
        return value

    def object(self, name: str) -> "Fields":
        value = self.data.get(name)
        if not is_object(value):
            self._wrong(name, value, "an object")
        return Fields(value, self.place(name))

    def object_or_none(self, name: str) -> "Fields | None":
        return self.object(name) if name in self else None

    def items(self, name: str) -> Iterator[tuple[Json, str]]:
        """Each item of a list, which may be left out, with its place."""
        value = self.data.get(name)
        if value is None:
            return
        if not is_list(value):
            self._wrong(name, value, "a list")
        place = self.place(name)
        for number, item in enumerate(value):
            yield item, f"{place}[{number}]"

    def objects(self, name: str) -> Iterator["Fields"]:
        """Each item of a list of objects, which may be left out."""
        for item, place in self.items(name):
            yield Fields.of(item, place)

    def texts(self, name: str) -> list[str]:
        """A list of texts, or one text, or nothing."""
        value = self.data.get(name)
        if isinstance(value, str):
            return [value]
        found: list[str] = []
        for item, place in self.items(name):
            if not isinstance(item, str):
                raise BadField(f"`{place}` should be a text, but is {kind(item)}.", field=place)
            found.append(item)
        return found

    def _wrong(self, name: str, value: Json, expected: str) -> NoReturn:
        if value is None:
            self.refuse(name, f"is missing: it has to be {expected}")
        self.refuse(name, f"should be {expected}, but is {kind(value)}")


def kind(value: Json) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "null"
    return _KINDS.get(type(value).__name__, "an object")
