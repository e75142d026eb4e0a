"""An event loop whose clock jumps to the next timer, so that hours pass in a moment, always alike."""

import asyncio
import heapq
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class VirtualLoop(asyncio.SelectorEventLoop):
    """Everything happens in the order of its time; nothing waits for a real clock."""

    def __init__(self) -> None:
        super().__init__()
        self._virtual_now = 0.0
        self._clock_resolution = 1e-9

    def time(self) -> float:
        return self._virtual_now

    def _run_once(self) -> None:
        loop: Any = self
        while loop._scheduled and loop._scheduled[0]._cancelled:
            heapq.heappop(loop._scheduled)._scheduled = False
        if not loop._ready and loop._scheduled:
            self._virtual_now = max(self._virtual_now, loop._scheduled[0]._when)
        super()._run_once()  # type: ignore[misc]  # private in asyncio, and all there is to hook


def run_virtually(main: Coroutine[Any, Any, Result]) -> Result:
    """Run `main`; fail if it leaves a task behind."""
    loop = VirtualLoop()
    try:
        result = loop.run_until_complete(main)
        left = asyncio.all_tasks(loop)
        assert not left, f"tasks left behind: {left}"
        return result
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
