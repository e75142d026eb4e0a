"""Settling: real costs, alerts, and what dead processes held."""

import asyncio
from decimal import Decimal

from cadre.trust.budgets import BudgetJobs, Budgets
from tests.trust.usage.ledger import Ledger

LEASE_SECONDS = 0.2


async def test_the_real_cost_takes_the_place_of_the_reservation(ledger: Ledger):
    await ledger.add(10)
    reservation = await ledger.budgets.reserve(ledger.spender, Decimal(4))

    await ledger.pay(reservation, "1.000000001")

    window = await ledger.only_window()
    assert (window.settled_usd, window.reserved_usd) == (Decimal("1.000000001"), 0)
    assert window.left_usd == Decimal("8.999999999")


async def test_a_call_of_unknown_cost_gives_its_reservation_back(ledger: Ledger):
    await ledger.add(10)
    reservation = await ledger.budgets.reserve(ledger.spender, Decimal(4))

    await ledger.pay(reservation, None)

    window = await ledger.only_window()
    assert (window.settled_usd, window.reserved_usd) == (0, 0)


async def test_a_call_that_cost_more_than_reserved_is_paid_in_full(ledger: Ledger):
    await ledger.add(10)
    reservation = await ledger.budgets.reserve(ledger.spender, Decimal(4))

    await ledger.pay(reservation, 12)

    window = await ledger.only_window()
    assert (window.settled_usd, window.left_usd, window.state) == (12, 0, "reached")


async def test_recording_twice_settles_once(ledger: Ledger):
    await ledger.add(10)
    reservation = await ledger.budgets.reserve(ledger.spender, Decimal(4))
    record = await ledger.pay(reservation, 1)

    ledger.log.record(record, reservation)
    ledger.log.record(record, reservation)
    await ledger.log.flush()

    assert (await ledger.only_window()).settled_usd == 1
    assert await ledger.scalar("select count(*) from usage_calls") == 1
    assert await ledger.scalar("select sum(calls) from usage_days") == 1


async def test_coming_near_a_limit_and_reaching_it_alert_once_each(ledger: Ledger):
    await ledger.add(10, mode="soft", warn_at=0.5)

    for _ in range(4):
        await ledger.pay(await ledger.budgets.reserve(ledger.spender, Decimal(3)), 3)

    async with ledger.database.read(ledger.scope) as work:
        alerts = await ledger.budgets.alerts(work, None, 10)
    assert {(a.level, a.settled_usd) for a in alerts} == {("warning", 6), ("limit", 12)}


async def test_a_refused_call_alerts_once(ledger: Ledger):
    await ledger.add(1)

    for _ in range(3):
        outcome = await asyncio.gather(
            ledger.budgets.reserve(ledger.spender, Decimal(2)), return_exceptions=True
        )
        assert isinstance(outcome[0], Exception)

    assert await ledger.rows("select level from budget_alerts") == [("refused",)]


async def test_reservations_of_a_dead_process_are_given_back_after_its_lease(ledger: Ledger):
    await ledger.add(10)
    dead = Budgets(ledger.database)
    await dead.open()
    await dead.reserve(ledger.spender, Decimal(3))
    jobs = BudgetJobs(ledger.budgets, lease_seconds=LEASE_SECONDS)
    await jobs.beat()

    assert (await ledger.only_window()).reserved_usd == 3
    await asyncio.sleep(LEASE_SECONDS * 1.2)
    await jobs.beat()

    assert (await ledger.only_window()).reserved_usd == 0
    await dead.ledger.close()


async def test_reservations_of_a_living_process_are_kept_however_long_a_call_takes(
    ledger: Ledger,
):
    await ledger.add(10)
    living = Budgets(ledger.database)
    await living.open()
    await living.reserve(ledger.spender, Decimal(3))

    async with asyncio.TaskGroup() as group:
        jobs = [
            group.create_task(BudgetJobs(budgets, lease_seconds=LEASE_SECONDS).run())
            for budgets in (living, ledger.budgets)
        ]
        await asyncio.sleep(LEASE_SECONDS * 4)
        for job in jobs:
            job.cancel()

    assert (await ledger.only_window()).reserved_usd == 3
    await living.close()


async def test_a_process_that_ends_gives_back_what_it_holds(ledger: Ledger):
    await ledger.add(10)
    ending = Budgets(ledger.database)
    await ending.open()
    await ending.reserve(ledger.spender, Decimal(3))

    await ending.close()

    assert (await ledger.only_window()).reserved_usd == 0
    assert await ledger.rows("select * from budget_owners") == []


async def test_a_record_that_comes_after_its_reservation_was_given_back_is_settled(ledger: Ledger):
    await ledger.add(10)
    reservation = await ledger.budgets.reserve(ledger.spender, Decimal(3))
    await ledger.budgets.ledger.release_owner(ledger.budgets.owner)

    await ledger.pay(reservation, 2)

    window = await ledger.only_window()
    assert (window.settled_usd, window.reserved_usd) == (2, 0)
