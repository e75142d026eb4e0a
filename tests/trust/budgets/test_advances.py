"""Money set aside ahead: in memory while calls come often, exact near the limit, never lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.budgets import (
    NOTHING,
    BudgetExceeded,
    BudgetJobs,
    LedgerUnavailable,
    PriceUnknown,
    Reservation,
)
from tests.trust.budgets.hot import FLEETING, PATIENT, HotLedger, check_sums, hot_ledger, in_time
from tests.trust.usage.ledger import Ledger

CENT = Decimal("0.01")


@pytest.fixture
async def hot(database: Database, tmp_path: Path, scope: Scope) -> AsyncIterator[HotLedger]:
    async with hot_ledger(database, tmp_path / "usage", scope) as ledger:
        yield ledger
        await check_sums(ledger, may_be_over=True)


@pytest.fixture
async def fleeting(database: Database, tmp_path: Path, scope: Scope) -> AsyncIterator[HotLedger]:
    async with hot_ledger(database, tmp_path / "usage", scope, FLEETING) as ledger:
        yield ledger
        await check_sums(ledger)


async def reserve(ledger: Ledger, agent: str = "coder", usd: Decimal = CENT) -> Reservation:
    return await ledger.budgets.reserve(replace(ledger.spender, agent=agent), usd)


async def reserved(ledger: Ledger) -> Decimal:
    return sum((window.reserved_usd for window in await ledger.status()), Decimal(0))


async def rows(ledger: Ledger) -> list[str]:
    return [row[0] for row in await ledger.rows("select distinct id from budget_reservations")]


async def test_calls_that_come_often_share_rows(database: Database, tmp_path: Path, scope: Scope):
    async with hot_ledger(database, tmp_path / "usage", scope, PATIENT) as ledger:
        await ledger.add(1000)
        await ledger.budgets.release(await reserve(ledger))

        made = await asyncio.gather(*(reserve(ledger) for _ in range(240)))

        alone = [each for each in made if not each.advance_id]
        assert len({each.id for each in made}) == 240
        assert 0 < len(alone) <= 120
        assert len(await rows(ledger)) <= len(alone) + 3
        assert await reserved(ledger) >= 240 * CENT
        await check_sums(ledger)


async def test_calls_that_come_seldom_have_rows_of_their_own(ledger: Ledger):
    await ledger.add(1000)

    made = [await reserve(ledger) for _ in range(5)]

    assert sorted(await rows(ledger)) == sorted(each.id for each in made)
    assert await reserved(ledger) == 5 * CENT


async def test_what_a_call_did_not_use_serves_the_next_ones(hot: HotLedger):
    await hot.add(1000)

    for _ in range(50):
        await hot.pay(await reserve(hot), "0.001")
        await check_sums(hot)

    assert len(await rows(hot)) == 1
    assert (await hot.only_window()).settled_usd == Decimal("0.05")


async def test_idle_money_is_given_back_and_calls_under_way_keep_theirs(fleeting: HotLedger):
    await fleeting.add(1000)
    under_way = await reserve(fleeting)
    await fleeting.pay(await reserve(fleeting), "0.001")

    async def only_the_call_is_left() -> bool:
        return await reserved(fleeting) == CENT

    await in_time(only_the_call_is_left)
    await check_sums(fleeting)
    await fleeting.pay(under_way, "0.002")

    async def all_is_given_back() -> bool:
        return await rows(fleeting) == []

    await in_time(all_is_given_back)
    window = await fleeting.only_window()
    assert (window.settled_usd, window.reserved_usd) == (Decimal("0.003"), 0)


async def test_what_is_released_can_be_reserved_again(hot: HotLedger):
    await hot.add(1)
    held = [await reserve(hot) for _ in range(100)]
    assert any(each.advance_id for each in held)

    for each in held:
        await hot.budgets.release(each)
        await hot.budgets.release(each)

    await reserve(hot, usd=Decimal(1))
    with pytest.raises(BudgetExceeded):
        await reserve(hot)


async def test_a_limit_is_used_to_the_last_cent_whoever_has_set_it_aside(hot: HotLedger):
    await hot.add(1)
    await hot.add("0.80", subject_kind="agent")
    await asyncio.gather(*(reserve(hot, "one") for _ in range(20)))
    await asyncio.gather(*(reserve(hot, "two") for _ in range(20)))
    assert await reserved(hot) > Decimal("0.80")  # in two windows each: some of it lies free

    await reserve(hot, "three", Decimal("0.60"))

    assert {window.reserved_usd for window in await hot.status() if window.subject == "three"} == {
        Decimal("0.60")
    }
    for agent in ("one", "two", "three"):
        with pytest.raises(BudgetExceeded, match=r"\$0.00 are spent and \$1.00 reserved"):
            await reserve(hot, agent)


async def test_free_and_unpriced_calls_are_judged_as_without_advances(hot: HotLedger):
    budget = await hot.add(1)
    await asyncio.gather(*(reserve(hot) for _ in range(100)))

    assert (await reserve(hot, usd=Decimal(0))).amount == 0
    with pytest.raises(PriceUnknown):
        await hot.budgets.reserve(hot.spender, None)
    await hot.change(budget, unpriced="allow")
    assert (await hot.budgets.reserve(hot.spender, None)).amount == 0


async def test_a_call_that_cost_more_than_it_held_is_paid_in_full(hot: HotLedger):
    await hot.add(1)

    await hot.pay(await reserve(hot), 12)

    assert (await hot.only_window()).settled_usd == 12
    await check_sums(hot, may_be_over=True)
    with pytest.raises(BudgetExceeded):
        await reserve(hot, usd=Decimal(1))


async def test_recording_twice_settles_once(hot: HotLedger):
    await hot.add(1000)
    reservation = await reserve(hot)
    record = await hot.pay(reservation, "0.002")

    hot.log.record(record, reservation)
    hot.log.record(record, reservation)
    await hot.log.flush()

    window = await hot.only_window()
    assert window.settled_usd == Decimal("0.002")
    await hot.budgets.close()
    assert await reserved(hot) == 0
    await hot.budgets.open()


async def test_a_change_of_this_process_counts_with_the_next_call(hot: HotLedger):
    budget = await hot.add(1000)
    assert (await reserve(hot)).advance_id

    await hot.change(budget, limit_usd=Decimal(0))
    with pytest.raises(BudgetExceeded):
        await reserve(hot)
    await hot.change(budget, enabled=False)
    assert await reserve(hot) == NOTHING


async def test_a_change_of_another_process_counts_in_a_moment(
    hot: HotLedger, tmp_path: Path, scope: Scope
):
    budget = await hot.add(1000)
    assert (await reserve(hot)).advance_id
    database = Database(hot.database.url)
    async with hot_ledger(database, tmp_path / "other", scope) as other:
        await other.change(budget, limit_usd=Decimal(0))
    await database.close()

    await asyncio.sleep(0.26)

    with pytest.raises(BudgetExceeded):
        await reserve(hot)


async def test_a_budget_that_is_deleted_takes_its_part_of_an_advance_along(hot: HotLedger):
    await hot.add(1000)
    budget = await hot.add(1000, subject_kind="agent")
    reservation = await reserve(hot)
    async with hot.database.begin(hot.scope) as work:
        await hot.budgets.delete(work, budget.id)

    await hot.pay(reservation, "0.005")

    assert (await hot.only_window()).settled_usd == Decimal("0.005")
    await check_sums(hot)


async def test_an_advance_whose_row_was_released_by_others_is_used_no_more(hot: HotLedger):
    await hot.add(1000)
    first, second = await reserve(hot), await reserve(hot)
    await hot.budgets.ledger.release_owner(hot.budgets.owner)

    await hot.pay(first, "0.005")

    later = await reserve(hot)
    assert later.advance_id != first.advance_id
    await hot.pay(second, "0.005")
    assert (await hot.only_window()).settled_usd == CENT
    await check_sums(hot)


async def test_nobody_spends_while_spending_cannot_be_written_down(hot: HotLedger):
    await hot.add(1000)
    assert (await reserve(hot)).advance_id

    hot.budgets.suspend("The disk is full.")
    with pytest.raises(LedgerUnavailable, match="The disk is full"):
        await reserve(hot)
    await reserve(hot, usd=Decimal(0))
    hot.budgets.resume()

    await reserve(hot)


async def test_cancelled_callers_leave_nothing_reserved(fleeting: HotLedger):
    await fleeting.add(1000)
    cancelled = 0

    for turns in range(60):
        tasks = [asyncio.create_task(reserve(fleeting, f"agent {n % 3}")) for n in range(4)]
        for _ in range(turns % 6):
            await asyncio.sleep(turns / 30_000)
        tasks[0].cancel()
        tasks[1].cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Reservation):
                await fleeting.budgets.release(outcome)
            else:
                assert isinstance(outcome, asyncio.CancelledError)
                cancelled += 1

    async def all_is_given_back() -> bool:
        return await rows(fleeting) == []

    assert cancelled > 0
    await in_time(all_is_given_back)
    await check_sums(fleeting)


@pytest.mark.parametrize("is_row_there", [True, False])
async def test_what_a_dead_process_spooled_is_settled_whether_or_not_its_row_is_there(
    hot: HotLedger, scope: Scope, tmp_path: Path, is_row_there: bool
):
    await hot.add(1000)
    dead = HotLedger(hot.database, tmp_path / "dead", scope)
    await dead.open()
    made = [await reserve(dead) for _ in range(3)]
    for each in made[:2]:
        dead.log.record(dead.call(cost_usd=Decimal("0.004")), each)
    (line,) = {each.advance_id for each in made}
    left = b"".join(path.read_bytes() for path in dead.folder.glob("*.jsonl"))
    (hot.folder / "spool_dead.jsonl").write_bytes(left + left)
    if not is_row_there:
        await hot.budgets.ledger.release_owner(dead.budgets.owner)

    assert await hot.log.replay() == 2
    await check_sums(hot)
    assert (line in await rows(hot)) is is_row_there
    jobs = BudgetJobs(hot.budgets, lease_seconds=0.05)
    await jobs.beat()
    await asyncio.sleep(0.06)
    await jobs.beat()

    window = await hot.only_window()
    assert (window.settled_usd, window.reserved_usd) == (Decimal("0.008"), 0)
    await dead.close()  # what it still writes is known already
    assert (await hot.only_window()).settled_usd == Decimal("0.008")


async def test_a_ledger_that_is_closed_gives_everything_back(
    database: Database, tmp_path: Path, scope: Scope
):
    async with hot_ledger(database, tmp_path / "usage", scope) as ledger:
        await ledger.add(1000)
        calls = [asyncio.create_task(reserve(ledger, f"agent {n}")) for n in range(20)]
        ledger.log.record(ledger.call(), await calls[0])
        await asyncio.gather(*calls)

    assert await rows(ledger) == []
    assert await reserved(ledger) == 0
    assert await ledger.rows("select * from budget_owners") == []
