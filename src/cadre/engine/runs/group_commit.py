"""Group commit: writes that arrive together become durable together.

While one batch is being committed the next one gathers, so a batch is as big as the load
makes it and a lone write never waits for company. A batch that fails is halved until
the bad write stands alone: its neighbours must not fail with it.
"""

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Callable, Sequence

from cadre.engine.runs.ports import Write, Written

Pending = tuple[Write, "Future[Written]"]


class GroupCommit:
    """Feeds `commit` with batches, one at a time, from a task that `close` ends."""

    def __init__(
        self,
        commit: Callable[[Sequence[Write]], Awaitable[Sequence[Written]]],
        split: Callable[[list[Pending]], list[list[Pending]]],
    ) -> None:
        """`split` cuts what gathered into batches that may each be one transaction."""
        self._commit = commit
        self._split = split
        self._pending: list[Pending] = []
        self._ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._closing = False
        self._is_committing = False

    def start(self) -> None:
        self._task = self._loop.create_task(self._run(), name="runs: group commit")

    def add(self, write: Write) -> "Future[Written]":
        future: Future[Written] = self._loop.create_future()
        self._pending.append((write, future))
        self._ready.set()
        return future

    @property
    def is_quiet(self) -> bool:
        """Whether at most one write waits, and nothing is being committed."""
        return len(self._pending) <= 1 and not self._is_committing

    async def close(self) -> None:
        """Commit what was added, then end."""
        self._closing = True
        self._ready.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while True:
            await self._ready.wait()
            self._ready.clear()
            pending, self._pending = self._pending, []
            self._is_committing = True
            for batch in self._split(pending):
                await self._commit_or_halve(batch)
            self._is_committing = False
            if self._closing and not self._pending:
                return

    async def _commit_or_halve(self, batch: list[Pending]) -> None:
        try:
            results = await self._commit([write for write, _ in batch])
        except Exception as error:  # whatever a driver raises belongs to the write that caused it
            if len(batch) == 1:
                _fail(batch[0][1], error)
                return
            middle = len(batch) // 2
            await self._commit_or_halve(batch[:middle])
            await self._commit_or_halve(batch[middle:])
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():  # its waiter may have been cancelled
                future.set_result(result)


def _fail(future: "Future[Written]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
