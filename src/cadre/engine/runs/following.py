"""Following a run: its journal from any point, then live, without a gap and without repeats.

What this process writes is handed over as it becomes durable; the database is read on joining,
where something was missed, and now and then for what other processes write.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from cadre.engine.runs.live import Advance, Follower, Hub
from cadre.engine.runs.ports import EventRow
from cadre.engine.runs.schemas import ENDED, Frame, Run, RunEvent
from cadre.kernel.ids import RunId
from cadre.kernel.scope import Scope

_POLL_SECONDS = 1.0
_PAGE = 500

Item: TypeAlias = RunEvent | Frame | Run


class Source(Protocol):
    """Where a follower reads the truth."""

    async def summary(self, scope: Scope, run_id: RunId) -> Run: ...

    async def page(self, scope: Scope, run_id: RunId, after: int, limit: int) -> list[RunEvent]: ...

    async def shown(self, row: EventRow) -> RunEvent: ...


async def follow(
    source: Source, hub: Hub, scope: Scope, run_id: RunId, after: int
) -> AsyncIterator[Item]:
    """Events, frames, and the run itself whenever its status or sentence has changed."""
    following = _Following(source, scope, run_id, after)
    async with hub.follow(run_id) as follower:
        async for item in following.catch_up():
            yield item
        if following.has_ended:
            return
        for frame in hub.snapshot(run_id):
            yield frame
        while not following.has_ended:
            async for item in following.listen(follower):
                yield item
            async for item in following.catch_up():
                yield item


@dataclass(slots=True)
class _Following:
    """How far one follower has come: to event `after`, and to the state that it was shown."""

    source: Source
    scope: Scope
    run_id: RunId
    after: int
    shown: tuple[str, str | None] | None = None
    ended_keys: set[str | None] = field(default_factory=set[str | None])
    has_ended: bool = False

    async def catch_up(self) -> AsyncIterator[Item]:
        """What the database knows and the follower does not."""
        run = await self.source.summary(self.scope, self.run_id)
        while self.after < run.last_seq:
            events = await self.source.page(self.scope, self.run_id, self.after, _PAGE)
            if not events:
                break
            for event in events:
                self._note(event)
                yield event
        if (run.status, run.waiting_for) != self.shown:
            self.shown = run.status, run.waiting_for
            yield run
        self.has_ended = run.status in ENDED and self.after >= run.last_seq

    async def listen(self, follower: Follower) -> AsyncIterator[Item]:
        """What this process does, until it is time to look into the database."""
        is_current = True
        while is_current:
            items = await follower.wait(_POLL_SECONDS)
            is_current = bool(items)
            for item in items:
                if isinstance(item, Advance):
                    for row in item.rows_after(self.after):
                        event = await self.source.shown(row)
                        self._note(event)
                        yield event
                    is_current &= item.last_seq <= self.after and item.state == self.shown
                elif self._is_news(item):
                    yield item

    def _note(self, event: RunEvent) -> None:
        self.after = event.seq
        if event.type in ("step.finished", "step.failed"):
            self.ended_keys.add(event.key)

    def _is_news(self, frame: Frame) -> bool:
        if frame.get("type") == "step.started":
            self.ended_keys.discard(frame["key"])
        return frame["key"] not in self.ended_keys
