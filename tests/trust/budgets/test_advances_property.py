"""With money set aside ahead, by several processes: it adds up at every moment, and to the nano."""

import asyncio
import random
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cadre.infra.database import Database
from cadre.kernel.ids import OrgId, new_id
from cadre.kernel.scope import Scope
from cadre.trust.budgets import Budget, BudgetExceeded, BudgetJobs, Pace, Reservation
from tests.trust.budgets.hot import FLEETING, HOT, HotLedger, check_sums, hot_ledger
from tests.trust.usage.ledger import Ledger, open_ledger

ROOT = Path(__file__).parents[3]
NANO = Decimal(10) ** -9
PROCESSES = 3
quick = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# Of many calls most are small beside the limits, so that advances are worth it, and some are not.
amounts = st.one_of(st.integers(0, 30), st.integers(0, 2000)).map(lambda nano: nano * NANO)


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
    usd: Decimal


calls = st.builds(
    Call,
    agent=st.sampled_from(["a", "b"]),
    worst=amounts,
    share=st.integers(0, 100),
    end=st.sampled_from(["paid", "paid", "paid", "paid twice", "unpriced", "released"]),
    turns=st.integers(0, 4),
)
limits = st.builds(
    Limit,
    subject_kind=st.sampled_from(["org", "agent", "project"]),
    usd=st.integers(0, 2500).map(lambda nano: nano * NANO),
)


async def reserve(ledger: Ledger, call: Call) -> Reservation | None:
    try:
        spender = replace(ledger.spender, agent=call.agent)
        return await ledger.budgets.reserve(spender, call.worst)
    except BudgetExceeded:
        return None


async def end(ledger: Ledger, call: Call, reservation: Reservation) -> Decimal:
    """End the call; returns what it cost."""
    if call.end == "released":
        await ledger.budgets.release(reservation)
        return Decimal(0)
    cost = None if call.end == "unpriced" else (call.worst * call.share / 100).quantize(NANO)
    record = ledger.call(replace(ledger.spender, agent=call.agent), cost_usd=cost)
    for _ in range(2 if call.end == "paid twice" else 1):
        ledger.log.record(record, reservation)
    return cost or Decimal(0)


async def make(ledger: Ledger, call: Call) -> Decimal:
    reservation = await reserve(ledger, call)
    if reservation is None:
        return Decimal(0)
    for _ in range(call.turns):
        await asyncio.sleep(0)
    return await end(ledger, call, reservation)


async def watch(ledgers: Sequence[Ledger]) -> None:
    while True:
        for ledger in ledgers:
            await check_sums(ledger)
            await ledger.log.flush()
        await asyncio.sleep(0)


async def spend(ledgers: Sequence[Ledger], calls: Sequence[Call]) -> list[Decimal]:
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(watch(ledgers))
        making = [
            group.create_task(make(ledgers[number % len(ledgers)], call))
            for number, call in enumerate(calls)
        ]
        paid = await asyncio.gather(*making)
        watching.cancel()
    for ledger in ledgers:
        await ledger.log.flush()
    await check_sums(ledgers[0])
    return paid


@quick
@given(
    limits=st.lists(limits, min_size=1, max_size=3),
    calls=st.lists(calls, min_size=20, max_size=60),
    pace=st.sampled_from([HOT, FLEETING]),
)
async def test_several_processes_never_exceed_a_hard_budget(
    database: Database,
    tmp_path: Path,
    scope: Scope,
    limits: list[Limit],
    calls: list[Call],
    pace: Pace,
):
    own = replace(scope, org=OrgId(new_id("org")))
    async with open_ledger(database, tmp_path / "last", own) as last:
        async with AsyncExitStack() as stack:
            ledgers = [
                await stack.enter_async_context(
                    hot_ledger(database, tmp_path / f"usage{n}", own, pace)
                )
                for n in range(PROCESSES)
            ]
            budgets = [
                await last.add(str(limit.usd), subject_kind=limit.subject_kind) for limit in limits
            ]
            paid = await spend(ledgers, calls)

        kinds = {budget.id: budget.subject_kind for budget in budgets}
        for window in await last.status():
            assert window.reserved_usd == 0
            assert window.settled_usd == sum(
                cost
                for call, cost in zip(calls, paid, strict=True)
                if kinds[window.budget_id] != "agent" or window.subject == call.agent
            )


