"""Counts: the windows of this process, found by whom they count."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from cadre.trust.limits.decision import UNLIMITED, Decision
from cadre.trust.limits.rule import ALL, DEFAULTS, Counting, Rule
from cadre.trust.limits.window import Window

OrgRules = Mapping[tuple[str, str], Rule]


class Counted(NamedTuple):
    """One subject that asks for something in an org."""

    org: str
    kind: str
    id: str
    endpoints: Counting


class Counts:
    """`rules` are those that orgs have set: by org, then by subject and endpoints."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._windows: dict[Counted, Window | None] = {}
        self._rules: Mapping[str, OrgRules] = {}
        self._per_minute: Mapping[str, int] = {}

    def set_rules(self, rules: Mapping[str, OrgRules], per_minute: Mapping[str, int]) -> None:
        """Count by `rules` from now on; a window whose rule stays goes on.

        `per_minute` is what orgs may ask in all, of whatever kind.
        """
        self._rules, self._per_minute = rules, per_minute
        for counted, window in list(self._windows.items()):
            if (window and Rule(window.limit, window.seconds)) != self.rule(counted):
                del self._windows[counted]

    def rule(self, counted: Counted) -> Rule | None:
        """The closest one: for just this subject, for its kind, or the default."""
        org, kind, id_, endpoints = counted
        if endpoints == ALL:
            most = self._per_minute.get(org)
            return None if most is None else Rule(most, 60)
        own = self._rules.get(org)
        if own:
            found = own.get((f"{kind}:{id_}", endpoints)) or own.get((kind, endpoints))
            if found:
                return found
        return DEFAULTS.get((kind, endpoints))

    def hit(self, subjects: Sequence[Counted]) -> Decision:
        """Count one request of all `subjects`, or of none if one of them has to wait."""
        now = self._clock()
        windows: list[Window] = []
        least: Window | None = None
        left = 0.0
        for counted in subjects:
            window = self._window(counted)
            if window is None:
                continue
            room = window.limit - window.used(now) - 1
            if room < 0:
                return _refused(window, counted.kind, now)
            if least is None or room < left:
                least, left = window, room
            windows.append(window)
        for window in windows:
            window.add()
        if least is None:
            return UNLIMITED
        seconds = least.seconds
        return Decision(True, least.limit, seconds, int(left), seconds - now % seconds)

    def used(self, org: str) -> list[tuple[Counted, Rule, float]]:
        """The windows of `org` in which something counts."""
        now = self._clock()
        return [
            (counted, Rule(window.limit, window.seconds), used)
            for counted, window in self._windows.items()
            if window and counted.org == org and (used := window.used(now)) > 0
        ]

    def sweep(self) -> None:
        """Forget whoever has not asked for a while."""
        now = self._clock()
        over = [key for key, window in self._windows.items() if not window or window.is_over(now)]
        for key in over:
            del self._windows[key]

    def _window(self, counted: Counted) -> Window | None:
        try:
            return self._windows[counted]
        except KeyError:
            rule = self.rule(counted)
            window = self._windows[counted] = Window(rule) if rule else None
            return window


def _refused(window: Window, kind: str, now: float) -> Decision:
    return Decision(
        False,
        window.limit,
        window.seconds,
        0,
        window.reset_seconds(now),
        window.wait_seconds(now),
        kind,
    )
