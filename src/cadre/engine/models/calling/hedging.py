"""Hedging: two searches side by side, where the first that begins wins.

All tasks end before the race does, and whatever was opened and has not won is closed by then.
"""

import asyncio
from typing import Generic

from cadre.engine.models.calling.attempt import OpenAttempt
from cadre.engine.models.calling.search import Search
from cadre.engine.models.calling.targets import Item


class Race(Generic[Item]):
    """One race. The rival starts `after_seconds` later, at the next target.

    An error that ends the first search ends the race; the rival's counts only if nobody wins.
    """

    def __init__(self, search: Search[Item], after_seconds: float) -> None:
        self._search = search
        self._after_seconds = after_seconds
        self._won: OpenAttempt[Item] | None = None
        self._failure: Exception | None = None
        self._first: asyncio.Task[None] | None = None
        self._is_rival_searching = False

    async def run(self) -> OpenAttempt[Item] | None:
        """The winner, or None if nobody began; raises what either search raises."""
        try:
            async with asyncio.TaskGroup() as group:
                rival = group.create_task(self._rival())
                self._first = group.create_task(self._lead(rival))
        except BaseException:
            await self._close_winner()
            raise
        if self._won is None and self._failure is not None:
            raise self._failure
        return self._won

    async def _lead(self, rival: asyncio.Task[None]) -> None:
        await self._run_search(is_hedge=False)
        # A rival that has not begun to search would find nothing that this one did not.
        if self._is_over or not self._is_rival_searching:
            rival.cancel()

    async def _rival(self) -> None:
        await asyncio.sleep(self._after_seconds)
        self._is_rival_searching = True
        await self._run_search(is_hedge=True)
        if self._won is not None and self._first is not None:
            self._first.cancel()

    async def _run_search(self, *, is_hedge: bool) -> None:
        try:
            begun = await self._search.begin(is_hedge=is_hedge)
        except Exception as error:  # kept, so that it leaves the group as itself
            self._failure = self._failure or error
            return
        if begun is None:
            return
        if self._won is not None:
            await begun.close("lost")
            return
        self._won = begun
        self._search.rivalry.is_decided = True

    async def _close_winner(self) -> None:
        if self._won is not None:
            await self._won.close("abandoned")

    @property
    def _is_over(self) -> bool:
        return self._won is not None or self._failure is not None
