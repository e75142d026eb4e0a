"""Values: a set of them, found in texts in whatever form they take.

Threads log while values are added, so what is looked through is replaced and never changed.
"""

import re
from collections import Counter
from collections.abc import Iterator

from cadre.trust.secrets.forms import SHORTEST, forms_of, shown_name

# Up to here it is quicker to look for each form than at every part of every long word.
_FEW = 64
_WORDS = re.compile(rf"[A-Za-z0-9]{{{SHORTEST},}}")
_PIECE = 1 << 18
_NONE: tuple[str, ...] = ()


class Values:
    """Values with their `names`, by form. One may be added, and removed, several times."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self._added: Counter[str] = Counter()
        self._shared: Counter[str] = Counter()
        self._few: tuple[str, ...] | None = _NONE
        # By what is part of every text that has the form; `_odd` are those without such a part.
        self._near: dict[str, tuple[str, ...]] = {}
        self._odd = _NONE
        self._begun: dict[str, list[str]] | None = None

    def add(self, value: str, name: str) -> None:
        """Find `value` from now on, as `name`."""
        name = shown_name(name)
        self._added[value] += 1
        if self._added[value] == 1:
            for form in forms_of(value):
                self._add_form(form, name)
            self._recount()
        self.names[value] = name

    def remove(self, value: str) -> None:
        """Forget it, once it was removed as often as it was added."""
        self._added[value] -= 1
        if self._added[value] == 0:
            del self._added[value]
            for form in forms_of(value):
                self._remove_form(form)
            self._recount()

    def rename(self, value: str, name: str) -> None:
        self.names[value] = shown_name(name)

    def find(self, text: str) -> list[str]:
        """The forms that are in `text`."""
        few = self._few
        if few is not None:
            return [form for form in few if form in text]
        found = [form for form in self._odd if form in text]
        return found + [form for form in self._nearby(text) if form in text]

    def begun_at_end(self, text: str) -> int:
        """How many of the last characters of `text` may be the beginning of a form."""
        begun = self._begun or self._by_beginning()
        for at in range(len(text)):
            forms = begun.get(text[at : at + 2])
            if forms is not None and any(form.startswith(text[at:]) for form in forms):
                return len(text) - at
        return 0

    def _by_beginning(self) -> dict[str, list[str]]:
        """The forms by their first two characters, and by the first; made when it is wanted."""
        begun: dict[str, list[str]] = {}
        for form in tuple(self.names):
            begun.setdefault(form[0], [form])
            begun.setdefault(form[:2], []).append(form)
        self._begun = begun
        return begun

    def _nearby(self, text: str) -> Iterator[str]:
        for start in range(0, len(text), _PIECE):
            piece = text[start : start + _PIECE + SHORTEST - 1]
            parts = {
                word[at : at + SHORTEST]
                for word in _WORDS.findall(piece)
                for at in range(len(word) - SHORTEST + 1)
            }
            for part in parts:
                yield from self._near.get(part, _NONE)

    def _add_form(self, form: str, name: str) -> None:
        self._shared[form] += 1
        self.names[form] = name
        if self._shared[form] > 1:
            return
        if word := _WORDS.search(form):
            part = word[0][:SHORTEST]
            self._near[part] = (*self._near.get(part, _NONE), form)
        else:
            self._odd = (*self._odd, form)

    def _remove_form(self, form: str) -> None:
        self._shared[form] -= 1
        if self._shared[form] > 0:
            return
        del self._shared[form], self.names[form]
        if word := _WORDS.search(form):
            _leave_out(self._near, word[0][:SHORTEST], form)
        else:
            self._odd = tuple(other for other in self._odd if other != form)

    def _recount(self) -> None:
        self._few = tuple(self.names) if len(self.names) <= _FEW else None
        self._begun = None


def _leave_out(forms: dict[str, tuple[str, ...]], key: str, form: str) -> None:
    rest = tuple(other for other in forms[key] if other != form)
    if rest:
        forms[key] = rest
    else:
        del forms[key]
