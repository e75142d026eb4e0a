"""Repeats: refusals that come in numbers are counted instead of written down one by one.

Whoever is refused needs no permission to be refused again; nobody may fill the disk that way.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from cadre.trust.audit import AuditEntry

_EACH_SECONDS = 60.0
_MOST_EACH = 20


@dataclass(slots=True)
class _Seen:
    """What came from one source in this minute; `left_out` were only counted."""

    last: AuditEntry
    written: int = 0
    left_out: int = 0


class Repeats:
    """Lets the first refusals of a source in a minute through, and sums the others up after it."""

    def __init__(
        self, write: Callable[[AuditEntry], Awaitable[None]], each_seconds: float = _EACH_SECONDS
    ) -> None:
        self._write = write
        self._each_seconds = each_seconds
        self._seen: dict[tuple[str, ...], _Seen] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def write(self, entry: AuditEntry) -> None:
        """Write `entry` down, or count it."""
        key = (entry.org, entry.actor_id or entry.ip, entry.action, entry.result)
        seen = self._seen.get(key)
        if seen is None:
            seen = self._seen[key] = _Seen(entry)
            asyncio.get_running_loop().call_later(self._each_seconds, self._end, key)
        seen.last = entry
        if seen.written < _MOST_EACH:
            seen.written += 1
            await self._write(entry)
        else:
            seen.left_out += 1

    def _end(self, key: tuple[str, ...]) -> None:
        seen = self._seen.pop(key)
        if seen.left_out:
            details = {**seen.last.details, "repeated": seen.left_out}
            sum_ = replace(seen.last, details=details, at=time.time())
            task = asyncio.get_running_loop().create_task(self._sum_up(sum_))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _sum_up(self, entry: AuditEntry) -> None:
        await self._write(entry)
