"""Fair queue: at most so many at once, and the orgs that wait take turns.

However much one org asks for, another one's request waits for those under way and for one of
each org that waits too, not for all of theirs.
"""

import asyncio
from asyncio import Future
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from cadre.trust.limits.errors import QueueFull


@dataclass(slots=True)
class _Line:
    """Those of one org that wait; `tag` says when its next turn is, on the queue's own clock."""

    tag: float
    weight: float = 1.0
    waiting: deque["Future[None]"] = field(default_factory=deque["Future[None]"])


class FairQueue:
    """Lets `most` in at once; `most_waiting` of one org may wait."""

    def __init__(self, most: int, most_waiting: int = 1_000) -> None:
        self._free = self._most = most
        self._most_waiting = most_waiting
        self._clock = 0.0
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def turn(self, org: str, weight: float = 1.0) -> AsyncGenerator[None]:
        """Wait for a turn of `org`; one of twice the `weight` gets twice as many.

        Raises `QueueFull` where too many of it wait already.
        """
        await self.enter(org, weight)
        try:
            yield
        finally:
            self.leave()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(len(line.waiting) for line in self._lines.values())

    async def enter(self, org: str, weight: float = 1.0) -> None:
        """The beginning of a turn, for whoever can't afford the block; `leave` ends it."""
        line = self._line(org, weight)
        if self._free > 0:  # then nobody waits
            self._free -= 1
            self._charge(line)
            return
        if len(line.waiting) >= self._most_waiting:
            raise QueueFull(
                f"{self._most_waiting} requests of this organisation wait already. Try again later."
            )
        turn: Future[None] = asyncio.get_running_loop().create_future()
        line.waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()  # it was called, and is gone
            else:
                with suppress(ValueError):  # `_next` may have come across it
                    line.waiting.remove(turn)
            raise

    def leave(self) -> None:
        """The end of a turn."""
        self._free += 1
        line = self._next()
        if line is None:
            if self._free == self._most:
                self._lines.clear()
            return
        self._free -= 1
        self._charge(line)
        line.waiting.popleft().set_result(None)

    def _next(self) -> _Line | None:
        """The line whose turn it is; of those who wait in it only the cancelled are left out."""
        for line in self._lines.values():
            while line.waiting and line.waiting[0].done():
                line.waiting.popleft()
        lines = [line for line in self._lines.values() if line.waiting]
        return min(lines, key=lambda line: line.tag, default=None)

    def _line(self, org: str, weight: float) -> _Line:
        line = self._lines.get(org)
        if line is None:
            line = self._lines[org] = _Line(self._clock)
        if not line.waiting:  # who was away can't have saved up turns
            line.tag = max(line.tag, self._clock)
        line.weight = weight
        return line

    def _charge(self, line: _Line) -> None:
        self._clock = max(self._clock, line.tag)
        line.tag += 1.0 / line.weight
