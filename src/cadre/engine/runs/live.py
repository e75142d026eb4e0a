"""Hub: what this process knows of runs right now, and who in it wants to know.

Nothing here is the truth, only news of it: whoever follows a run reads the journal, and is
told here when to read on. Frames (token deltas, progress) pass through and are gone.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol

from cadre.engine.runs.ports import Claim, Lease
from cadre.engine.runs.schemas import Frame
from cadre.infra.bus import Bus
from cadre.kernel.events import RunAdvanced
from cadre.kernel.ids import OrgId, RunId

_QUEUE_FRAMES = 2000


class Host(Protocol):
    """A worker of this process, as the hub sees it."""

    def reserve(self, kind: str) -> Lease | None:
        """Set a place aside for a fresh run of `kind`, if there is one."""
        ...

    def release(self) -> None:
        """Give a reserved place back."""
        ...

    def begin(self, claim: Claim, since: float) -> None:
        """Host a run that was born in a reserved place; its lease runs from `since`."""
        ...

    def poke(self, run_id: str | None) -> None:
        """There may be work: mail or the end for `run_id`, or a run to claim."""
        ...

    def wish(self, run_id: str, cancel: str) -> None:
        """Somebody wants `run_id` to end."""
        ...

    def snapshot(self, run_id: str) -> list[Frame]:
        """Frames that bring a newcomer up to date with the open steps of `run_id`."""
        ...


class Follower:
    """A queue of frames with marks (None) where the journal grew."""

    def __init__(self) -> None:
        self._items: deque[Frame | None] = deque()
        self._ready = asyncio.Event()

    def offer(self, item: Frame | None) -> None:
        if item is not None and len(self._items) >= _QUEUE_FRAMES:
            return  # a slow reader loses deltas, never events
        if item is None and self._items and self._items[-1] is None:
            return
        self._items.append(item)
        self._ready.set()

    async def wait(self, seconds: float) -> list[Frame | None]:
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
        return items


class Hub:
    """The meeting point of a process's workers, followers and bus."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._followers: dict[str, list[Follower]] = {}
        self.hosts: list[Host] = []

    def advanced(
        self, org: str, run_id: str, session_id: str | None, seq: int, status: str
    ) -> None:
        """Events up to `seq` are durable now."""
        self._bus.publish(RunAdvanced(OrgId(org), RunId(run_id), session_id, seq, status))
        for follower in self._followers.get(run_id, ()):
            follower.offer(None)

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

    def reserve(self, kind: str) -> tuple[Host, Lease] | None:
        """A place in one of this process's workers for a run that begins now."""
        for host in self.hosts:
            lease = host.reserve(kind)
            if lease is not None:
                return host, lease
        return None

    def poke(self, run_id: str | None = None) -> None:
        for host in self.hosts:
            host.poke(run_id)

    def wish(self, run_id: str, cancel: str) -> None:
        for host in self.hosts:
            host.wish(run_id, cancel)

    def snapshot(self, run_id: str) -> list[Frame]:
        return [frame for host in self.hosts for frame in host.snapshot(run_id)]
