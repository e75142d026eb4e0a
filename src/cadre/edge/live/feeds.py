"""Feeds: what puts items on a stream until it ends or nobody listens any more.

A conversation's runs act strictly one after the other, so their journals are sent one
after the other too: everything before a position has been sent, and it can be resumed from.
A later run that waits for its turn shows as a `run` item, which has no position.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import cast

from cadre.edge.live.items import END, Item, journal_item, live_item, run_item
from cadre.edge.live.positions import Position
from cadre.engine.runs import Frame, Run, RunEvent, Runs
from cadre.infra.bus import Bus, Overflow
from cadre.kernel.events import Event, RunAdvanced
from cadre.kernel.ids import RunId
from cadre.kernel.paging import Page
from cadre.kernel.scope import Scope

Put = Callable[[Item], Awaitable[None]]
Feed = Callable[[Put], Awaitable[None]]
_Followed = AsyncGenerator[RunEvent | Frame | Run]

_LOOK_AGAIN_SECONDS = 15.0
_PAGE = 100


@dataclass(frozen=True, slots=True)
class RunFeed:
    """One run, until its last event."""

    runs: Runs
    scope: Scope
    run_id: RunId
    after: int

    async def __call__(self, put: Put) -> None:
        await _follow(self, put, str)
        await put(END)


async def _follow(feed: RunFeed, put: Put, name: Callable[[int], str]) -> None:
    # A generator, so that it can be closed at once and not when it is collected.
    followed = cast("_Followed", feed.runs.follow(feed.scope, feed.run_id, after=feed.after))
    async with aclosing(followed):
        async for item in followed:
            if isinstance(item, RunEvent):
                await put(journal_item(item, name(item.seq)))
            elif isinstance(item, Run):
                await put(run_item(item))
            else:
                await put(live_item(item))


class ConversationFeed:
    """All runs of a session, in order, and those to come. It never ends by itself."""

    def __init__(
        self, runs: Runs, bus: Bus, scope: Scope, session_id: str, after: Position | None
    ) -> None:
        self._runs = runs
        self._bus = bus
        self._scope = scope
        self._session_id = session_id
        self._after = after
        self._in_order: asyncio.Queue[RunId] = asyncio.Queue()
        self._statuses: dict[RunId, str] = {}
        self._current: RunId | None = None
        self._is_idle = False

    async def __call__(self, put: Put) -> None:
        async with self._bus.subscribe(RunAdvanced) as news:
            for run in await self._from_position():
                self._statuses[run.id] = run.status
                self._in_order.put_nowait(run.id)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow_in_order(put))
                await self._watch(news, put)

    async def _follow_in_order(self, put: Put) -> None:
        while True:
            self._is_idle = self._in_order.empty()
            run_id = self._current = await self._in_order.get()
            self._is_idle = False
            is_resumed = self._after is not None and self._after.run_id == run_id
            after = self._after.seq if self._after is not None and is_resumed else -1
            name = partial(_position, run_id)
            await _follow(RunFeed(self._runs, self._scope, run_id, after), put, name)

    async def _watch(self, news: AsyncIterator[Event | Overflow], put: Put) -> None:
        while True:
            try:
                async with asyncio.timeout(_LOOK_AGAIN_SECONDS):
                    event = await anext(news)
            except TimeoutError:
                event = Overflow()  # another process may have started a run
            if isinstance(event, RunAdvanced):
                if event.session_id == self._session_id and event.org == self._scope.org:
                    await self._notice(event.run_id, event.status, put)
            else:
                for run in reversed((await self._page(None)).items):
                    await self._notice(run.id, run.status, put)

    async def _notice(self, run_id: RunId, status: str, put: Put) -> None:
        if self._statuses.get(run_id) == status:
            return
        is_next = run_id not in self._statuses and self._is_idle
        if run_id not in self._statuses:
            self._in_order.put_nowait(run_id)
        self._statuses[run_id] = status
        if run_id != self._current and not is_next:  # those tell their changes themselves
            await put(run_item(await self._runs.summary(self._scope, run_id)))

    async def _from_position(self) -> list[Run]:
        """The runs from the position on, oldest first."""
        found: list[Run] = []
        cursor: str | None = None
        while True:
            page = await self._page(cursor)
            for run in page.items:
                found.append(run)
                if self._after is not None and run.id == self._after.run_id:
                    return found[::-1]
            cursor = page.next
            if cursor is None:
                return found[::-1]

    async def _page(self, cursor: str | None) -> Page[Run]:
        return await self._runs.list(
            self._scope, session_id=self._session_id, cursor=cursor, limit=_PAGE
        )


def _position(run_id: RunId, seq: int) -> str:
    return str(Position(run_id, seq))
