"""A ledger for tests of budgets and usage: real databases, a real spool, calls that cost something."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from signal import SIG_IGN, SIGXFSZ, signal
from typing import Any

from sqlalchemy import text

from cadre.infra.database import Database
from cadre.kernel.ids import new_id
from cadre.kernel.scope import Principal, Scope
from cadre.trust.budgets import (
    Budget,
    BudgetInput,
    Budgets,
    Reservation,
    Spender,
    Window,
    to_usd,
)
from cadre.trust.usage import UsageLog, UsageRecord, account_of

AT = 1_783_850_400.0  # 2026-07-12 10:00 UTC


@dataclass
class Ledger:
    """Budgets and the log of one process. `ledger` again on the same folder is the next one."""

    database: Database
    folder: Path
    scope: Scope
    budgets: Budgets = field(init=False)
    log: UsageLog = field(init=False)

    async def open(self) -> None:
        self.budgets = Budgets(self.database)
        self.log = UsageLog(self.database, self.budgets, self.folder)
        await self.budgets.open()
        await self.log.open()

    async def close(self) -> None:
        await self.log.close()
        await self.budgets.close()

    @property
    def spender(self) -> Spender:
        return Spender(self.scope, agent="coder", run_id="run_1")

    def by_key(self, key_id: str, **more: Any) -> Spender:
        principal = Principal("key", key_id, key_id)
        return Spender(replace(self.scope, principal=principal), via="gateway", **more)

    async def add(self, limit: str | int, **given: Any) -> Budget:
        async with self.database.begin(self.scope) as work:
            return await self.budgets.add(work, BudgetInput(limit_usd=Decimal(limit), **given))

    async def change(self, budget: Budget, **given: Any) -> Budget:
        names = set(BudgetInput.model_fields)
        values = {**budget.model_dump(include=names), **given}
        async with self.database.begin(self.scope) as work:
            return await self.budgets.change(work, budget.id, BudgetInput(**values))

    async def status(self, scope: Scope | None = None) -> list[Window]:
        async with self.database.read(scope or self.scope) as work:
            return await self.budgets.status(work)

    async def only_window(self) -> Window:
        (window,) = await self.status()
        return window

    def call(self, spender: Spender | None = None, **given: Any) -> UsageRecord:
        values: dict[str, Any] = asdict(account_of(spender or self.spender))
        values |= {"id": new_id("usg"), "at": AT, "provider": "openai", "model": "gpt"}
        values |= {"cost_usd": Decimal("0.25"), **given}
        return UsageRecord(**values)

    async def pay(
        self, reservation: Reservation, cost: str | int | None, **given: Any
    ) -> UsageRecord:
        record = self.call(cost_usd=None if cost is None else Decimal(cost), **given)
        self.log.record(record, reservation)
        await self.log.flush()
        return record

    async def rows(self, sql: str) -> list[Any]:
        """Of all orgs."""
        async with self.database.engine.connect() as connection:
            return list((await connection.execute(text(sql))).all())

    async def scalar(self, sql: str) -> Any:
        return (await self.rows(sql))[0][0]

    async def paid(self) -> Decimal:
        return to_usd(int(await self.scalar("select coalesce(sum(cost_nano), 0) from usage_calls")))


@asynccontextmanager
async def open_ledger(database: Database, folder: Path, scope: Scope) -> AsyncGenerator[Ledger]:
    ledger = Ledger(database, folder, scope)
    await ledger.open()
    try:
        yield ledger
    finally:
        await ledger.close()


@contextmanager
def full_disk() -> Generator[None]:
    """No file of this process can grow: what the kernel says then is what a full disk says."""
    before, handler = getrlimit(RLIMIT_FSIZE), signal(SIGXFSZ, SIG_IGN)
    setrlimit(RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        setrlimit(RLIMIT_FSIZE, before)
        signal(SIGXFSZ, handler)
