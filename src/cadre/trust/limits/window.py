"""Window: a sliding window of two counters, which is what Redis keeps for the `limits` package too.

The requests of the window before count by the share of it that the last `seconds` still cover.
"""

from cadre.trust.limits.rule import Rule


class Window:
    """How often one subject asked for one kind of thing; times are in seconds from anywhere."""

    __slots__ = ("_before", "_now", "_number", "limit", "seconds")

    def __init__(self, rule: Rule) -> None:
        self.limit, self.seconds = rule
        self._number = -1
        self._now = self._before = 0

    def used(self, now: float) -> float:
        """How many requests count at `now`."""
        seconds = self.seconds
        number = int(now // seconds)
        if number != self._number:
            self._before = self._now if number == self._number + 1 else 0
            self._now, self._number = 0, number
        before = self._before
        if not before:
            return self._now
        return before * (1 - (now - number * seconds) / seconds) + self._now

    def add(self) -> None:
        """Count one more, in the window that `used` looked at last."""
        self._now += 1

    def reset_seconds(self, now: float) -> float:
        """Until the window that counts in full ends."""
        return self.seconds - (now - now // self.seconds * self.seconds)

    def wait_seconds(self, now: float) -> float:
        """Until one more fits, if nobody else asks."""
        if self.limit < 1:
            return float(self.seconds)
        used = self.used(now)
        if used + 1 <= self.limit:
            return 0.0
        left = self.reset_seconds(now)
        if self._now + 1 <= self.limit:
            # Enough of the window before has to slide away.
            return left - self.seconds * (self.limit - self._now - 1) / self._before
        return left + max(0.0, self.seconds * (1 - (self.limit - 1) / self._now))

    def is_over(self, now: float) -> bool:
        """Whether nothing of it counts any more."""
        return now // self.seconds > self._number + 1
