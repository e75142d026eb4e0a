"""kill -9: what `record` has acknowledged is in the table exactly once, and budgets agree."""

import asyncio
import random
import signal
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.budgets import BudgetJobs
from tests.trust.usage.ledger import Ledger, open_ledger

ROOT = Path(__file__).parents[3]
KILLS = 3
LEASE_SECONDS = 0.2


async def spend(mode: str, ledger: Ledger, calls: int = 0) -> asyncio.subprocess.Process:
    """A real process on the same database and the same spool folder."""
    url, org = ledger.database.url, ledger.scope.org
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.trust.usage.spending", mode, url, str(ledger.folder), org),
        str(calls),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        limit=1 << 24,
    )


async def acknowledged_before_kill(ledger: Ledger, seconds: float) -> list[str]:
    """Ids of all records that a process has acknowledged when it is killed."""
    process = await spend("flood", ledger)
    assert process.stdout is not None
    first = await process.stdout.readline()
    reading = asyncio.create_task(process.stdout.read())
    await asyncio.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    said = first + await reading
    await process.wait()
    return [line.decode() for line in said.split(b"\n")[:-1]]


async def test_every_acknowledged_record_is_there_once_after_kills(
    database: Database, tmp_path: Path, scope: Scope
):
    chance = random.Random(7)
    ids: list[str] = []
    async with open_ledger(database, tmp_path / "usage", scope) as ledger:
        await ledger.add(1_000_000)
        for _ in range(KILLS):
            ids += await acknowledged_before_kill(ledger, chance.uniform(0.1, 0.6))
            await ledger.log.replay()

        jobs = BudgetJobs(ledger.budgets, lease_seconds=LEASE_SECONDS)
        await jobs.beat()
        await asyncio.sleep(LEASE_SECONDS * 1.1)
        await jobs.beat()

        found = [row[0] for row in await ledger.rows("select id from usage_calls")]
        window = await ledger.only_window()
        assert len(ids) > 100
        assert set(ids) <= set(found)
        assert len(found) <= len(ids) + KILLS  # one may be written and not yet acknowledged
        assert await ledger.scalar("select sum(calls) from usage_days") == len(found)
        assert window.settled_usd == await ledger.paid() == len(found) * Decimal("0.25")
        assert window.reserved_usd == 0
        assert list(ledger.folder.glob("*.jsonl")) == [
            path for path in ledger.folder.glob("*.jsonl") if path.stat().st_size == 0
        ]


async def test_processes_that_spend_together_stay_within_the_budget(
    database: Database, tmp_path: Path, scope: Scope
):
    async with open_ledger(database, tmp_path / "usage", scope) as ledger:
        await ledger.add(30)
        await ledger.add(20, subject_kind="agent", period="day")
        processes = [await spend("race", ledger, 300) for _ in range(2)]

        looked, deadline = 0, time.monotonic() + 60
        while any(process.returncode is None for process in processes):
            for window in await ledger.status():
                assert window.settled_usd + window.reserved_usd <= window.limit_usd
                looked += 1
            assert time.monotonic() < deadline
            await asyncio.sleep(0.002)

        assert [process.returncode for process in processes] == [0, 0]
        assert looked > 20
        for window in await ledger.status():
            assert window.reserved_usd == 0
            assert window.settled_usd == await ledger.paid() > 0


@pytest.mark.parametrize("calls", [1, 64])
async def test_the_job_writes_by_itself(
    database: Database, tmp_path: Path, scope: Scope, calls: int
):
    async with (
        open_ledger(database, tmp_path / "usage", scope) as ledger,
        asyncio.TaskGroup() as group,
    ):
        writing = group.create_task(ledger.log.run())
        for _ in range(calls):
            ledger.log.record(ledger.call())
        for _ in range(500):
            if await ledger.scalar("select count(*) from usage_calls") == calls:
                break
            await asyncio.sleep(0.01)
        else:
            raise AssertionError("not written after 5 seconds")
        writing.cancel()
