"""Gathering: entries that come while others are being written are written together next."""

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Callable, Sequence

from cadre.trust.audit.entry import Record

_MOST = 200


class Gathering:
    """Feeds `write` with groups, one at a time; a group that fails fails whole."""

    def __init__(self, write: Callable[[Sequence[Record]], Awaitable[None]]) -> None:
        self._write = write
        self._pending: list[tuple[Record, Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def add(self, record: Record) -> None:
        """Return once `record` is durable, or raise why it is not."""
        loop = asyncio.get_running_loop()
        future: Future[None] = loop.create_future()
        self._pending.append((record, future))
        if self._task is None:
            self._task = loop.create_task(self._run(), name="audit: gathering")
        # Whoever asked may be gone by now: the record is written all the same.
        await future

    async def close(self) -> None:
        """Write what was added."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while self._pending:
            group, self._pending = self._pending[:_MOST], self._pending[_MOST:]
            error: BaseException | None = None
            try:
                await self._write([record for record, _ in group])
            except Exception as raised:  # it belongs to those who asked
                error = raised
            for _, future in group:
                if future.done():  # its caller may have been cancelled
                    continue
                if error is None:
                    future.set_result(None)
                else:
                    future.set_exception(error)
        self._task = None
