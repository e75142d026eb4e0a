"""Hub: what this process knows of runs right now, and who in it wants to know.

Events pass through once they are durable, frames (token deltas, progress) as they come. Nothing
is kept here: whoever joins or falls behind reads the journal.
"""

import asyncio
from asyncio import Future
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from cadre.engine.runs.ports import Claim, Entry, EventRow, Lease, NewRun, Written
from cadre.engine.runs.schemas import Frame
from cadre.infra.bus import Bus
from cadre.kernel.events import RunAdvanced
from cadre.kernel.ids import OrgId, RunId

_QUEUE_FRAMES = 2000
_QUEUE_EVENTS = 200


class Host(Protocol):
    """A worker of this process, as the hub sees it."""

    def reserve(self, kind: str, org: str) -> Lease | None:
        """Set a place aside for a fresh run of `kind`, if there is one that may be taken at once."""
        ...

    def is_limited(self, org: str) -> bool:
        """Whether `org` may have only so many runs at once."""
        ...

    def release(self) -> None:
        """Give a reserved place back."""
        ...

    def begin(self, claim: Claim, since: float, birth: "Future[Written] | None") -> None:
        """Host a run in a reserved place; its lease runs from `since`.

        With `birth` the write that makes it is still on its way.
        """
        ...

    def poke(self, run_id: str | None) -> None:
        """There may be work: mail or the end for `run_id`, or a run to claim."""
        ...

    def offer(self) -> None:
        """There may be a run to claim, and nothing else is new."""
        ...

    def wish(self, run_id: str, cancel: str) -> None:
        """Somebody wants `run_id` to end."""
        ...

    def snapshot(self, run_id: str) -> list[Frame]:
        """Frames that bring a newcomer up to date with the open steps of `run_id`."""
        ...


@dataclass(frozen=True, slots=True)
class Advance:
    """The journal of a run grew to `last_seq`; `state` is its status and its sentence now.

    `rows` are the last events of it, perhaps none.
    """

    last_seq: int
    state: tuple[str, str | None]
    rows: Sequence[EventRow]

    def rows_after(self, seq: int) -> Sequence[EventRow]:
        """What comes right after `seq`; nothing, if that is not among the rows."""
        if not self.rows or not self.rows[0].seq <= seq + 1 <= self.last_seq:
            return ()
        return self.rows[seq + 1 - self.rows[0].seq :]


class Follower:
    """A queue of frames and of what the journal grew by."""

    def __init__(self) -> None:
        self._items: deque[Frame | Advance] = deque()
        self._events = 0
        self._ready = asyncio.Event()

    def offer(self, item: Frame | Advance) -> None:
        if isinstance(item, Advance):
            self._events += len(item.rows)
            if self._events > _QUEUE_EVENTS:  # a slow reader reads events from the journal
                item = replace(item, rows=())
                if self._items and isinstance(self._items[-1], Advance):
                    self._items.pop()
        elif len(self._items) >= _QUEUE_FRAMES:
            return  # it loses frames, never events
        self._items.append(item)
        self._ready.set()

    async def wait(self, seconds: float) -> list[Frame | Advance]:
        """What came since the last call; an empty list if nothing came for `seconds`."""
        if not self._items:
            self._ready.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._ready.wait()
            except TimeoutError:
                return []
        items = list(self._items)
        self._items.clear()
        self._events = 0
        return items


class Hub:
    """The meeting point of a process's workers, followers and bus."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._followers: dict[str, list[Follower]] = {}
        self.hosts: list[Host] = []

    def advanced(
        self,
        run: Claim | NewRun,
        entries: Sequence[Entry],
        last_seq: int,
        state: tuple[str, str | None],
    ) -> None:
        """`entries`, up to `last_seq`, are durable now."""
        org, run_id = OrgId(run.org_id), RunId(run.id)
        self._bus.publish(RunAdvanced(org, run_id, run.session_id, last_seq, state[0]))
        followers = self._followers.get(run_id)
        if followers:
            rows = [
                EventRow(run_id, seq, entry.at, entry.type, entry.key, entry.data)
                for seq, entry in enumerate(entries, last_seq + 1 - len(entries))
            ]
            for follower in followers:
                follower.offer(Advance(last_seq, state, rows))

    def frame(self, run_id: str, frame: Frame) -> None:
        for follower in self._followers.get(run_id, ()):
            follower.offer(frame)

    def is_followed(self, run_id: str) -> bool:
        return run_id in self._followers

    @asynccontextmanager
    async def follow(self, run_id: str) -> AsyncGenerator[Follower]:
        """Listen to `run_id` until the block is left."""
        follower = Follower()
        self._followers.setdefault(run_id, []).append(follower)
        try:
            yield follower
        finally:
            self._followers[run_id].remove(follower)
            if not self._followers[run_id]:
                del self._followers[run_id]

    def reserve(self, kind: str, org: str) -> tuple[Host, Lease] | None:
        """A place in one of this process's workers for a run that begins now."""
        for host in self.hosts:
            lease = host.reserve(kind, org)
            if lease is not None:
                return host, lease
        return None

    def is_limited(self, org: str) -> bool:
        """Whether this process's workers know that `org` may have only so many runs at once."""
        return any(host.is_limited(org) for host in self.hosts)

    def poke(self, run_id: str | None = None) -> None:
        for host in self.hosts:
            host.poke(run_id)

    def offer(self) -> None:
        for host in self.hosts:
            host.offer()

    def wish(self, run_id: str, cancel: str) -> None:
        for host in self.hosts:
            host.wish(run_id, cancel)

    def snapshot(self, run_id: str) -> list[Frame]:
        return [frame for host in self.hosts for frame in host.snapshot(run_id)]