@dataclass
class Model:
    """What budgets have to allow, and no less: calls under way count as their worst."""

    budgets: list[Budget]
    used: dict[tuple[str, str], Decimal] = field(default_factory=dict[tuple[str, str], Decimal])

    def lines(self, call: Call) -> list[tuple[str, str]]:
        return [
            (budget.id, call.agent if budget.subject_kind == "agent" else "")
            for budget in self.budgets
        ]

    def allows(self, call: Call) -> bool:
        left = zip(self.budgets, self.lines(call), strict=True)
        fits = all(self.used.get(line, 0) + call.worst <= b.limit_usd for b, line in left)
        return not call.worst or fits

    def add(self, call: Call, usd: Decimal) -> None:
        for line in self.lines(call):
            self.used[line] = self.used.get(line, Decimal(0)) + usd


@quick
@given(
    limits=st.lists(limits, min_size=1, max_size=3),
    calls=st.lists(calls, min_size=20, max_size=80),
)
async def test_a_call_is_refused_only_if_it_does_not_fit(
    database: Database, tmp_path: Path, scope: Scope, limits: list[Limit], calls: list[Call]
):
    own = replace(scope, org=OrgId(new_id("org")))
    async with hot_ledger(database, tmp_path / "usage", own) as ledger:
        model = Model(
            [await ledger.add(str(limit.usd), subject_kind=limit.subject_kind) for limit in limits]
        )
        under_way: list[tuple[Call, Reservation]] = []
        for call in calls:
            is_allowed = model.allows(call)
            reservation = await reserve(ledger, call)
            assert (reservation is not None) == is_allowed
            if reservation is not None:
                model.add(call, call.worst)
                under_way.append((call, reservation))
            while len(under_way) > call.turns * 5:
                ended, its = under_way.pop(0)
                cost = await end(ledger, ended, its)
                await ledger.log.flush()
                model.add(ended, cost - ended.worst)
        await check_sums(ledger)


async def acknowledged_before_kill(ledger: Ledger, seconds: float) -> list[str]:
    """Ids of the records of a process that spends as fast as it can until it is killed."""
    url, org = ledger.database.url, ledger.scope.org
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.trust.usage.spending", "flood"),
        *(url, str(ledger.folder), org, "0"),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        limit=1 << 24,
    )
    assert process.stdout is not None
    said = b"".join([await process.stdout.readline() for _ in range(100)])  # calls are many now
    reading = asyncio.create_task(process.stdout.read())
    await asyncio.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    said += await reading
    await process.wait()
    return [line.decode() for line in said.split(b"\n")[:-1]]


@pytest.mark.parametrize("comes_first", ["replay", "release", "both at once"])
async def test_a_process_that_is_killed_loses_neither_money_nor_records(
    database: Database, tmp_path: Path, scope: Scope, comes_first: str
):
    chance = random.Random(comes_first)
    async with hot_ledger(database, tmp_path / "usage", scope) as ledger:
        await ledger.add(1_000_000)
        await ledger.add(1_000_000, subject_kind="agent")
        ids = await acknowledged_before_kill(ledger, chance.uniform(0.05, 0.4))
        await check_sums(ledger)
        held = "select count(*) from budget_reservations where id like 'adv%'"
        assert await ledger.scalar(held) > 0

        await recover(ledger, comes_first)

        await check_sums(ledger)
        found = [row[0] for row in await ledger.rows("select id from usage_calls")]
        assert set(ids) <= set(found)
        assert len(found) <= len(ids) + 1  # one may be written and not yet acknowledged
        for window in await ledger.status():
            assert window.settled_usd == len(found) * Decimal("0.25")
            assert window.reserved_usd == 0


async def recover(ledger: HotLedger, comes_first: str) -> None:
    owners = [row[0] for row in await ledger.rows("select distinct owner from budget_reservations")]
    assert len(owners) == 1
    if comes_first == "both at once":
        release = ledger.budgets.ledger.release_owner(owners[0])
        await asyncio.gather(ledger.log.replay(), release)
    elif comes_first == "release":
        await ledger.budgets.ledger.release_owner(owners[0])
        await ledger.log.replay()
    else:
        await ledger.log.replay()
        await check_sums(ledger)
        jobs = BudgetJobs(ledger.budgets, lease_seconds=0.05)
        await jobs.beat()
        await asyncio.sleep(0.06)
        await jobs.beat()
