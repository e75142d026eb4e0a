"""Rates: how often each key has asked in the last minute, by this process."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable

from cadre.trust.keys.errors import KeyRateReached

_WINDOW_SECONDS = 60.0
_MOST_KEYS = 10_000


class Rates:
    """A window that slides: at no time are there more than the rate within one minute."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, key_id: str, per_minute: int) -> None:
        """Count a request, or raise `KeyRateReached`."""
        now = self._now()
        asked = self._asked.get(key_id)
        if asked is None:
            asked = self._asked[key_id] = deque()
            if len(self._asked) > _MOST_KEYS:
                self._asked.popitem(last=False)
        while asked and asked[0] <= now - _WINDOW_SECONDS:
            asked.popleft()
        if len(asked) >= per_minute:
            raise KeyRateReached(per_minute, max(1.0, asked[0] + _WINDOW_SECONDS - now))
        asked.append(now)
