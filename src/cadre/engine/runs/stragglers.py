"""Stragglers: tasks that were told to stop and would not.

They can't be killed, so they are left behind: what they return is ignored, and they are told
again when the worker closes.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from cadre.infra.telemetry import get_logger

_log = get_logger("runs")


class Stragglers:
    """Stops tasks, politely and for a limited time."""

    def __init__(self, grace_seconds: float) -> None:
        self._grace_seconds = grace_seconds
        self._left: set[asyncio.Future[Any]] = set()

    async def stop(self, task: "asyncio.Future[Any]") -> bool:
        """Cancel `task`; False if it goes on in spite of that."""
        task.cancel()
        try:
            await asyncio.wait({task}, timeout=self._grace_seconds)
        finally:
            if not task.done():
                self._leave(task)
        return task.done()

    async def close(self) -> None:
        """Tell them once more; whoever still goes on ends with the process."""
        left = set(self._left)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=self._grace_seconds)
        _warn(task for task in left if not task.done())

    def _leave(self, task: "asyncio.Future[Any]") -> None:
        _log.warning("straggler", task=repr(task)[:200])
        self._left.add(task)
        task.add_done_callback(self._gone)

    def _gone(self, task: "asyncio.Future[Any]") -> None:
        self._left.discard(task)
        if not task.cancelled():
            task.exception()  # seen, so that nobody reports it as never retrieved


def _warn(tasks: Iterable["asyncio.Future[Any]"]) -> None:
    for task in tasks:
        _log.error("straggler_never_stopped", task=repr(task)[:200])
