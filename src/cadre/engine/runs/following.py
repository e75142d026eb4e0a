"""Following a run: its journal from any point, then live, without a gap and without repeats."""

from collections.abc import AsyncIterator
from typing import Protocol

from cadre.engine.runs.live import Follower, Hub
from cadre.engine.runs.schemas import ENDED, Frame, Run, RunEvent
from cadre.kernel.ids import RunId
from cadre.kernel.scope import Scope

_POLL_SECONDS = 1.0
_PAGE = 500


class Source(Protocol):
    """Where a follower reads the truth."""

    async def summary(self, scope: Scope, run_id: RunId) -> Run: ...

    async def page(self, scope: Scope, run_id: RunId, after: int, limit: int) -> list[RunEvent]: ...


async def follow(
    source: Source, hub: Hub, scope: Scope, run_id: RunId, after: int
) -> AsyncIterator[RunEvent | Frame | Run]:
    """Events, frames, and the run itself whenever its status or sentence has changed."""
    shown: tuple[str, str | None] | None = None
    ended_keys: set[str | None] = set()
    async with hub.follow(run_id) as follower:
        run = await source.summary(scope, run_id)
        is_new_here = True
        while True:
            while events := await source.page(scope, run_id, after, _PAGE):
                for event in events:
                    _note(event, ended_keys)
                    after = event.seq
                    yield event
            if (run.status, run.waiting_for) != shown:
                shown = run.status, run.waiting_for
                yield run
            if run.status in ENDED and after >= run.last_seq:
                return
            if is_new_here:
                is_new_here = False
                for frame in hub.snapshot(run_id):
                    yield frame
            async for frame in _frames(follower, ended_keys):
                yield frame
            run = await source.summary(scope, run_id)


async def _frames(follower: Follower, ended_keys: set[str | None]) -> AsyncIterator[Frame]:
    """Frames until the journal has grown, or until it is time to look whether it has."""
    for item in await follower.wait(_POLL_SECONDS):
        if item is not None:
            if item.get("type") == "step.started":
                ended_keys.discard(item["key"])
            if item["key"] not in ended_keys:
                yield item


def _note(event: RunEvent, ended_keys: set[str | None]) -> None:
    if event.type in ("step.finished", "step.failed"):
        ended_keys.add(event.key)
