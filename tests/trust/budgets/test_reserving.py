"""Reserving: what may be spent, decided before it is."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from cadre.infra.database import Database
from cadre.kernel.errors import LimitReached
from cadre.kernel.scope import Scope
from cadre.trust.budgets import (
    NOTHING,
    BudgetExceeded,
    LedgerUnavailable,
    PriceUnknown,
    Reservation,
    Spender,
    UnknownBudget,
)
from tests.trust.usage.ledger import Ledger, full_disk, open_ledger

HALF = Decimal("0.5")


async def test_parallel_calls_cannot_overspend_together(ledger: Ledger):
    await ledger.add(10)
    attempts = [ledger.budgets.reserve(ledger.spender, Decimal(4)) for _ in range(5)]

    outcomes = await asyncio.gather(*attempts, return_exceptions=True)

    assert [type(o) for o in outcomes].count(BudgetExceeded) == 3
    assert (await ledger.only_window()).reserved_usd == 8


async def test_a_refusal_says_what_is_spent_and_what_to_do(ledger: Ledger):
    budget = await ledger.add("1.50", subject_kind="agent", period="day")
    await ledger.pay(await ledger.budgets.reserve(ledger.spender, Decimal(1)), "0.75")
    await ledger.budgets.reserve(ledger.spender, HALF)

    with pytest.raises(BudgetExceeded) as refused:
        await ledger.budgets.reserve(ledger.spender, HALF)

    assert isinstance(refused.value, LimitReached)
    assert refused.value.code == "budget_exceeded"
    said = refused.value.detail
    assert said.startswith(
        "Daily budget of each agent for coder: of $1.50, $0.75 are spent and $0.5 reserved; "
        "this call could cost $0.5. A new one begins at 20"
    )
    assert f"Raise the limit of budget {budget.id}" in said


async def test_without_a_budget_nothing_is_written(ledger: Ledger):
    reservation = await ledger.budgets.reserve(ledger.spender, Decimal(1000))

    assert reservation == NOTHING
    assert await ledger.rows("select * from budget_windows") == []
    assert await ledger.rows("select * from budget_owners") == []


async def test_free_calls_are_never_blocked_and_cost_no_write(ledger: Ledger):
    await ledger.add(0)

    reservation = await ledger.budgets.reserve(ledger.spender, Decimal(0))

    assert reservation.amount == 0
    assert await ledger.rows("select * from budget_windows") == []


async def test_soft_budgets_never_block(ledger: Ledger):
    await ledger.add(1, mode="soft")

    reservation = await ledger.budgets.reserve(ledger.spender, Decimal(1000))
    await ledger.pay(reservation, 1000)

    assert (await ledger.only_window()).settled_usd == 1000
    assert (await ledger.only_window()).state == "reached"


async def test_a_hard_budget_refuses_a_model_of_unknown_price_and_says_how_to_price_it(
    ledger: Ledger,
):
    budget = await ledger.add(100)

    with pytest.raises(PriceUnknown, match="Enter its price"):
        await ledger.budgets.reserve(ledger.spender, None)
    await ledger.change(budget, unpriced="allow")

    assert (await ledger.budgets.reserve(ledger.spender, None)).amount == 0


async def test_a_call_reserves_in_all_budgets_or_in_none(ledger: Ledger):
    await ledger.add(10)
    await ledger.add(1, subject_kind="agent")

    with pytest.raises(BudgetExceeded):
        await ledger.budgets.reserve(ledger.spender, Decimal(2))
    assert await ledger.rows("select * from budget_reservations") == []
    await ledger.budgets.reserve(ledger.spender, Decimal(1))

    assert [window.reserved_usd for window in await ledger.status()] == [1, 1]


async def test_what_is_released_can_be_reserved_again(ledger: Ledger):
    await ledger.add(1)
    first = await ledger.budgets.reserve(ledger.spender, Decimal(1))

    await ledger.budgets.release(first)
    await ledger.budgets.release(first)

    await ledger.budgets.reserve(ledger.spender, Decimal(1))
    assert (await ledger.only_window()).reserved_usd == 1


@pytest.mark.parametrize("kind", ["project", "key", "agent", "run"])
async def test_each_subject_has_a_limit_of_its_own(ledger: Ledger, kind: str):
    await ledger.add(1, subject_kind=kind)
    one = ledger.by_key("key_1", agent="a", run_id="run_a")
    other = replace(
        ledger.by_key("key_2", agent="b", run_id="run_b"),
        scope=replace(ledger.by_key("key_2").scope, project="prj_2"),
    )

    await ledger.budgets.reserve(one, Decimal(1))
    await ledger.budgets.reserve(other, Decimal(1))

    with pytest.raises(BudgetExceeded):
        await ledger.budgets.reserve(one, HALF)


async def test_a_budget_of_one_agent_leaves_others_alone(ledger: Ledger):
    await ledger.add(1, subject_kind="agent", subject="coder")
    await ledger.add(1, subject_kind="user")

    reservation = await ledger.budgets.reserve(ledger.by_key("key_1", agent="writer"), Decimal(9))

    assert reservation == replace(NOTHING, id=reservation.id)


async def test_a_changed_budget_counts_with_the_next_call_in_any_process(ledger: Ledger):
    budget = await ledger.add(1)
    other = Ledger(ledger.database, ledger.folder, ledger.scope)
    await other.open()
    with pytest.raises(BudgetExceeded):
        await other.budgets.reserve(other.spender, Decimal(2))

    await ledger.change(budget, limit_usd=Decimal(2))
    await other.budgets.release(await other.budgets.reserve(other.spender, Decimal(2)))
    await ledger.change(budget, enabled=False)
    assert await other.budgets.reserve(other.spender, Decimal(3)) == NOTHING
    await ledger.change(budget, enabled=True)

    with pytest.raises(BudgetExceeded):
        await other.budgets.reserve(other.spender, Decimal(3))
    await other.close()


async def test_a_cancelled_caller_leaves_nothing_reserved(ledger: Ledger):
    await ledger.add(100)
    cancelled = 0

    for turns in range(40):
        task = asyncio.create_task(ledger.budgets.reserve(ledger.spender, Decimal(1)))
        for _ in range(turns % 8):
            await asyncio.sleep(turns / 20_000)
        task.cancel()
        outcome = (await asyncio.gather(task, return_exceptions=True))[0]
        if isinstance(outcome, Reservation):
            await ledger.budgets.release(outcome)
        else:
            cancelled += 1

    assert cancelled > 0
    assert await ledger.rows("select * from budget_reservations") == []
    assert await ledger.scalar("select coalesce(sum(reserved_nano), 0) from budget_windows") == 0


async def test_another_org_sees_and_spends_nothing(ledger: Ledger, other_scope: Scope):
    budget = await ledger.add(1)
    await ledger.budgets.reserve(ledger.spender, Decimal(1))

    assert await ledger.budgets.reserve(Spender(other_scope), Decimal(5)) == NOTHING
    assert await ledger.status(other_scope) == []
    async with ledger.database.begin(other_scope) as work:
        assert await ledger.budgets.all(work) == []
        assert await ledger.budgets.alerts(work, None, 10) == []
        for ask in (ledger.budgets.get, ledger.budgets.delete, ledger.budgets.windows):
            with pytest.raises(UnknownBudget):
                await ask(work, budget.id)


async def test_a_deleted_budget_takes_its_windows_along(ledger: Ledger):
    budget = await ledger.add(1)
    reservation = await ledger.budgets.reserve(ledger.spender, Decimal(1))
    async with ledger.database.begin(ledger.scope) as work:
        await ledger.budgets.delete(work, budget.id)

    await ledger.pay(reservation, 1)

    assert await ledger.rows("select * from budget_windows") == []
    assert await ledger.rows("select * from budget_reservations") == []
    assert await ledger.paid() == 1


async def test_a_ledger_that_cannot_be_written_refuses(
    sqlite_database: Database, tmp_path: Path, scope: Scope
):
    async with open_ledger(sqlite_database, tmp_path / "usage", scope) as ledger:
        await ledger.add(10)
        await ledger.budgets.reserve(ledger.spender, Decimal(1))

        with full_disk(), pytest.raises(LedgerUnavailable, match="can't be written"):
            await ledger.budgets.reserve(ledger.spender, Decimal(1))

        await ledger.budgets.reserve(ledger.spender, Decimal(1))
        assert (await ledger.only_window()).reserved_usd == 2


async def test_a_reservation_waits_for_a_writer_and_others_join_it(
    sqlite_database: Database, tmp_path: Path, scope: Scope
):
    async with open_ledger(sqlite_database, tmp_path / "usage", scope) as ledger:
        await ledger.add(10)
        async with sqlite_database.begin(scope):
            waiting = [
                asyncio.create_task(ledger.budgets.reserve(ledger.spender, Decimal(4)))
                for _ in range(3)
            ]
            await asyncio.sleep(0.05)
            assert not any(task.done() for task in waiting)

        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes].count(BudgetExceeded) == 1


async def test_lost_connections_are_dialled_again_and_hold_nothing_twice(
    postgres_database: Database, tmp_path: Path, scope: Scope
):
    async with open_ledger(postgres_database, tmp_path / "usage", scope) as ledger:
        await ledger.add(100)
        await ledger.budgets.reserve(ledger.spender, Decimal(1))
        for _ in range(5):
            calls = [ledger.budgets.reserve(ledger.spender, Decimal(1)) for _ in range(8)]
            reserving = asyncio.gather(*calls)
            await asyncio.sleep(0.001)
            await ledger.rows(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
            await reserving

        assert (await ledger.only_window()).reserved_usd == 41
        assert await ledger.scalar("select count(*) from budget_reservations") == 41
