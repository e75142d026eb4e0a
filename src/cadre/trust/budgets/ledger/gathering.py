"""Gathering: what callers ask for while an answer is under way is asked together next.

A lone question goes out at once; a group is as big as the load makes it.
"""

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_MOST = 200


class Gathering(Generic[Item, Answer]):
    """Feeds `answer` with groups, one at a time; a group that fails fails whole."""

    def __init__(self, answer: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]]) -> None:
        self._answer = answer
        self._pending: list[tuple[Item, Future[Answer]]] = []
        self._task: asyncio.Task[None] | None = None

    async def ask(self, item: Item) -> Answer:
        loop = asyncio.get_running_loop()
        future: Future[Answer] = loop.create_future()
        self._pending.append((item, future))
        if self._task is None:
            self._task = loop.create_task(self._run(), name="budgets: gathering")
        return await future

    async def close(self) -> None:
        """Answer what was asked."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while self._pending:
            group, self._pending = self._pending[:_MOST], self._pending[_MOST:]
            await self._answer_all(group)
        self._task = None

    async def _answer_all(self, group: Sequence[tuple[Item, "Future[Answer]"]]) -> None:
        try:
            answers = await self._answer([item for item, _ in group])
        except Exception as error:  # it belongs to those who asked
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(group, answers, strict=True):
            if not future.done():  # its caller may have been cancelled
                future.set_result(answer)
