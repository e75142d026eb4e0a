"""Budgets: what an org may spend, checked before money is spent.

A call reserves the most that it can cost, is made, and then settles what it did cost: calls in
parallel can never overspend a hard budget together. A call that costs more than it
reserved is paid all the same, and the next one is refused.
"""

import asyncio
import time
from collections.abc import Iterable
from decimal import Decimal

from cadre.infra.database import Database, Work
from cadre.kernel.errors import Invalid
from cadre.kernel.ids import OrgId, new_id
from cadre.kernel.scope import DEFAULT_PROJECT, Principal, Scope
from cadre.trust.budgets.advances import Advances
from cadre.trust.budgets.errors import (
    BudgetExceeded,
    LedgerUnavailable,
    TooManyBudgets,
    UnknownBudget,
)
from cadre.trust.budgets.ledger import Verdict, ledger_on
from cadre.trust.budgets.money import say_usd
from cadre.trust.budgets.periods import window_end
from cadre.trust.budgets.purse import Pace
from cadre.trust.budgets.reservation import Claim, Line, Refused, Reservation
from cadre.trust.budgets.rules import Rules, Standing, topic_of
from cadre.trust.budgets.schemas import EACH, Alert, Budget, BudgetInput, Window
from cadre.trust.budgets.settling import Settlement
from cadre.trust.budgets.spender import Spender
from cadre.trust.budgets.store import BudgetStore

_MOST_BUDGETS = 200
_MOST_WINDOWS = 200
_MOST_KNOWN = 1000
_MOST_FILLS = 3
_FRESH_SECONDS = 0.25
_KEPT_SECONDS = 400 * 86_400.0
_KEPT_RUN_SECONDS = 30 * 86_400.0
_SYSTEM = Scope(OrgId("*"), DEFAULT_PROJECT, "*", Principal("system", "budgets", "Budgets"))


