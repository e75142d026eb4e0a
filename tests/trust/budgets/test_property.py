"""Whatever happens in whatever order, money adds up: to the nano dollar, at every moment."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cadre.infra.database import Database
from cadre.kernel.ids import OrgId, new_id
from cadre.kernel.scope import Scope
from cadre.trust.budgets import BudgetExceeded
from tests.trust.usage.ledger import Ledger, open_ledger

NANO = Decimal(10) ** -9
amounts = st.integers(0, 3 * 10**9).map(lambda nano: nano * NANO)


@dataclass(frozen=True)
class Call:
    agent: str
    worst: Decimal
    share: int  # percent of the worst case that it cost
    end: str
    turns: int  # of the event loop that it takes


@dataclass(frozen=True)
class Limit:
    subject_kind: str
    subject: str
    period: str
    usd: Decimal
    mode: str


calls = st.builds(
    Call,
    agent=st.sampled_from(["a", "b"]),
    worst=amounts,
    share=st.integers(0, 100),
    end=st.sampled_from(["paid", "paid", "paid twice", "unpriced", "released"]),
    turns=st.integers(0, 4),
)
limits = st.builds(
    Limit,
    subject_kind=st.sampled_from(["org", "agent", "project"]),
    subject=st.just("*"),
    period=st.sampled_from(["day", "month", "total"]),
    usd=amounts,
    mode=st.sampled_from(["hard", "hard", "soft"]),
)


async def make(ledger: Ledger, call: Call) -> Decimal:
    """Make the call; returns what was paid for it."""
    spender = replace(ledger.spender, agent=call.agent)
    try:
        reservation = await ledger.budgets.reserve(spender, call.worst)
    except BudgetExceeded:
        return Decimal(0)
    for _ in range(call.turns):
        await asyncio.sleep(0)
    if call.end == "released":
        await ledger.budgets.release(reservation)
        return Decimal(0)
    cost = None if call.end == "unpriced" else (call.worst * call.share / 100).quantize(NANO)
    record = ledger.call(spender, cost_usd=cost)
    for _ in range(2 if call.end == "paid twice" else 1):
        ledger.log.record(record, reservation)
    return cost or Decimal(0)


async def watch(ledger: Ledger, hard: set[str]) -> None:
    while True:
        for window in await ledger.status():
            if window.budget_id in hard:
                assert window.settled_usd + window.reserved_usd <= window.limit_usd
        await ledger.log.flush()
        await asyncio.sleep(0)  # none of this has to wait on SQLite


async def live(ledger: Ledger, limits: Sequence[Limit], calls: Sequence[Call]) -> None:
    budgets = [
        await ledger.add(
            str(limit.usd), mode=limit.mode, subject_kind=limit.subject_kind, period=limit.period
        )
        for limit in limits
    ]
    hard = {budget.id for budget in budgets if budget.mode == "hard"}
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(watch(ledger, hard))
        making = [group.create_task(make(ledger, call)) for call in calls]
        await asyncio.gather(*making)
        watching.cancel()
    await ledger.log.flush()

    paid = [task.result() for task in making]
    kinds = {budget.id: budget.subject_kind for budget in budgets}
    for window in await ledger.status():
        assert window.reserved_usd == 0
        own = [
            cost
            for call, cost in zip(calls, paid, strict=True)
            if kinds[window.budget_id] != "agent" or window.subject == call.agent
        ]
        assert window.settled_usd == sum(own)
    recorded = await ledger.scalar(
        f"select coalesce(sum(cost_nano), 0) from usage_calls where org_id = '{ledger.scope.org}'"
    )
    assert recorded * NANO == sum(paid)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(limits=st.lists(limits, min_size=1, max_size=4), calls=st.lists(calls, max_size=40))
async def test_settled_and_reserved_never_exceed_a_hard_budget(
    database: Database, tmp_path: Path, scope: Scope, limits: list[Limit], calls: list[Call]
):
    own = replace(scope, org=OrgId(new_id("org")))
    async with open_ledger(database, tmp_path / "usage", own) as ledger:
        await live(ledger, limits, calls)
