"""Budgets: what an org may spend, checked before money is spent.

A call reserves the most that it can cost, is made, and then settles what it did cost: calls in
parallel can never overspend a hard budget together. A call that costs more than it
reserved is paid all the same, and the next one is refused.
"""

import asyncio
import time
from decimal import Decimal

from cadre.infra.database import Database, Work
from cadre.kernel.errors import Invalid
from cadre.kernel.ids import OrgId, new_id
from cadre.kernel.scope import DEFAULT_PROJECT, Principal, Scope
from cadre.trust.budgets.errors import (
    BudgetExceeded,
    LedgerUnavailable,
    PriceUnknown,
    TooManyBudgets,
    UnknownBudget,
)
from cadre.trust.budgets.ledger import Verdict, ledger_on
from cadre.trust.budgets.money import say_usd
from cadre.trust.budgets.periods import window_end
from cadre.trust.budgets.reservation import Claim, Line, Plan, Refused, Reservation, Rules
from cadre.trust.budgets.schemas import EACH, Alert, Budget, BudgetInput, Window
from cadre.trust.budgets.spender import Spender
from cadre.trust.budgets.store import BudgetStore

_MOST_BUDGETS = 200
_MOST_WINDOWS = 200
_MOST_KNOWN = 1000
_KEPT_SECONDS = 400 * 86_400.0
_KEPT_RUN_SECONDS = 30 * 86_400.0
_SYSTEM = Scope(OrgId("*"), DEFAULT_PROJECT, "*", Principal("system", "budgets", "Budgets"))


class Budgets:
    """Budgets of all orgs, and the reservations of this process."""

    def __init__(self, database: Database) -> None:
        self.owner = new_id("own")
        self._database = database
        self.ledger = ledger_on(database)
        self._rules: dict[str, Rules] = {}
        self._refused: set[Line] = set()
        self._suspended = ""
        self.has_held = False

    async def open(self) -> None:
        await self.ledger.open()

    async def close(self) -> None:
        """Give back what this process still holds: no call of it goes on."""
        if self.has_held:
            await self.ledger.release_owner(self.owner)
        await self.ledger.close()

    async def reserve(self, spender: Spender, worst_usd: Decimal | None) -> Reservation:
        """Set `worst_usd` aside in every hard budget that applies, or in none of them.

        Raises `BudgetExceeded`, or `PriceUnknown` if `worst_usd` is None and a budget minds.
        Where no budget applies, or the call is free, nothing is written.
        """
        scope = spender.scope
        rules = self._rules.get(scope.org) or await self._load(scope)
        while True:
            plan = Plan.of(rules, spender, worst_usd)
            verdict = await self._take(plan, rules, scope)
            if verdict == "held":
                return plan.reservation
            if isinstance(verdict, Refused):
                raise await self._exceeded(scope, plan, verdict)
            rules = await self._load(scope)

    async def release(self, reservation: Reservation) -> None:
        """Give back what was set aside for a call that was not made."""
        if reservation.held_nano:
            await self.ledger.release(reservation.id)

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

    async def _take(self, plan: Plan, rules: Rules, scope: Scope) -> Verdict:
        """Hold what `plan` claims; "stale" if the rules that it was made by have changed."""
        if plan.claim is not None:
            return await self._hold(plan.claim)
        if await self.ledger.revision(scope.org) != rules.revision:
            return "stale"
        if plan.objecting is not None:
            raise PriceUnknown(
                f"{plan.objecting.title} can't be kept: the price of this model is not known. "
                "Enter its price under Models (0 if it is free), or let the budget allow calls "
                "of unknown price."
            )
        return "held"

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

    async def _load(self, scope: Scope) -> Rules:
        async with self._database.read(scope) as work:
            store = BudgetStore(work)
            # The number first: rules that are newer than it are just looked up once more.
            revision = await store.revision()
            enabled = tuple(budget for budget in await store.all() if budget.enabled)
        # In the order in which windows are locked.
        rules = Rules(revision, tuple(sorted(enabled, key=lambda budget: budget.id)))
        self._rules[scope.org] = rules
        return rules

    async def _exceeded(self, scope: Scope, plan: Plan, refused: Refused) -> BudgetExceeded:
        assert plan.claim is not None
        budget, line = plan.budgets[refused.line], plan.claim.lines[refused.line]
        limit = budget.limit_nano
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
            f"{say_usd(plan.claim.nano)}. {until} Raise the limit of budget {budget.id}, or "
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
