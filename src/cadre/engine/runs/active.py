"""ActiveRun: a run as its driver sees it. Five verbs; each does at most once what it names.

A driver is plain code. When a run is recovered the driver runs again from the top, and a
verb whose result is in the journal returns it at once. So a driver keeps three rules: it
decides only by what verbs returned, it awaits nothing but verbs, and its keys are unique.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from cadre.engine.runs.acting import Acting, AskOutcome, Effect, Step
from cadre.engine.runs.birth import Birth
from cadre.engine.runs.ending import Ending
from cadre.engine.runs.errors import BadKey, ChildFailed
from cadre.engine.runs.open_steps import OpenSteps
from cadre.engine.runs.payloads import Payloads
from cadre.engine.runs.pen import Halted, Pen
from cadre.engine.runs.recording import Data, Recorded, Recording
from cadre.engine.runs.replaying import Replay
from cadre.engine.runs.schemas import Frame, Origin, RunSpec, Safety, Signal
from cadre.engine.runs.waiting import Waiting
from cadre.kernel.ids import RunId
from cadre.kernel.messages import Json
from cadre.kernel.scope import Scope

_FOREVER = 10**10


@dataclass(slots=True)
class Child:
    """A run that this one started."""

    run_id: RunId
    _result: Callable[[], Awaitable[Json]]

    async def result(self) -> Json:
        """Its output, once it has ended; raises `ChildFailed` if it has none."""
        return await self._result()


class ActiveRun:
    """`attempt` is 1 on the first worker and grows with each takeover or wake-up."""

    def __init__(
        self,
        *,
        run_id: RunId,
        scope: Scope,
        session_id: str | None,
        workspace_id: str,
        deadline: float | None,
        attempt: int,
        started: Data,
        pen: Pen,
        payloads: Payloads,
        recording: Recording,
        waiting: Waiting,
        acting: Acting,
        open_steps: OpenSteps,
        replay: Replay | None,
        origin: Origin | None,
        hand_back: Callable[[], bool],
        end: Callable[[Ending], None],
    ) -> None:
        """`hand_back` says, before anything new begins, that this worker wants to stop."""
        self.id = run_id
        self.scope = scope
        self.session_id = session_id
        self.workspace_id = workspace_id
        self.deadline = deadline
        self.attempt = attempt
        self.is_replay = replay is not None
        self.origin = origin
        self.definition: Json = started.get("definition")
        self.input: Json = started.get("input")
        self._pen = pen
        self._payloads = payloads
        self._recording = recording
        self._waiting = waiting
        self._acting = acting
        self._open_steps = open_steps
        self._replay = replay
        self._hand_back = hand_back
        self._end = end
        self._used: set[tuple[str, str]] = set()
        self._takes: dict[str, int] = {}
        self._has_acted = False

    async def born(self) -> None:
        """Return when the run itself is durable: an effect that reads what other runs wrote waits.

        Steps that settle by themselves do so anyway.
        """
        await self._pen.born()

    async def step(
        self,
        key: str,
        effect: Effect,
        *,
        kind: str,
        name: str,
        input: Json = None,  # noqa: A002
        safety: Safety = Safety.READ_ONLY,
        ask_outcome: AskOutcome | None = None,
        timeout_seconds: float | None = None,
        settles_with_next: bool = False,
    ) -> Json:
        """The result of `effect`, journaled under `key`; raises `StepFailed` if it failed.

        `settles_with_next`: what only prepares the next step need not be durable before it; the
        two are written together, and after a crash in between both are done again. Its effect may
        begin before the run is durable (see `born`).

        `ask_outcome(idempotency_key)` returns what an interrupted unsafe effect gave, None if
        it did not happen, and raises if it can't tell.
        """
        self._use("step", key)
        recorded = self._recording.steps.get(key)
        if recorded is not None:
            if self._replay is not None:
                asked: Data = {"kind": kind, "name": name, "input": input}
                await self._compare(self._replay, key, recorded, asked)
            return await self._acting.recall(recorded, key)
        self._begin_something("step", key)
        self._waiting.enter()
        try:
            step = Step(
                key, kind, name, input, safety, timeout_seconds, ask_outcome, settles_with_next
            )
            return await self._acting.act(step, effect)
        finally:
            self._waiting.leave()

    async def wait(
        self, name: str, *, key: str, reason: str, until: float | None = None
    ) -> Signal | None:
        """The next signal of `name`; None if `until` (Unix seconds) passes first.

        `reason` is what people read while the run waits: a sentence without its full stop.
        """
        self._use("wait", key)
        ended = self._recording.waits.get(key)
        if ended is not None:
            return _signal((await self._payloads.whole(ended)).get("signal"))
        opened: Data | None = self._recording.open_waits.get(key)
        if opened is None:
            opened = {"name": name, "reason": reason, "until": until}
            await self._open("wait.started", key, opened, reason)
        until = cast("float | None", opened.get("until"))
        signal_key = await self._waiting.until_found(
            f"wait {key}", reason, until, lambda: self._next_unread(name)
        )
        signal = None if signal_key is None else await self._read(signal_key)
        data: Data = {
            "name": name,
            "signal": signal
            and {"key": signal.key, "name": name, "data": signal.data, "by": signal.by},
            "signal_key": signal_key,
        }
        await self._close("wait.finished", key, data)
        return signal

    async def signals(self, name: str) -> list[Signal]:
        """All signals of `name` that have arrived and were not read yet, perhaps none.

        While the driver is catching up with its journal it gets what it got then.
        """
        self._check()
        number = self._takes[name] = self._takes.get(name, 0) + 1
        key = f"signals:{name}/{number}"
        taken = self._recording.taken.get(key)
        if taken is None:
            if self._is_catching_up() or self._replay is not None:
                return []
            if self._pen.mail > self._recording.seen:
                await self._waiting.drain()
            taken = list(self._recording.unread.pop(name, ()))
            if taken:
                await self._close("signals.taken", key, {"name": name, "keys": taken})
        return [await self._read(signal_key) for signal_key in taken]

    async def sleep(self, seconds: float, *, key: str) -> None:
        """Wait until `seconds` after the first time that this was asked, restarts included."""
        self._use("sleep", key)
        if key in self._recording.sleeps:
            return
        until = self._recording.open_sleeps.get(key)
        if until is None:
            until = time.time() + max(0.0, min(seconds, _FOREVER))
            await self._open("sleep.started", key, {"until": until}, _sleeping(until))
        await self._waiting.until_found(f"sleep {key}", _sleeping(until), until, _nothing)
        await self._close("sleep.finished", key, {})

    async def spawn(self, key: str, spec: RunSpec) -> Child:
        """Start a child: it ends when this run ends, and tells this run when it ends itself."""
        self._use("child", key)
        begun = self._recording.children.get(key)
        if begun is None:
            self._begin_something("child", key)
            self._waiting.enter()
            try:
                begun = await self._bear(key, spec)
            finally:
                self._waiting.leave()
        title = begun.get("title") or begun["run_id"]
        return Child(RunId(begun["run_id"]), lambda: self._child_result(key, title))

    def emit(self, frame: Frame) -> None:
        """Show `frame` to whoever follows the run now; it is kept nowhere."""
        self._open_steps.emit(frame)

    async def _bear(self, key: str, spec: RunSpec) -> Data:
        birth = await Birth.of(self._payloads, self.scope, spec, parent_id=self.id, parent_key=key)
        begun: Data = {"run_id": birth.run.id, "title": spec.title}
        entry, _ = await self._pen.pack("child.started", key, begun)
        await self._pen.write([entry], waiting_for=self._waiting.sentence(), children=[birth.run])
        self._recording.children[key] = begun
        return begun

    async def _child_result(self, key: str, title: str) -> Json:
        self._check()
        ended = await self._waiting.until_found(
            f"child {key}",
            f"The child run “{title}” must end",
            None,
            lambda: self._recording.child_results.get(key),
        )
        assert ended is not None
        data = await self._payloads.whole(ended)
        if data["status"] == "done":
            return data.get("output")
        error = data.get("error") or {"code": "child_cancelled", "detail": "It was cancelled."}
        raise ChildFailed(error["code"], f"{title}: {error['detail']}", key=key)

    async def _open(self, kind: str, key: str, data: Data, reason: str) -> None:
        """Journal the begin of a wait of some sort."""
        self._begin_something(kind.split(".", maxsplit=1)[0], key)
        self._waiting.enter()
        try:
            self._waiting.announce(f"{kind.split('.', maxsplit=1)[0]} {key}", reason)
            entry, blobs = await self._pen.pack(kind, key, data)
            await self._pen.write([entry], waiting_for=self._waiting.sentence(), payloads=blobs)
        finally:
            self._waiting.leave()

    async def _close(self, kind: str, key: str, data: Data) -> None:
        """Journal that the driver learned something that did not act."""
        self._has_acted = True
        self._waiting.enter()
        try:
            entry, blobs = await self._pen.pack(kind, key, data)
            await self._pen.write([entry], waiting_for=self._waiting.sentence(), payloads=blobs)
        finally:
            self._waiting.leave()

    def _next_unread(self, name: str) -> str | None:
        queue = self._recording.unread.get(name)
        return queue.popleft() if queue else None

    async def _read(self, signal_key: str) -> Signal:
        data = await self._payloads.whole(self._recording.mail[signal_key])
        return Signal(signal_key, data["name"], data.get("data"), data.get("by"))

    def _is_catching_up(self) -> bool:
        """Is there something in the journal that the driver has not come to yet?"""
        if self._has_acted:
            return False
        recording = self._recording
        known = (
            len(recording.steps.keys() | recording.open_steps.keys())
            + len(recording.waits.keys() | recording.open_waits.keys())
            + len(recording.sleeps | recording.open_sleeps.keys())
            + len(recording.children)
        )
        return len(self._used) < known

    async def _compare(self, replay: Replay, key: str, recorded: Recorded, asked: Data) -> None:
        """In a replay the driver must ask for what was recorded, to the letter."""
        data = await self._payloads.whole(recorded.data)
        ending = replay.used(key, data, {**asked, "input": self._payloads.plain(asked["input"])})
        if ending is not None:
            self._end(ending)
            self._hand_back()
            raise Halted

    def _begin_something(self, verb: str, key: str) -> None:
        """Before anything new begins: not on a worker that wants to stop, nor in a replay."""
        if self._replay is not None:
            self._end(self._replay.beyond(verb, key))
        if self._hand_back():
            raise Halted
        self._has_acted = True

    def _check(self) -> None:
        if self._pen.is_down:
            raise Halted

    def _use(self, verb: str, key: str) -> None:
        self._check()
        if not key or len(key) > 500 or "\0" in key:
            raise BadKey(
                f"{key[:80]!r} can't be a key: write 1 to 500 characters, none of them NUL."
            )
        if (verb, key) in self._used:
            raise BadKey(
                f"The {verb} {key!r} was asked for twice in one run; each needs its own key."
            )
        self._used.add((verb, key))


def _nothing() -> None:
    return None


def _signal(data: Data | None) -> Signal | None:
    return (
        None
        if data is None
        else Signal(data["key"], data["name"], data.get("data"), data.get("by"))
    )


def _sleeping(until: float) -> str:
    return f"Sleeping until {datetime.fromtimestamp(until, UTC):%Y-%m-%d %H:%M:%S} UTC"
