"""Waiting: what a run waits for, its mailbox, and when it may leave memory.

A run may be parked when no verb is doing anything and at least one waits, and that stays
so for a moment. It follows that a driver awaits nothing but verbs.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cadre.engine.runs.payloads import references_of
from cadre.engine.runs.pen import Pen
from cadre.engine.runs.ports import Entry, EventRow, Journal, MailRow, Turn
from cadre.engine.runs.recording import Recording
from cadre.engine.runs.schemas import RunsSettings

Found = TypeVar("Found")

CHILD = "child:"
RESOLVE = "resolve:"


@dataclass(eq=False, slots=True)
class _Waiter(Generic[Found]):
    reason: str
    until: float | None
    look: Callable[[], Found | None]
    found: "asyncio.Future[Found | None]"


class Waiting:
    """`attend` is called when the run's host should look: to park it, or to drain its mail."""

    def __init__(
        self,
        *,
        run_id: str,
        pen: Pen,
        journal: Journal,
        recording: Recording,
        settings: RunsSettings,
        attend: Callable[[], None],
    ) -> None:
        self._run_id = run_id
        self._pen = pen
        self._journal = journal
        self._recording = recording
        self._settings = settings
        self._attend = attend
        self._loop = asyncio.get_running_loop()
        self._waiters: list[_Waiter[object]] = []
        self._reasons: dict[str, str] = {}
        self._busy = 0
        self._activity = 0
        self._draining = asyncio.Lock()
        self.wants_park = False

    @property
    def is_busy(self) -> bool:
        return self._busy > 0

    @property
    def has_waiters(self) -> bool:
        return bool(self._waiters)

    def enter(self) -> None:
        """A verb begins to do something."""
        self._busy += 1
        self._activity += 1

    def leave(self) -> None:
        """A verb has nothing to do any more."""
        self._busy -= 1
        if not self._busy and self._waiters:
            self._settle()

    def announce(self, key: str, reason: str) -> None:
        """`reason` is true from the next append on, until `withdraw`."""
        self._reasons[key] = reason

    def withdraw(self, key: str) -> None:
        self._reasons.pop(key, None)

    def sentence(self) -> str | None:
        """What the run waits for, in one sentence; None if for nothing."""
        if not self._reasons:
            return None
        reasons = list(self._reasons.values())
        if len(reasons) > 3:
            return f"{'; '.join(reasons[:3])}; and {len(reasons) - 3} more."
        return "; ".join(reasons)

    async def until_found(
        self, key: str, reason: str, until: float | None, look: Callable[[], Found | None]
    ) -> Found | None:
        """What `look` finds once it finds something; None when `until` has passed."""
        if self._pen.mail > self._recording.seen:
            await self.drain()
        found = look()
        if found is not None or (until is not None and until <= time.time()):
            self.withdraw(key)
            return found
        future: asyncio.Future[Found | None] = self._loop.create_future()
        waiter = _Waiter(reason, until, look, future)
        timer = None
        if until is not None:
            timer = self._loop.call_later(until - time.time(), _time_out, future)
        self._waiters.append(waiter)  # pyright: ignore[reportArgumentType]  # each waiter keeps its own type
        self.announce(key, reason)
        if not self._busy:
            self._settle()
        try:
            return await future
        finally:
            self._activity += 1
            self.withdraw(key)
            self._waiters.remove(waiter)  # pyright: ignore[reportArgumentType]
            if timer is not None:
                timer.cancel()

    async def drain(self) -> None:
        """Take the mailbox into the journal, durably, then hand it to whoever waits."""
        async with self._draining:
            if self._pen.mail <= self._recording.seen:
                return
            rows = await self._journal.mailbox(self._run_id)
            if not rows:
                self._pen.mail = self._recording.seen
                return
            first = self._pen.next_seq
            entries = [_entry(row) for row in rows]
            await self._pen.write(
                entries,
                waiting_for=self.sentence(),
                drained=[(row.key, seq) for seq, row in enumerate(rows, first)],
                payloads=[blob for row in rows for blob in references_of(row.data)],
            )
            for seq, entry in enumerate(entries, first):
                self._recording.add(
                    EventRow(self._run_id, seq, entry.at, entry.type, entry.key, entry.data)
                )
        self._match()
        if not self._busy and self._waiters:
            self._settle()

    async def park(self) -> bool:
        """Give the run up until mail or a timer comes; False if mail has come already."""
        self.wants_park = False
        if not self._may_park():
            return False
        timers = [waiter.until for waiter in self._waiters if waiter.until is not None]
        turn = Turn("waiting", min(timers, default=None), seen=self._recording.seen)
        receipt = await self._pen.write([], waiting_for=self.sentence(), turn=turn)
        if receipt.status == "waiting":
            return True
        await self.drain()
        return False

    def _match(self) -> None:
        for waiter in self._waiters:
            if not waiter.found.done():
                found = waiter.look()
                if found is not None:
                    waiter.found.set_result(found)

    def _settle(self) -> None:
        delay = self._settings.linger_seconds
        self._loop.call_later(delay, self._consider_parking, self._activity)

    def _consider_parking(self, activity: int) -> None:
        if activity == self._activity and not self.wants_park and self._may_park():
            self.wants_park = True
            self._attend()

    def _may_park(self) -> bool:
        if self._busy or not self._waiters or self._pen.is_down:
            return False
        if any(waiter.found.done() for waiter in self._waiters):
            return False
        soon = time.time() + self._settings.shortest_park_seconds
        return all(waiter.until is None or waiter.until > soon for waiter in self._waiters)


def _time_out(future: "asyncio.Future[Found | None]") -> None:
    if not future.done():
        future.set_result(None)


def _entry(row: MailRow) -> Entry:
    """The event that a signal becomes. Its data was written in the event's shape already."""
    now = time.time()
    if row.name.startswith(CHILD):
        return Entry("child.finished", row.name.removeprefix(CHILD), row.data, now)
    if row.name.startswith(RESOLVE):
        return Entry("step.resolved", row.name.removeprefix(RESOLVE), row.data, now)
    return Entry("signal.received", row.key, row.data, now)
