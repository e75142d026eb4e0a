"""The bus of a single process: publishing never waits, a slow listener never slows anybody.

A listener that falls behind loses news, not truth: it gets one `Overflow` and reads the
journal or the table again.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cadre.kernel.events import Event

_QUEUE_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class Overflow:
    """News was lost on the way to this listener; read the truth again."""


class Bus:
    """Publish and subscribe by type of event, inside one event loop."""

    def __init__(self) -> None:
        self._listeners: list[_Listener] = []

    def publish(self, event: Event) -> None:
        """Hand `event` to whoever listens now."""
        for listener in self._listeners:
            if isinstance(event, listener.kinds):
                listener.offer(event)

    @asynccontextmanager
    async def subscribe(
        self, *kinds: type[Event]
    ) -> AsyncGenerator[AsyncIterator[Event | Overflow]]:
        """Listen from now on, until the block is left."""
        listener = _Listener(kinds)
        self._listeners.append(listener)
        try:
            yield listener
        finally:
            self._listeners.remove(listener)


class _Listener(AsyncIterator[Event | Overflow]):
    def __init__(self, kinds: tuple[type[Event], ...]) -> None:
        self.kinds = kinds
        self._queue: asyncio.Queue[Event | Overflow] = asyncio.Queue()
        self._overflown = False

    def offer(self, event: Event) -> None:
        if self._queue.qsize() < _QUEUE_EVENTS:
            self._queue.put_nowait(event)
        elif not self._overflown:
            self._overflown = True
            self._queue.put_nowait(Overflow())

    async def __anext__(self) -> Event | Overflow:
        item = await self._queue.get()
        if isinstance(item, Overflow):
            self._overflown = False
        return item
