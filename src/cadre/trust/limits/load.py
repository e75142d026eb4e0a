"""Load: whether this process keeps up. Where it doesn't, what matters least has to wait first.

An event loop that comes back late from a short sleep has more to do than it can; how late it mostly came
of late is the lag. One long step alone, or a machine that slept, does not make anybody wait.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from statistics import median

_EVERY_SECONDS = 0.1
_MEASUREMENTS = 5  # most of these have to be late
_RETRY_SECONDS = 2.0


class Priority(IntEnum):
    """What is put off first comes first; the last one never is."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    ALWAYS = 3


# From this lag on some are put off, and from the second one on all.
_LAGS = {
    Priority.LOW: (0.5, 1.0),
    Priority.NORMAL: (1.0, 2.0),
    Priority.HIGH: (2.0, 4.0),
}


class Load:
    """The lag of this process's event loop."""

    def __init__(self) -> None:
        self.lag_seconds = 0.0
        self._late = deque([0.0] * _MEASUREMENTS, maxlen=_MEASUREMENTS)
        self._owed = dict.fromkeys(_LAGS, 0.0)

    async def run(self) -> None:
        """Measure until cancelled."""
        clock: Callable[[], float] = asyncio.get_running_loop().time
        while True:
            asleep = clock()
            await asyncio.sleep(_EVERY_SECONDS)
            self.measured(clock() - asleep - _EVERY_SECONDS)

    def measured(self, late_seconds: float) -> None:
        """Take a measurement into account."""
        self._late.append(max(0.0, late_seconds))
        self.lag_seconds = median(self._late)

    def puts_off(self, priority: Priority) -> float:
        """After how many seconds to ask again; 0 if the request is served now."""
        lags = _LAGS.get(priority)
        if lags is None or self.lag_seconds <= lags[0]:
            return 0.0
        share = (self.lag_seconds - lags[0]) / (lags[1] - lags[0])
        # Evenly: with a share of a quarter each fourth one is put off.
        self._owed[priority] += min(1.0, share)
        if self._owed[priority] < 1.0:
            return 0.0
        self._owed[priority] -= 1.0
        return _RETRY_SECONDS
