"""Advances: sets money aside ahead of calls that come often, and gives it back when they don't.

At every moment a row's money in memory, free or held by calls, is no more than the row has in
the database: what is given back leaves memory first, and what a call did not use comes back
into it after its settlement has committed.
"""

import asyncio
import time
from asyncio import Task, TimerHandle
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any
from weakref import WeakValueDictionary

from cadre.infra.telemetry import get_logger
from cadre.kernel.ids import new_id
from cadre.trust.budgets.ledger import Ledger, Verdict
from cadre.trust.budgets.purse import Advance, Pace, Purse
from cadre.trust.budgets.reservation import Claim, Line, Refused, Reservation
from cadre.trust.budgets.settling import Settlement

_log = get_logger("budgets")


class Advances:
    """All advances of this process."""

    def __init__(
        self, ledger: Ledger, hold: Callable[[Claim], Awaitable[Verdict]], pace: Pace
    ) -> None:
        self._ledger = ledger
        self._hold = hold
        self._pace = pace
        self._known: dict[str, Advance] = {}
        self._purses: WeakValueDictionary[tuple[object, ...], Purse] = WeakValueDictionary()
        self._filling: dict[Purse, Task[bool]] = {}
        self._tasks: set[Task[Any]] = set()
        self._timer: TimerHandle | None = None

    def purse(
        self, org: str, revision: int, lines: tuple[Line, ...], limits: tuple[int, ...]
    ) -> Purse:
        """The one purse for `lines` under the rules of `revision`."""
        key = (org, revision, lines)
        purse = self._purses.get(key)
        if purse is None:
            purse = self._purses[key] = Purse(org, revision, lines, limits, self._pace)
        return purse

    async def fill(self, purse: Purse, nano: int) -> bool:
        """Set aside what several calls of `nano` may cost; False if that can't be now."""
        task = self._filling.get(purse)
        if task is None:
            task = self._filling[purse] = self._do(self._fill(purse, nano))
            task.add_done_callback(lambda _: self._filling.pop(purse, None))
        purse.waiting += 1
        try:
            # Whoever waits may be cancelled; others wait too.
            return await asyncio.shield(task)
        finally:
            purse.waiting -= 1

    async def reclaim(self, claim: Claim, refused: Refused) -> bool:
        """Give back what lies free in the lines of `claim`; False if it would not do."""
        line = claim.lines[refused.line]
        spent = refused.settled_nano + refused.reserved_nano
        short = spent + claim.nano - claim.limits[refused.line]
        if sum(a.free + a.giving for a in self._known.values() if line in a.lines) < short:
            return False
        now = time.monotonic()
        concerned = [a for a in self._known.values() if not a.lines.isdisjoint(claim.lines)]
        for advance in concerned:
            advance.close()
            advance.purse.cool(now)
        giving = [self._do(self._give_back(a)) for a in concerned if a.free]
        await asyncio.shield(asyncio.gather(*giving))
        return True

    def release(self, reservation: Reservation) -> None:
        """The call was not made."""
        advance = self._known.get(reservation.advance_id)
        if advance is not None:
            advance.end(reservation.id)

    def settled(self, settlements: Iterable[Settlement], gone: Iterable[str]) -> None:
        """What `settlements` say is committed; the rows of the advances `gone` are not there."""
        for each in settlements:
            advance = self._known.get(each.advance_id)
            if advance is not None:
                advance.end(each.reservation_id, each.spent_nano)
        for id_ in gone:
            advance = self._known.get(id_)
            if advance is not None:
                advance.close()
                advance.free = 0

    def retire(self, org: str, revision: int) -> None:
        """The budgets of `org` are those of `revision` now."""
        for advance in self._known.values():
            if advance.purse.org == org and advance.purse.revision != revision:
                advance.close()

    async def close(self) -> None:
        """End; the rows are still there."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._timer is not None:
            self._timer.cancel()
        for advance in self._known.values():
            advance.close()
        self._known.clear()

    async def _fill(self, purse: Purse, nano: int) -> bool:
        now = time.monotonic()
        claim = purse.claim(new_id("adv"), nano, now)
        if claim is None:
            return False
        verdict = await self._hold(claim)
        if isinstance(verdict, Refused):
            purse.refused(verdict, nano, now)
        if verdict != "held":
            return False
        self._known[claim.id] = purse.filled(claim.id, claim.nano, time.monotonic())
        self._look_later()
        return True

    def _look_later(self) -> None:
        if self._timer is None and self._known:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._pace.look_seconds, self._look)

    def _look(self) -> None:
        """Close what nobody takes from, and give back what is closed."""
        self._timer = None
        now = time.monotonic()
        for advance in self._known.values():
            if now - advance.used_at > self._pace.idle_seconds:
                advance.close()
            if advance.is_due:
                self._do(self._give_back(advance))
        self._look_later()

    async def _give_back(self, advance: Advance) -> None:
        nano, advance.free = advance.free, 0
        advance.giving += nano
        try:
            if advance.calls:
                await self._ledger.lower(advance.id, nano)
            else:
                await self._ledger.release(advance.id)
                self._known.pop(advance.id, None)
        except Exception:  # the row keeps it until it is released, which is tried again
            _log.exception("advance_not_given_back", advance=advance.id)
        finally:
            advance.giving -= nano

    def _do(self, work: Coroutine[Any, Any, Any]) -> Task[Any]:
        task = asyncio.create_task(work, name="budgets: advances")
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked for it may be gone
