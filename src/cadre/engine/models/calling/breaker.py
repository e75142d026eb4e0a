"""Circuit breakers: a target that fails is left alone for a while, then asked by one call.

Only failures that speak of the target count. What a call reports counts only if the breaker
is still as it was when the call was let in: a straggler can't close a circuit, nor open it twice.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cadre.engine.models.calling.faults import fault_of, retry_after_seconds
from cadre.engine.models.calling.targets import Target
from cadre.engine.models.errors import ModelLimited, ModelUnavailable
from cadre.kernel.errors import CadreError, LimitReached
from cadre.kernel.ids import OrgId

State = Literal["closed", "open", "half_open"]
Now = Callable[[], float]

_SLOTS = 10
_MAX_TARGETS = 10_000


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """Opens after `failures` in a row, or when `failure_share` of `least_calls` or more failed.

    It stays open for `open_seconds`, twice as long after each failed probe. A Retry-After is
    kept to up to `longest_block_seconds`.
    """

    failures: int = 5
    failure_share: float = 0.5
    least_calls: int = 20
    window_seconds: float = 60.0
    open_seconds: float = 5.0
    longest_open_seconds: float = 120.0
    longest_block_seconds: float = 600.0


class Permit:
    """One call that was let in. Exactly one of `succeeded`, `failed` and `left` ends it."""

    __slots__ = ("_breaker", "_generation")

    def __init__(self, breaker: "Breaker", generation: int) -> None:
        self._breaker = breaker
        self._generation = generation

    def began(self) -> None:
        """The first item came: a probe need not wait for the last one."""
        self._generation = self._breaker.began(self._generation)

    def succeeded(self) -> None:
        self._breaker.succeeded(self._generation)

    def failed(self, error: CadreError) -> None:
        """Count `error` if it is the target's, else only leave."""
        if fault_of(error).is_targets:
            self._breaker.failed(self._generation, error)
        else:
            self.left()

    def left(self) -> None:
        """The call ended without saying anything of the target."""
        self._breaker.left(self._generation)


