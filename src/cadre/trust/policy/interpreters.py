"""Interpreters: evaluation off the event loop. What orgs wrote never delays the shipped policies.

Policies that took too long rest for a while, and whatever asks them is denied at once: they would
hold up those of other orgs with every call.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any, TypeVar

from cadre.trust.policy.bundle import Bundle
from cadre.trust.policy.errors import EvaluationFailed
from cadre.trust.policy.process import RegoProcess, TookTooLong

_Result = TypeVar("_Result")
LIMIT_SECONDS = 2.0
_REST_SECONDS = 30.0


class Interpreters:
    """One process for the shipped policies, one for those with modules of an org."""

    def __init__(
        self, limit_seconds: float = LIMIT_SECONDS, rest_seconds: float = _REST_SECONDS
    ) -> None:
        self._shipped = _Lane(limit_seconds)
        self._orgs = _Lane(limit_seconds)
        self._rest_seconds = rest_seconds
        self._resting: dict[str, float] = {}

    async def evaluate(self, bundle: Bundle, given: Any, entry: str | None = None) -> Any:
        """What `entry` of `bundle` is for `given`, or raise `EvaluationFailed`."""
        if self._resting and self._resting.get(bundle.key, 0) > monotonic():
            raise EvaluationFailed("The policies took too long a moment ago, so they rest.")
        lane = self._shipped if bundle.is_shipped else self._orgs
        try:
            return await lane.do(lambda process: process.ask(bundle, given, entry))
        except TookTooLong:
            now = monotonic()
            self._resting = {key: at for key, at in self._resting.items() if at > now}
            self._resting[bundle.key] = now + self._rest_seconds
            raise

    async def compile(self, bundle: Bundle) -> None:
        """Raise `CompilationFailed` if `bundle` is not Rego."""
        await self._orgs.do(lambda process: process.compile(bundle))

    def close(self) -> None:
        for lane in (self._shipped, self._orgs):
            lane.close()


class _Lane:
    def __init__(self, limit_seconds: float) -> None:
        self._process = RegoProcess(limit_seconds)
        self._thread = ThreadPoolExecutor(1, "policies")

    async def do(self, work: Callable[[RegoProcess], _Result]) -> _Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, work, self._process)

    def close(self) -> None:
        self._process.close()
        self._thread.shutdown()
