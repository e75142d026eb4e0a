"""A process that spends: run as `python -m tests.trust.usage.spending MODE URL FOLDER SCOPE CALLS`.

`race` makes that many calls at once and ends; `flood` records as fast as it can until it is killed,
and says the id of each record on stdout once `record` has returned.
"""

import asyncio
import os
import random
import sys
from decimal import Decimal
from pathlib import Path

from cadre.infra.database import Database
from cadre.kernel.ids import OrgId, ProjectId
from cadre.kernel.scope import Principal, Scope
from cadre.trust.budgets import BudgetExceeded
from tests.trust.usage.ledger import Ledger, open_ledger


async def race(ledger: Ledger, calls: int) -> None:
    chance = random.Random(os.getpid())

    async def call() -> None:
        worst = Decimal(chance.randint(1, 10**9)) / 10**9
        try:
            reservation = await ledger.budgets.reserve(ledger.spender, worst)
        except BudgetExceeded:
            return
        await asyncio.sleep(chance.random() / 50)
        if chance.random() < 0.2:
            await ledger.budgets.release(reservation)
        else:
            cost = worst * chance.randint(0, 100) / 100
            ledger.log.record(ledger.call(cost_usd=cost), reservation)

    async with asyncio.TaskGroup() as group:
        for _ in range(calls):
            group.create_task(call())


async def flood(ledger: Ledger) -> None:
    while True:
        reservation = await ledger.budgets.reserve(ledger.spender, Decimal("0.5"))
        for _ in range(20):
            record = ledger.call()
            ledger.log.record(record, reservation)
            os.write(1, record.id.encode() + b"\n")
            reservation = await ledger.budgets.reserve(ledger.spender, Decimal("0.5"))
        await asyncio.sleep(0)


async def main(mode: str, url: str, folder: str, org: str, calls: str) -> None:
    scope = Scope(OrgId(org), ProjectId("prj_default"), "dev", Principal("user", "usr_1", "One"))
    database = Database(url)
    async with open_ledger(database, Path(folder), scope) as ledger, asyncio.TaskGroup() as group:
        writing = group.create_task(ledger.log.run())
        await (race(ledger, int(calls)) if mode == "race" else flood(ledger))
        writing.cancel()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