class Breaker:
    """The breaker of one target."""

    def __init__(self, name: str, settings: BreakerSettings, now: Now) -> None:
        self._name = name
        self._settings = settings
        self._now = now
        self._generation = 0
        self._is_closed = True
        self._is_probing = False
        self._open_until = 0.0
        self._open_seconds = settings.open_seconds
        self._blocked_until = 0.0
        self._in_a_row = 0
        self._window = _Window(settings.window_seconds)
        self.last_error: CadreError | None = None

    @property
    def state(self) -> State:
        if self._now() < self._blocked_until:
            return "open"
        if self._is_closed:
            return "closed"
        return "open" if self._now() < self._open_until else "half_open"

    @property
    def is_blocked(self) -> bool:
        """The target itself asked to be left alone, and that time is not over."""
        return self._now() < self._blocked_until

    @property
    def opens_in_seconds(self) -> float:
        """How long until the next call may be let in; 0: now, or when the probe is over."""
        until = max(self._blocked_until, 0.0 if self._is_closed else self._open_until)
        return max(0.0, until - self._now())

    def enter(self) -> Permit | None:
        """Let a call in, or return None; `refusal` says why."""
        if self._blocked_until or not self._is_closed:
            now = self._now()
            if now < self._blocked_until:
                return None
            self._blocked_until = 0.0
            if not self._is_closed:
                if self._is_probing or now < self._open_until:
                    return None
                self._is_probing = True
        return Permit(self, self._generation)

    def refusal(self) -> CadreError:
        """What `enter` returning None means for the caller."""
        wait = self.opens_in_seconds
        said = f" Its last failure: {self.last_error.detail}" if self.last_error else ""
        when = f"not asked for another {wait:.1f} s" if wait else "just being tried by another call"
        kind = ModelLimited if isinstance(self.last_error, LimitReached) else ModelUnavailable
        return kind(
            f"{self._name} failed a moment ago and is {when}.{said}",
            retry_after_seconds=wait or None,
        )

    def reset(self) -> None:
        """Close, whatever was: somebody knows that the target is well, or is another now."""
        self._close()
        self._blocked_until = 0.0
        self.last_error = None

    def began(self, generation: int) -> int:
        """Close if this is the probe; returns the generation that the call belongs to now."""
        if not self._is_closed and generation == self._generation:
            self._close()
            return self._generation
        return generation

    def succeeded(self, generation: int) -> None:
        self.began(generation)
        if self._is_closed:
            self._in_a_row = 0
            self._window.add(self._now(), is_good=True)

    def failed(self, generation: int, error: CadreError) -> None:
        self.last_error = error
        self._block(retry_after_seconds(error))
        if generation != self._generation:
            return
        if not self._is_closed:
            self._open(min(self._open_seconds * 2, self._settings.longest_open_seconds))
            return
        self._in_a_row += 1
        self._window.add(self._now(), is_good=False)
        if self._in_a_row >= self._settings.failures or self._is_failing():
            self._open(self._settings.open_seconds)

    def left(self, generation: int) -> None:
        if generation == self._generation:
            self._is_probing = False

    def _block(self, seconds: float) -> None:
        if seconds > 0:
            seconds = min(seconds, self._settings.longest_block_seconds)
            self._blocked_until = max(self._blocked_until, self._now() + seconds)

    def _open(self, seconds: float) -> None:
        self._generation += 1
        self._is_closed = self._is_probing = False
        self._open_seconds = seconds
        self._open_until = self._now() + seconds

    def _close(self) -> None:
        self._generation += 1
        self._is_closed, self._is_probing = True, False
        self._in_a_row = 0
        self._window = _Window(self._settings.window_seconds)

    def _is_failing(self) -> bool:
        good, bad = self._window.totals(self._now())
        calls = good + bad
        return calls >= self._settings.least_calls and bad >= calls * self._settings.failure_share


class Breakers:
    """The breakers of all targets of all orgs; the least recently used are forgotten."""

    def __init__(
        self, settings: BreakerSettings | None = None, *, now: Now = time.monotonic
    ) -> None:
        self._settings = settings or BreakerSettings()
        self._now = now
        self._known: OrderedDict[tuple[OrgId, str], Breaker] = OrderedDict()

    def of(self, target: Target) -> Breaker:
        key = (target.org, target.name)
        breaker = self._known.get(key)
        if breaker is None:
            breaker = self._known[key] = Breaker(target.name, self._settings, self._now)
            if len(self._known) > _MAX_TARGETS:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return breaker

    def find(self, org: OrgId, name: str) -> Breaker | None:
        """The breaker of a target that was asked before."""
        return self._known.get((org, name))

    def forget(self, org: OrgId, provider: str) -> None:
        """The provider has another key or address: what was learned of it is void."""
        for key, breaker in list(self._known.items()):
            if key[0] == org and key[1].partition(":")[0] == provider:
                breaker.reset()
                del self._known[key]


class _Window:
    """Good and bad calls of the last `seconds`, in slots that are used in turn."""

    def __init__(self, seconds: float) -> None:
        self._width = seconds / _SLOTS
        self._slot = 0
        self._good = [0] * _SLOTS
        self._bad = [0] * _SLOTS

    def add(self, now: float, *, is_good: bool) -> None:
        self._advance(now)
        counts = self._good if is_good else self._bad
        counts[self._slot % _SLOTS] += 1

    def totals(self, now: float) -> tuple[int, int]:
        self._advance(now)
        return sum(self._good), sum(self._bad)

    def _advance(self, now: float) -> None:
        slot = int(now / self._width)
        if slot == self._slot:
            return
        for passed in range(max(self._slot + 1, slot - _SLOTS + 1), slot + 1):
            self._good[passed % _SLOTS] = self._bad[passed % _SLOTS] = 0
        self._slot = slot
