"""BudgetJobs: says that this process lives, gives back what dead ones held, forgets old windows.

A process has died when its beat has not changed for a whole lease by this process's own
clock, which stands still while the machine sleeps: nobody is taken for dead because
clocks differ or the machine was asleep. One that was stopped for longer than that and
goes on has lost its reservations; what its calls cost is settled all the same.
"""

import asyncio
import time

from cadre.infra.telemetry import get_logger
from cadre.trust.budgets.service import Budgets

_BEATS_A_LEASE = 6
_PRUNE_SECONDS = 3600.0
_log = get_logger("budgets")


class BudgetJobs:
    """The background work of budgets in one process."""

    def __init__(self, budgets: Budgets, *, lease_seconds: float = 60.0) -> None:
        self._budgets = budgets
        self._lease_seconds = lease_seconds
        self._seen: dict[str, tuple[int | None, float]] = {}

    async def run(self) -> None:
        """Work until cancelled."""
        pruned_at = -_PRUNE_SECONDS
        while True:
            try:
                await self.beat()
                if time.monotonic() - pruned_at > _PRUNE_SECONDS:
                    pruned_at = time.monotonic()
                    await self._budgets.prune()
            except Exception:  # the database may be away for a while
                _log.exception("budget_jobs_failed")
            await asyncio.sleep(self._lease_seconds / _BEATS_A_LEASE)

    async def beat(self) -> None:
        """Beat once, and look at the others."""
        budgets = self._budgets
        if budgets.has_held:
            await budgets.ledger.beat(budgets.owner)
        for owner in self._dead(await budgets.ledger.beats()):
            released = await budgets.ledger.release_owner(owner)
            _log.warning("reservations_of_dead_process_released", owner=owner, count=released)

    def _dead(self, beats: dict[str, int | None]) -> list[str]:
        now = time.monotonic()
        seen: dict[str, tuple[int | None, float]] = {}
        for owner, beat in beats.items():
            known = self._seen.get(owner)
            seen[owner] = known if known is not None and known[0] == beat else (beat, now)
        self._seen = seen
        return [
            owner
            for owner, (_, since) in seen.items()
            if now - since >= self._lease_seconds and owner != self._budgets.owner
        ]
