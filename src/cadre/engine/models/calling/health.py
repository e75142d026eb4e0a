"""Health: how each target did lately, learned from the calls that were made anyway.

Everything is kept by minute. The last ten minutes are in memory for routing; what has
changed is handed out by `unsaved` and may be forgotten once `saved` was told.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cadre.engine.models.calling import histogram
from cadre.engine.models.calling.breaker import Breakers, State
from cadre.engine.models.calling.statistics import Counts
from cadre.engine.models.calling.targets import AttemptOutcome, Target
from cadre.kernel.errors import CadreError
from cadre.kernel.ids import OrgId, new_id

MINUTE = 60
RECENT_MINUTES = 10
_LONGEST_UNSAVED_MINUTES = 120
_MAX_TARGETS = 10_000
_SNAPSHOT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class HealthSnapshot:
    """A target's last ten minutes; None where nothing is known. Times are medians.

    `calls` are those that say something of the target.
    """

    success_rate: float | None
    first_token_seconds: float | None
    tokens_per_second: float | None
    is_open: bool
    calls: int


@dataclass(frozen=True, slots=True)
class LastError:
    code: str
    detail: str
    at: float


class MinuteCounts:
    """The minute that began at `at` (epoch seconds); `version` rises with every call counted."""

    __slots__ = ("at", "counts", "saved_version", "version")

    def __init__(self, at: int) -> None:
        self.at = at
        self.counts = Counts()
        self.version = 0
        self.saved_version = 0

    @property
    def is_saved(self) -> bool:
        return self.saved_version == self.version


@dataclass(frozen=True, slots=True)
class Unsaved:
    """A minute as it was at `version`; `counts` is not to be changed."""

    org: OrgId
    name: str
    minute: MinuteCounts
    version: int

    @property
    def counts(self) -> Counts:
        return self.minute.counts


class _Lately:
    __slots__ = ("last_error", "minutes", "snapshot", "snapshot_until")

    def __init__(self) -> None:
        self.minutes: list[MinuteCounts] = []
        self.last_error: LastError | None = None
        self.snapshot: HealthSnapshot | None = None
        self.snapshot_until = 0.0


class Health:
    """The statistics of this process, for all orgs. `writer` names the process among others.

    `wall` gives epoch seconds.
    """

    def __init__(self, breakers: Breakers, *, wall: Callable[[], float] = time.time) -> None:
        self._breakers = breakers
        self._wall = wall
        self._targets: OrderedDict[tuple[OrgId, str], _Lately] = OrderedDict()
        self.writer = new_id("proc")

    def record(self, outcome: AttemptOutcome) -> None:
        """Count one attempt that has ended."""
        now = self._wall()
        lately = self._lately(outcome.target)
        minute = self._minute(lately, now)
        minute.counts.take(outcome)
        minute.version += 1
        if outcome.error is not None:
            lately.last_error = _last(outcome.error, now)

    def record_probe(self, outcome: AttemptOutcome, cost_nano_usd: int) -> None:
        """Count one probe, and what it cost."""
        self.record(outcome)
        counts = self._lately(outcome.target).minutes[-1].counts
        counts.probes += 1
        counts.probe_nano_usd += cost_nano_usd

    def snapshot(self, org: OrgId, name: str) -> HealthSnapshot | None:
        """How the target did lately, as of a second ago; None if it was not asked."""
        lately = self._targets.get((org, name))
        if lately is None:
            return None
        now = self._wall()
        if lately.snapshot is None or now >= lately.snapshot_until:
            lately.snapshot = self._snapshot(org, name)
            lately.snapshot_until = now + _SNAPSHOT_SECONDS
        return lately.snapshot

    def recent(self, org: OrgId, name: str) -> Counts:
        """The last ten minutes, added up."""
        since = self._wall() - RECENT_MINUTES * MINUTE
        total = Counts()
        lately = self._targets.get((org, name))
        for minute in lately.minutes if lately else ():
            if minute.at > since:
                total.add(minute.counts)
        return total

    def last_error(self, org: OrgId, name: str) -> LastError | None:
        lately = self._targets.get((org, name))
        return lately.last_error if lately else None

    def names(self, org: OrgId) -> list[str]:
        """The targets of `org` that this process has asked."""
        return sorted(name for owner, name in self._targets if owner == org)

    def circuit(self, org: OrgId, name: str) -> State:
        breaker = self._breakers.find(org, name)
        return breaker.state if breaker else "closed"

    def opens_in_seconds(self, org: OrgId, name: str) -> float:
        breaker = self._breakers.find(org, name)
        return breaker.opens_in_seconds if breaker else 0.0

    def unsaved(self) -> Iterator[Unsaved]:
        """What has changed since it was last `saved`."""
        for (org, name), lately in list(self._targets.items()):
            for minute in list(lately.minutes):
                if not minute.is_saved:
                    yield Unsaved(org, name, minute, minute.version)

    def saved(self, written: Unsaved) -> None:
        """`written` is in the database as it was at its version."""
        written.minute.saved_version = written.version

    def _snapshot(self, org: OrgId, name: str) -> HealthSnapshot:
        recent = self.recent(org, name)
        return HealthSnapshot(
            success_rate=recent.success_rate,
            first_token_seconds=histogram.quantile(recent.first, 0.5),
            tokens_per_second=recent.tokens_per_second,
            is_open=self.circuit(org, name) == "open",
            calls=recent.calls,
        )

    def _lately(self, target: Target) -> _Lately:
        key = (target.org, target.name)
        lately = self._targets.get(key)
        if lately is None:
            lately = self._targets[key] = _Lately()
            if len(self._targets) > _MAX_TARGETS:
                self._targets.popitem(last=False)
        else:
            self._targets.move_to_end(key)
        return lately

    def _minute(self, lately: _Lately, now: float) -> MinuteCounts:
        at = int(now) // MINUTE * MINUTE
        if lately.minutes and lately.minutes[-1].at >= at:
            return lately.minutes[-1]
        lately.minutes = [
            minute for minute in lately.minutes if _is_kept(minute, (at - minute.at) // MINUTE)
        ]
        lately.minutes.append(MinuteCounts(at))
        return lately.minutes[-1]


def _is_kept(minute: MinuteCounts, age_minutes: int) -> bool:
    return age_minutes <= (RECENT_MINUTES if minute.is_saved else _LONGEST_UNSAVED_MINUTES)


def _last(error: CadreError, now: float) -> LastError:
    return LastError(error.code, error.detail[:500], now)
