"""Redaction: values that this process has seen in the clear are masked in what leaves it.

They are held in memory only, the latest few thousand. What an org keeps or is shown is masked by its
own values and the installation's (`of`): if another org's were masked too, whoever guesses could
find them out. The log, which people of an org don't see, is masked by all.
"""

from collections import Counter, OrderedDict
from collections.abc import MutableMapping
from typing import Any

from cadre.trust.secrets.forms import SHORTEST
from cadre.trust.secrets.masks import Masks, Value
from cadre.trust.secrets.values import Values

_MOST = 20_000


class Redactor:
    """Knows values, their names, and whose they are."""

    def __init__(self, *, most: int = _MOST) -> None:
        """Of more than `most` values, those that were used longest ago are forgotten."""
        self._most = most
        self._held: OrderedDict[tuple[str | None, str], None] = OrderedDict()
        self._all = Values()
        self._own: dict[str | None, Values] = {None: Values()}
        self._everything = Masks(self._all)
        self._masks: dict[str | None, Masks] = {None: Masks(self._own[None])}
        self._forgotten: Counter[str | None] = Counter()

    def know(self, name: str, value: str, org: str | None = None) -> None:
        """Mask `value` from now on, as `[secret NAME]`; without `org` it is the installation's."""
        if len(value) < SHORTEST:
            return
        key, own = (org, value), self._values(org)
        if key in self._held:
            self._held.move_to_end(key)
            for values in (self._all, own):
                values.rename(value, name)
            return
        self._held[key] = None
        self._all.add(value, name)
        own.add(value, name)
        while len(self._held) > self._most:
            self._forget()

    def of(self, org: str | None) -> Masks:
        """What masks for an org; for nobody yet, the installation's own values only."""
        masks = self._masks.get(org)
        if masks is None:
            masks = self._masks[org] = Masks(self._own[None], self._values(org))
        return masks

    def forgotten(self, org: str) -> int:
        """How many values of an org there was no more room for, so far."""
        return self._forgotten[org]

    def redact(self, text: str) -> str:
        """`text` without any value that is known, whoever's it is."""
        return self._everything.mask(text)

    def redact_all(self, value: Value) -> Value:
        """The same for every text inside of what JSON can say."""
        return self._everything.mask_all(value)

    def process(
        self, _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """As a step of the log."""
        for key, value in event.items():
            event[key] = self._everything.mask_all(value)
        return event

    def _values(self, org: str | None) -> Values:
        values = self._own.get(org)
        if values is None:
            values = self._own[org] = Values()
        return values

    def _forget(self) -> None:
        """The value that was used longest ago."""
        (org, value), _ = self._held.popitem(last=False)
        self._all.remove(value)
        self._own[org].remove(value)
        self._forgotten[org] += 1