class Budgets:
    """Budgets of all orgs, and the reservations of this process."""

    def __init__(self, database: Database, pace: Pace | None = None) -> None:
        """`pace` says when money is set aside ahead of the calls."""
        self.owner = new_id("own")
        self._database = database
        self.ledger = ledger_on(database)
        self._advances = Advances(self.ledger, self._hold, pace or Pace())
        self._rules: dict[str, Rules] = {}
        self._refused: set[Line] = set()
        self._suspended = ""
        self.has_held = False

    async def open(self) -> None:
        await self.ledger.open()

    async def close(self) -> None:
        """Give back what this process still holds: no call of it goes on."""
        await self._advances.close()
        if self.has_held:
            await self.ledger.release_owner(self.owner)
        await self.ledger.close()

    async def reserve(self, spender: Spender, worst_usd: Decimal | None) -> Reservation:
        """Set `worst_usd` aside in every hard budget that applies, or in none of them.

        Raises `BudgetExceeded`, or `PriceUnknown` if `worst_usd` is None and a budget minds.
        Where no budget applies, or the call is free, nothing is written.
        """
        rules = self._rules.get(spender.scope.org) or await self._load(spender.scope)
        fills, is_known = 0, False
        while True:
            standing = rules.standing(spender)
            nano, now = standing.to_hold(worst_usd), time.monotonic()
            if nano and self._suspended:
                raise LedgerUnavailable(self._suspended)
            is_known = is_known or rules.is_fresh(self._database.mark(rules.topic), now)
            # A hold asks by itself whether the rules are still true.
            if not is_known and (not nano or standing.purse.advances):
                rules, is_known = await self._confirmed(rules, spender.scope), True
                continue
            if not nano:
                standing.check_price(worst_usd)
                return standing.unheld
            if taken := standing.purse.take(nano, now):
                advance, call = taken
                return Reservation(call, nano, standing.unheld.lines, advance.id)
            if fills < _MOST_FILLS and standing.purse.is_hot(now):
                fills += 1
                if await self._advances.fill(standing.purse, nano):
                    continue
            if reservation := await self._hold_one(standing, nano, spender.scope):
                return reservation
            rules = await self._load(spender.scope)

    async def release(self, reservation: Reservation) -> None:
        """Give back what was set aside for a call that was not made."""
        if reservation.advance_id:
            self._advances.release(reservation)
        elif reservation.held_nano:
            await self.ledger.release(reservation.id)

    def settled(self, settlements: Iterable[Settlement], gone: Iterable[str]) -> None:
        """The transaction of `settlements` is committed; `settle` said which advances are gone."""
        self._advances.settled(settlements, gone)

    def suspend(self, reason: str) -> None:
        """Refuse what a hard budget would have to hold, because `reason`."""
        self._suspended = reason

    def resume(self) -> None:
        """Spending can be written down again."""
        self._suspended = ""

    async def all(self, work: Work) -> list[Budget]:
        return await BudgetStore(work).all()

    async def get(self, work: Work, budget_id: str) -> Budget:
        budget = await BudgetStore(work).get(budget_id)
        if budget is None:
            raise UnknownBudget(f"There is no budget `{budget_id}`.")
        return budget

    async def add(self, work: Work, given: BudgetInput) -> Budget:
        """Start a budget: it counts what is spent from now on."""
        store = BudgetStore(work)
        if len(await store.all()) >= _MOST_BUDGETS:
            raise TooManyBudgets(
                f"An organisation can have {_MOST_BUDGETS} budgets. Delete one, or use the "
                f'subject "{EACH}" for a limit that each one has.'
            )
        budget = _kept(work, given, new_id("bud"), time.time(), work.scope.principal.name)
        await store.add(budget)
        return budget

    async def change(self, work: Work, budget_id: str, given: BudgetInput) -> Budget:
        """Change a budget; what is spent already stays counted. It holds from the next call on."""
        old = await self.get(work, budget_id)
        budget = _kept(work, given, old.id, old.created_at, old.created_by)
        await BudgetStore(work).change(budget)
        return budget

    async def delete(self, work: Work, budget_id: str) -> None:
        """Forget a budget with its windows and alerts; usage stays."""
        if not await BudgetStore(work).delete(budget_id):
            raise UnknownBudget(f"There is no budget `{budget_id}`.")

    async def windows(self, work: Work, budget_id: str) -> list[Window]:
        """The windows of one budget, the newest first."""
        budget = await self.get(work, budget_id)
        return await BudgetStore(work).windows(budget, _MOST_WINDOWS)

    async def status(self, work: Work) -> list[Window]:
        """The present windows of all budgets, the fullest first."""
        store = BudgetStore(work)
        return await store.open_windows(await store.all())

    async def alerts(self, work: Work, before: float | None, most: int) -> list[Alert]:
        """Limits that came near, were reached or had calls refused, the newest first."""
        return await BudgetStore(work).alerts(before, most)

    async def prune(self) -> int:
        """Forget windows that are long over, of all orgs; a job does this."""
        now = time.time()
        async with self._database.begin(_SYSTEM) as work:
            return await BudgetStore(work).prune(now - _KEPT_SECONDS, now - _KEPT_RUN_SECONDS)

    async def _hold_one(self, standing: Standing, nano: int, scope: Scope) -> Reservation | None:
        """Hold what one call may cost, or raise `BudgetExceeded`; None if the rules have changed."""
        purse = standing.purse
        claim = Claim(new_id("rsv"), purse.org, purse.revision, nano, purse.lines, purse.limits)
        verdict = await self._hold(claim)
        if isinstance(verdict, Refused) and await self._advances.reclaim(claim, verdict):
            verdict = await self._hold(claim)
        if isinstance(verdict, Refused):
            raise await self._exceeded(scope, standing.hard[verdict.line], claim, verdict)
        return Reservation(claim.id, nano, standing.unheld.lines) if verdict == "held" else None

    async def _hold(self, claim: Claim) -> Verdict:
        if self._suspended:
            raise LedgerUnavailable(self._suspended)
        if not self.has_held:
            await self.ledger.beat(self.owner)
            self.has_held = True
        try:
            return await self.ledger.hold(self.owner, claim)
        except asyncio.CancelledError:
            # It may be held by now, and nobody else knows of it.
            await self.ledger.release(claim.id)
            raise

    async def _confirmed(self, rules: Rules, scope: Scope) -> Rules:
        """`rules` if they are still true, or else those that are."""
        mark = self._database.mark(topic_of(scope.org))
        until = time.monotonic() + _FRESH_SECONDS
        if await self.ledger.revision(scope.org) != rules.revision:
            return await self._load(scope)
        rules.confirm(mark, until)
        return rules

    async def _load(self, scope: Scope) -> Rules:
        mark = self._database.mark(topic_of(scope.org))
        until = time.monotonic() + _FRESH_SECONDS
        async with self._database.read(scope) as work:
            store = BudgetStore(work)
            # The number first: rules that are newer than it are just looked up once more.
            revision = await store.revision()
            enabled = tuple(budget for budget in await store.all() if budget.enabled)
        # In the order in which windows are locked.
        ordered = tuple(sorted(enabled, key=lambda budget: budget.id))
        rules = Rules(scope.org, revision, ordered, self._advances.purse)
        rules.confirm(mark, until)
        self._advances.retire(scope.org, revision)
        self._rules[scope.org] = rules
        return rules

    async def _exceeded(
        self, scope: Scope, budget: Budget, claim: Claim, refused: Refused
    ) -> BudgetExceeded:
        line, limit = claim.lines[refused.line], budget.limit_nano
        if line not in self._refused:  # the table would refuse it too, but for a write each
            self._refused = {*self._refused, line} if len(self._refused) < _MOST_KNOWN else {line}
            await self.ledger.refuse(scope.org, line, refused.settled_nano, limit)
        end = window_end(line.window_id)
        until = f"A new one begins at {end:%Y-%m-%d %H:%M} UTC." if end else "It does not end."
        whose = (
            f" for {line.subject}" if budget.subject == EACH and line.subject != scope.org else ""
        )
        return BudgetExceeded(
            f"{budget.title}{whose}: of {say_usd(limit)}, {say_usd(refused.settled_nano)} are spent "
            f"and {say_usd(refused.reserved_nano)} reserved; this call could cost "
            f"{say_usd(claim.nano)}. {until} Raise the limit of budget {budget.id}, or "
            "choose a cheaper model or a shorter answer."
        )


def _kept(
    work: Work, given: BudgetInput, budget_id: str, created_at: float, created_by: str
) -> Budget:
    if given.subject_kind == "org" and given.subject not in {EACH, work.scope.org}:
        raise Invalid(f'A budget of the organisation has the subject "{EACH}".', field="subject")
    unpriced = given.unpriced or ("deny" if given.mode == "hard" else "allow")
    return Budget(
        **given.model_dump(exclude={"unpriced"}),
        unpriced=unpriced,
        id=budget_id,
        created_at=created_at,
        created_by=created_by,
        updated_at=time.time(),
    )
