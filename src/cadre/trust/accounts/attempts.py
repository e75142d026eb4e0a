"""Attempts: how often someone may fail to sign in before they have to wait."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable

from cadre.kernel.errors import LimitReached

_MAX_ADDRESSES = 10_000


class TooManyAttempts(LimitReached):
    """Sign-in failed too often from this address."""

    code = "too_many_attempts"

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__(f"Too many failed sign-ins: wait {retry_after_seconds:.0f} seconds.")
        self.retry_after_seconds = retry_after_seconds


class Attempts:
    """At most `limit` failures in `window_seconds` for each address, kept in memory."""

    def __init__(
        self,
        limit: int = 10,
        window_seconds: float = 300,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._window_seconds = window_seconds
        self._now = now
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, address: str) -> None:
        """Raise `TooManyAttempts` if `address` has to wait."""
        failures = self._recent(address)
        if len(failures) >= self._limit:
            raise TooManyAttempts(failures[0] + self._window_seconds - self._now())

    def failed(self, address: str) -> None:
        """Count a failure of `address`."""
        self._recent(address).append(self._now())
        self._failures.move_to_end(address)
        while len(self._failures) > _MAX_ADDRESSES:
            self._failures.popitem(last=False)

    def _recent(self, address: str) -> deque[float]:
        failures = self._failures.setdefault(address, deque(maxlen=self._limit))
        while failures and failures[0] <= self._now() - self._window_seconds:
            failures.popleft()
        return failures
