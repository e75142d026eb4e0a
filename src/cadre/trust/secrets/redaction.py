"""Redaction: values that this process has seen in the clear are masked in what leaves it.

They are held in memory only, the latest few thousand. A text without any of them costs one look
for each, or one pass over the text where there are many: some 40 ms for 100,000 characters.
"""

import base64
import json
from collections import OrderedDict
from collections.abc import Mapping, MutableMapping
from typing import Any, TypeVar, cast
from urllib.parse import quote

Value = TypeVar("Value")

# A shorter value would be found in words that have nothing to do with it.
SHORTEST = 8
_MOST = 5000
# Up to here it is quicker to look for each than to cut the text into windows.
_FEW = 64
_LINE = 16


class Redactor:
    """Knows values and their names."""

    def __init__(self) -> None:
        self._forms: OrderedDict[str, set[str]] = OrderedDict()
        self._names: dict[str, str] = {}
        self._heads: dict[str, list[str]] = {}

    def know(self, name: str, value: str) -> None:
        """Mask `value` from now on, as `[secret NAME]`, in the forms that it usually takes too."""
        if len(value) < SHORTEST:
            return
        if value in self._forms:
            self._forms.move_to_end(value)
        else:
            forms = self._forms[value] = _forms(value)
            for form in forms - self._names.keys():
                self._heads.setdefault(form[:SHORTEST], []).append(form)
            self._names.update(dict.fromkeys(forms, name))
        self._names[value] = name
        while len(self._forms) > _MOST:
            self._forget()

    def redact(self, text: str) -> str:
        """`text` without any value that is known."""
        if len(text) < SHORTEST:
            return text
        for form in sorted(self._found(text), key=len, reverse=True):
            text = text.replace(form, f"[secret {self._names.get(form, '')}]")
        return text

    def redact_all(self, value: Value) -> Value:
        """The same for every text inside of what JSON can say; keys too."""
        return cast("Value", self._inside(value)) if self._names else value

    def process(
        self, _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """As a step of the log."""
        for key, value in event.items():
            event[key] = self._inside(value)
        return event

    def _found(self, text: str) -> list[str]:
        # Copies, because threads log too while something becomes known.
        if len(self._names) <= _FEW:
            return [form for form in list(self._names) if form in text]
        windows = {text[at : at + SHORTEST] for at in range(len(text) - SHORTEST + 1)}
        near = [found for each in windows if (found := self._heads.get(each))]
        return [form for forms in near for form in list(forms) if form in text]

    def _inside(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, bytes):
            return self.redact(value.decode(errors="replace")).encode() if self._names else value
        if isinstance(value, Mapping):
            items = cast("Mapping[Any, Any]", value).items()
            return {self._inside(key): self._inside(each) for key, each in items}
        if isinstance(value, list | tuple):
            return [self._inside(each) for each in cast("list[Any]", value)]
        if isinstance(value, BaseException):
            return self.redact(repr(value))
        return value

    def _forget(self) -> None:
        """The value that was used longest ago."""
        _, forms = self._forms.popitem(last=False)
        for form in forms & self._names.keys():
            del self._names[form]
            rest = self._heads[form[:SHORTEST]]
            rest.remove(form)
            if not rest:
                del self._heads[form[:SHORTEST]]


def _forms(value: str) -> set[str]:
    """`value`, as JSON and addresses write it, in base64, and its lines if it has several."""
    lines = value.splitlines() if "\n" in value else []
    said = {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    said |= {quote(value), quote(value, safe="")}
    said.add(base64.b64encode(value.encode(errors="replace")).decode().rstrip("="))
    said |= {line.strip() for line in lines if len(line.strip()) >= _LINE}
    return {form for form in said if len(form) >= SHORTEST}
