"""Purse: money that is set aside ahead of the calls of those who count in the same hard budgets.

An advance is one row in `budget_reservations`. What is free of it and what its calls hold are
together what the row has: a call takes its share in memory, and its settlement lowers the row
by what it did cost. Nothing here waits for anything.
"""

from dataclasses import dataclass, field

from cadre.trust.budgets.reservation import Claim, Line, Refused


@dataclass(frozen=True, slots=True)
class Pace:
    """When money is set aside ahead, how much of it, and how long it may lie idle."""

    hot_calls: int = 50  # within a second; fewer would save nothing
    share: int = 16  # an advance is at most this part of what is left
    first_calls: int = 64
    least_calls: int = 8
    most_calls: int = 1024
    idle_seconds: float = 0.7
    look_seconds: float = 0.25
    cool_seconds: float = 0.5


@dataclass(eq=False, slots=True)
class Advance:
    """One row's money. `giving` is on its way back."""

    id: str
    lines: frozenset[Line]
    purse: "Purse"
    free: int
    used_at: float
    calls: dict[str, int] = field(default_factory=dict[str, int])
    is_open: bool = True
    giving: int = 0
    number: int = 0

    @property
    def is_due(self) -> bool:
        """Whether there is something to give back, or nothing left to keep the row for."""
        return not self.is_open and not self.giving and (self.free > 0 or not self.calls)

    def take(self, nano: int, now: float) -> str:
        """The id of a call that holds `nano` from now on."""
        self.number += 1
        call = f"{self.id}.{self.number}"
        self.calls[call] = nano
        self.free -= nano
        self.used_at = now
        return call

    def end(self, call: str, spent_nano: int = 0) -> None:
        """`call` is over, and the row is lowered by `spent_nano`; told twice it is ended once."""
        held = self.calls.pop(call, 0)
        if held:
            self.free += held - spent_nano

    def close(self) -> None:
        """No call takes from it any more."""
        if self.is_open:
            self.is_open = False
            self.purse.advances.remove(self)


class Purse:
    """The open advances in `lines`, and how many calls want some."""

    def __init__(
        self, org: str, revision: int, lines: tuple[Line, ...], limits: tuple[int, ...], pace: Pace
    ) -> None:
        self.org = org
        self.revision = revision
        self.lines = lines
        self.limits = limits
        self.advances: list[Advance] = []
        self.waiting = 0
        self._pace = pace
        self._calls = pace.first_calls
        self._counted = 0
        self._counted_since = self._filled_at = self._cool_until = float("-inf")

    def take(self, nano: int, now: float) -> tuple[Advance, str] | None:
        """Who holds `nano` for a call, and its id there; None if no advance has so much free."""
        for advance in self.advances:
            # One that was idle may be forgotten: so this process was stopped, others may have
            # taken it for dead and released its rows.
            if advance.free >= nano and now - advance.used_at < self._pace.idle_seconds:
                return advance, advance.take(nano, now)
        return None

    def is_hot(self, now: float) -> bool:
        """Count a call that found nothing, and say whether so many come that it is worth it."""
        if now - self._counted_since > 1.0:
            self._counted, self._counted_since = 0, now
        self._counted += 1
        busy = bool(self.advances) or self._counted > self._pace.hot_calls
        return busy and now >= self._cool_until

    def claim(self, id_: str, nano: int, now: float) -> Claim | None:
        """What to hold for several calls of `nano`; None if a limit is too near for that.

        The limits are such that it is held only if it is a small share of what is left.
        """
        pace, since = self._pace, now - self._filled_at
        if since < 0.25:
            self._calls = min(self._calls * 2, pace.most_calls)
        elif 1.0 < since < float("inf"):
            self._calls = max(self._calls // 2, pace.least_calls)
        most = min(self.limits) // (pace.share * nano)
        if most < pace.least_calls:
            self.cool(now)
            return None
        amount = nano * min(max(self._calls, self.waiting), most)
        limits = tuple(limit - (pace.share - 1) * amount for limit in self.limits)
        return Claim(id_, self.org, self.revision, amount, self.lines, limits)

    def filled(self, id_: str, amount: int, now: float) -> Advance:
        """An advance of `amount` is held."""
        self._filled_at = now
        advance = Advance(id_, frozenset(self.lines), self, amount, now)
        self.advances.append(advance)
        return advance

    def refused(self, refused: Refused, nano: int, now: float) -> None:
        """Too much of what is left: less next time, or nothing for a while."""
        left = self.limits[refused.line] - refused.settled_nano - refused.reserved_nano
        fitting = left // (self._pace.share * nano)
        self._calls = min(max(fitting, self._pace.least_calls), self._pace.most_calls)
        self._filled_at = float("-inf")
        if fitting < self._pace.least_calls:
            self.cool(now)

    def cool(self, now: float) -> None:
        """Set nothing aside ahead for a while."""
        self._cool_until = now + self._pace.cool_seconds
