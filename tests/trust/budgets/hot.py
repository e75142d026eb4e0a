"""A ledger whose calls are taken for many from the first one on, and sums that must hold."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.budgets import Budgets, Pace
from cadre.trust.usage import UsageLog
from tests.trust.usage.ledger import Ledger

HOT = Pace(
    hot_calls=0,
    share=4,
    first_calls=8,
    least_calls=2,
    idle_seconds=60.0,
    look_seconds=0.05,
    cool_seconds=0.02,
)
FLEETING = replace(HOT, idle_seconds=0.1)
PATIENT = Pace(idle_seconds=60.0)

# Windows whose rows are not what they say, and hard budgets that have given too much.
_WRONG = """
select w.budget_id, w.subject, w.settled_nano, w.reserved_nano, b.limit_nano from budget_windows w
join budgets b on b.id = w.budget_id where w.reserved_nano <> (
 select coalesce(sum(r.nano), 0) from budget_reservations r where r.budget_id = w.budget_id
 and r.subject = w.subject and r.window_id = w.window_id)
"""
_OVER = "(b.mode = 'hard' and w.settled_nano + w.reserved_nano > b.limit_nano)"


@dataclass
class HotLedger(Ledger):
    pace: Pace = HOT

    async def open(self) -> None:
        self.budgets = Budgets(self.database, self.pace)
        self.log = UsageLog(self.database, self.budgets, self.folder)
        await self.budgets.open()
        await self.log.open()


@asynccontextmanager
async def hot_ledger(
    database: Database, folder: Path, scope: Scope, pace: Pace = HOT
) -> AsyncGenerator[HotLedger]:
    ledger = HotLedger(database, folder, scope, pace)
    await ledger.open()
    try:
        yield ledger
    finally:
        await ledger.close()


async def check_sums(ledger: Ledger, *, may_be_over: bool = False) -> None:
    """At this very moment, rows are what windows say, and no hard budget has given too much."""
    assert await ledger.rows(_WRONG if may_be_over else f"{_WRONG} or {_OVER}") == []


async def in_time(is_true: Callable[[], Awaitable[bool]]) -> None:
    """Wait until `is_true`, for so long that only something broken takes longer."""
    for _ in range(1000):
        if await is_true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not even after 10 seconds")
