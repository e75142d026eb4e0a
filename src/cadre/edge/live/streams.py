"""Streams: how many are open, and that all end when the server does."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from cadre.kernel.errors import LimitReached


class TooManyStreams(LimitReached):
    """Every open stream holds a connection and some memory."""

    code = "too_many_streams"
    retry_after_seconds = 5


class Streams:
    """Counts open streams; `close` ends them so that the server can stop without force."""

    def __init__(self, limit: int = 2000) -> None:
        self._limit = limit
        self._stops: set[Callable[[], object]] = set()
        self._is_closed = False

    @property
    def open_count(self) -> int:
        return len(self._stops)

    def close(self) -> None:
        """End all streams, and those that are opened from now on. Clients come back elsewhere."""
        self._is_closed = True
        for stop in tuple(self._stops):
            stop()

    def check(self) -> None:
        """Raise `TooManyStreams` if one more is too many."""
        if len(self._stops) >= self._limit:
            raise TooManyStreams("Too many streams are open: close some, or try again later.")

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[asyncio.Event]:
        """Count one stream while the block runs; the event is set when it has to end."""
        ending = asyncio.Event()
        if self._is_closed:
            ending.set()
        self._stops.add(ending.set)
        try:
            yield ending
        finally:
            self._stops.discard(ending.set)
