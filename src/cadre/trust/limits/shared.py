"""Shared counts: the windows of all processes, in Redis, by the `limits` package."""

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cadre.trust.limits.counts import Counted
from cadre.trust.limits.decision import UNLIMITED, Decision
from cadre.trust.limits.rule import Rule

if TYPE_CHECKING:
    from limits.limits import RateLimitItem

_PREFIX = "cadre"
_PATIENCE_SECONDS = 1.0


class SharedCounts:
    """Counts in the Redis at `url`, as `redis://:password@host:6379/0`."""

    def __init__(self, url: str) -> None:
        from limits.aio.storage import RedisStorage
        from limits.aio.strategies import SlidingWindowCounterRateLimiter

        self._storage = RedisStorage(
            f"async+{url}",
            implementation="redispy",
            key_prefix=_PREFIX,
            socket_timeout=_PATIENCE_SECONDS,
            socket_connect_timeout=_PATIENCE_SECONDS,
        )
        self._limiter = SlidingWindowCounterRateLimiter(self._storage)

    async def hit(self, subjects: Sequence[tuple[Counted, Rule]]) -> Decision:
        """Count one request of each of `subjects`; raises what the client of Redis does."""
        if not subjects:
            return UNLIMITED
        asked = [self._hit(counted, rule) for counted, rule in subjects]
        # The one that has to wait longest, else the one that has least left.
        return min(
            await asyncio.gather(*asked),
            key=lambda decision: (-decision.retry_after_seconds, decision.remaining),
        )

    async def close(self) -> None:
        client: Any = getattr(self._storage.bridge, "storage", None)  # of the redispy bridge
        await client.aclose()

    async def _hit(self, counted: Counted, rule: Rule) -> Decision:
        item = _item(rule)
        names = (counted.org, counted.kind, counted.id, counted.endpoints)
        allowed = rule.requests > 0 and await self._limiter.hit(item, *names)
        stats = await self._limiter.get_window_stats(item, *names)
        wait = 0.0 if allowed else max(0.001, stats.reset_time - time.time())
        reset = rule.seconds - time.time() % rule.seconds
        return Decision(
            allowed, rule.requests, rule.seconds, stats.remaining, reset, wait, counted.kind
        )


def _item(rule: Rule) -> "RateLimitItem":
    from limits import RateLimitItemPerSecond

    return RateLimitItemPerSecond(max(1, rule.requests), rule.seconds, namespace=_PREFIX)
