"""Recording: a run's journal, read the way a driver asks for it: by verb and key."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from cadre.engine.runs.ports import EventRow
from cadre.kernel.messages import Json

Data = dict[str, Json]

MAIL = frozenset({"signal.received", "child.finished", "step.resolved"})


@dataclass(slots=True)
class Recorded:
    """How a step ended: `failed` tells which shape `data` has; `seq` where it stands."""

    data: Data
    failed: bool
    seq: int


@dataclass(slots=True)
class Recording:
    """What is known of a run so far. `seen` counts the signals that its journal has taken in.

    `unread` has the keys of signals by name, in order of arrival; `mail` what they say.
    """

    started: Data = field(default_factory=dict[str, Json])
    steps: dict[str, Recorded] = field(default_factory=dict[str, Recorded])
    open_steps: dict[str, Data] = field(default_factory=dict[str, Data])
    unknown_steps: dict[str, Data] = field(default_factory=dict[str, Data])
    waits: dict[str, Data] = field(default_factory=dict[str, Data])
    open_waits: dict[str, Data] = field(default_factory=dict[str, Data])
    sleeps: set[str] = field(default_factory=set[str])
    open_sleeps: dict[str, float] = field(default_factory=dict[str, float])
    children: dict[str, Data] = field(default_factory=dict[str, Data])
    child_results: dict[str, Data] = field(default_factory=dict[str, Data])
    taken: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    mail: dict[str, Data] = field(default_factory=dict[str, Data])
    unread: dict[str, deque[str]] = field(default_factory=dict[str, deque[str]])
    seen: int = 0
    last: EventRow | None = None

    @classmethod
    def of(cls, events: Iterable[EventRow]) -> "Recording":
        recording = cls()
        for event in events:
            recording.add(event)
        return recording

    def add(self, event: EventRow) -> None:
        """Take in one more event."""
        self.last = event
        self.seen += event.type in MAIL
        read = _READERS.get(event.type)
        if read is not None:
            read(self, event.key or "", orjson.loads(event.data), event.seq)

    def take(self, name: str, key: str) -> None:
        """Mark the received signal `key` as read by the driver."""
        queue = self.unread.get(name)
        if queue is not None:
            self.unread[name] = deque(other for other in queue if other != key)


def _run_started(recording: Recording, _key: str, data: Data, _seq: int) -> None:
    recording.started = data


def _step_started(recording: Recording, key: str, data: Data, _seq: int) -> None:
    recording.open_steps[key] = data


def _step_finished(recording: Recording, key: str, data: Data, seq: int) -> None:
    recording.open_steps.pop(key, None)
    recording.unknown_steps.pop(key, None)
    recording.steps[key] = Recorded(data, failed=False, seq=seq)


def _step_failed(recording: Recording, key: str, data: Data, seq: int) -> None:
    recording.open_steps.pop(key, None)
    recording.unknown_steps.pop(key, None)
    recording.steps[key] = Recorded(data, failed=True, seq=seq)


def _step_unknown(recording: Recording, key: str, data: Data, _seq: int) -> None:
    recording.unknown_steps[key] = data


def _step_resolved(recording: Recording, key: str, data: Data, seq: int) -> None:
    if key not in recording.unknown_steps:
        return  # answered twice: the first answer stands
    outcome = data.get("outcome")
    if outcome == "happened":
        _step_finished(recording, key, data, seq)
    elif outcome == "abandon":
        detail = "Nobody knows whether it happened, and a person gave it up."
        failed: Data = {"error": {"code": "outcome_abandoned", "detail": detail}}
        _step_failed(recording, key, failed, seq)
    else:
        recording.open_steps.pop(key, None)
        recording.unknown_steps.pop(key, None)


def _wait_started(recording: Recording, key: str, data: Data, _seq: int) -> None:
    recording.open_waits[key] = data


def _wait_finished(recording: Recording, key: str, data: Data, _seq: int) -> None:
    recording.open_waits.pop(key, None)
    recording.waits[key] = data
    if data.get("signal_key") is not None:
        recording.take(data["name"], data["signal_key"])


def _signal_received(recording: Recording, key: str, data: Data, _seq: int) -> None:
    recording.mail[key] = data
    recording.unread.setdefault(data["name"], deque()).append(key)


def _signals_taken(recording: Recording, key: str, data: Data, _seq: int) -> None:
    recording.taken[key] = data["keys"]
    for signal_key in data["keys"]:
        recording.take(data["name"], signal_key)


def _sleep_started(recording: Recording, key: str, data: Data, _seq: int) -> None:
    recording.open_sleeps[key] = data["until"]


def _sleep_finished(recording: Recording, key: str, _data: Data, _seq: int) -> None:
    recording.open_sleeps.pop(key, None)
    recording.sleeps.add(key)


def _child_started(recording: Recording, key: str, data: Data, _seq: int) -> None:
    recording.children[key] = data


def _child_finished(recording: Recording, key: str, data: Data, _seq: int) -> None:
    recording.child_results[key] = data


_READERS = {
    "run.started": _run_started,
    "step.started": _step_started,
    "step.finished": _step_finished,
    "step.failed": _step_failed,
    "step.unknown": _step_unknown,
    "step.resolved": _step_resolved,
    "wait.started": _wait_started,
    "wait.finished": _wait_finished,
    "signal.received": _signal_received,
    "signals.taken": _signals_taken,
    "sleep.started": _sleep_started,
    "sleep.finished": _sleep_finished,
    "child.started": _child_started,
    "child.finished": _child_finished,
}
