"""Old windows are forgotten; what is still spent in is not."""

import time
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import text

from tests.trust.usage.ledger import Ledger

DAY = 86_400


async def test_windows_that_are_long_over_are_forgotten(ledger: Ledger):
    for kind, period in [("org", "month"), ("org", "total"), ("run", "total")]:
        await ledger.add(10, subject_kind=kind, period=period)
    await ledger.pay(await ledger.budgets.reserve(ledger.spender, Decimal(1)), 1)
    async with ledger.database.begin(ledger.scope) as work:
        old = text("update budget_windows set updated_at = :at")
        await work.connection.execute(old, {"at": time.time() - 500 * DAY})
    other = replace(ledger.spender, run_id="run_2")
    await ledger.pay(await ledger.budgets.reserve(other, Decimal(1)), 1)

    assert await ledger.budgets.prune() == 1

    left = {(window.subject, window.window) for window in await ledger.status()}
    assert ("run_1", "total") not in left
    assert {("run_2", "total"), ("org_acme", "total")} <= left
