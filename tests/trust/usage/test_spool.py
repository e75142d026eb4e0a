"""The spool: torn lines, full disks, broken records, and files of others."""

import asyncio
import json
import os
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.budgets import LedgerUnavailable
from cadre.trust.usage import UsageUnwritable
from tests.trust.usage.ledger import Ledger, full_disk, open_ledger


def segments(ledger: Ledger) -> list[Path]:
    return sorted(ledger.folder.glob("*.jsonl"))


def spooled(ledger: Ledger) -> bytes:
    return b"".join(path.read_bytes() for path in segments(ledger))


def left_by_another(ledger: Ledger, content: bytes, name: str = "spool_dead.jsonl") -> Path:
    path = ledger.folder / name
    path.write_bytes(content)
    return path


async def test_a_record_is_in_the_file_when_record_returns(ledger: Ledger):
    record = ledger.call()

    ledger.log.record(record)

    assert spooled(ledger).count(b"\n") == 1
    assert record.id.encode() in spooled(ledger)
    await ledger.log.flush()
    assert spooled(ledger) == b""


async def test_a_torn_last_line_is_left_out_and_the_others_are_not(ledger: Ledger):
    ledger.log.record(ledger.call())
    ledger.log.record(ledger.call())
    whole = spooled(ledger)
    await ledger.log.flush()
    left = left_by_another(ledger, whole.replace(b"usg_", b"usx_") + whole[:100])

    assert await ledger.log.replay() == 2

    assert not left.exists()
    assert await ledger.scalar("select count(*) from usage_calls") == 4


async def test_replaying_twice_counts_once(ledger: Ledger):
    await ledger.add(10)
    reservation = await ledger.budgets.reserve(ledger.spender, Decimal(4))
    ledger.log.record(ledger.call(), reservation)
    content = spooled(ledger)
    await ledger.log.flush()

    for name in ("spool_one.jsonl", "spool_two.jsonl"):
        left_by_another(ledger, content + content, name)
    assert await ledger.log.replay() == 0

    assert (await ledger.only_window()).settled_usd == Decimal("0.25")
    assert await ledger.scalar("select sum(calls) from usage_days") == 1


async def test_files_of_a_living_process_are_left_alone(
    ledger: Ledger, database: Database, scope: Scope
):
    other = Ledger(database, ledger.folder, scope)
    await other.open()
    other.log.record(other.call())

    assert await ledger.log.replay() == 0

    await other.close()
    assert await ledger.scalar("select count(*) from usage_calls") == 1


async def test_a_process_that_ends_leaves_no_file(database: Database, tmp_path: Path, scope: Scope):
    async with open_ledger(database, tmp_path / "usage", scope) as ledger:
        ledger.log.record(ledger.call())

    assert segments(ledger) == []
    assert await ledger.scalar("select count(*) from usage_calls") == 1


@pytest.mark.parametrize("odd", ["\0", "half \udcc3 a character", "x" * 100_000, "'; drop table"])
async def test_no_name_is_so_broken_that_its_money_is_lost(ledger: Ledger, odd: str):
    ledger.log.record(ledger.call())
    ledger.log.record(ledger.call(asked=odd, model=odd, agent=odd, error_code=odd))
    ledger.log.record(ledger.call())

    await ledger.log.flush()

    assert await ledger.paid() == Decimal("0.75")


async def test_no_number_is_so_great_that_its_money_is_lost(ledger: Ledger):
    ledger.log.record(ledger.call(input_tokens=10**30, seconds=float("nan"), total_ms=float("inf")))
    ledger.log.record(ledger.call(output_tokens=2**63))

    await ledger.log.flush()

    assert await ledger.paid() == Decimal("0.5")


async def test_a_line_that_nobody_understands_is_set_aside(ledger: Ledger):
    future = json.dumps([99, {"id": "usg_1"}, None]).encode()
    left_by_another(ledger, b"nonsense\n" + future + b"\n")

    assert await ledger.log.replay() == 0

    assert (ledger.folder / "rejected.txt").read_bytes() == b"nonsense\n" + future + b"\n"


async def test_while_the_disk_is_full_hard_budgets_refuse_and_records_wait_in_memory(
    ledger: Ledger,
):
    await ledger.add(10, subject_kind="agent", subject="coder")
    reservation = await ledger.budgets.reserve(ledger.spender, Decimal(1))

    with full_disk():
        ledger.log.record(ledger.call(), reservation)
        with pytest.raises(LedgerUnavailable, match="Make room there"):
            await ledger.budgets.reserve(ledger.spender, Decimal(1))
        await ledger.budgets.reserve(ledger.by_key("key_1"), Decimal(1))
        await ledger.budgets.reserve(ledger.spender, Decimal(0))
    await ledger.log.flush()

    await ledger.budgets.reserve(ledger.spender, Decimal(1))
    assert (await ledger.only_window()).settled_usd == Decimal("0.25")


async def test_memory_for_records_has_an_end(ledger: Ledger):
    record = ledger.call()

    with full_disk():
        for _ in range(10_000):
            ledger.log.record(record)
        with pytest.raises(UsageUnwritable, match="10,000 records already wait"):
            ledger.log.record(record)
    await ledger.log.flush()

    assert await ledger.scalar("select count(*) from usage_calls") == 1


async def test_records_wait_in_the_spool_while_the_database_is_away(
    database: Database, tmp_path: Path, scope: Scope
):
    async with (
        open_ledger(database, tmp_path / "usage", scope) as ledger,
        database.begin(scope) as work,
        asyncio.TaskGroup() as group,
    ):
        if database.dialect == "postgresql":
            await work.connection.execute(text("lock table usage_calls"))
        writing = group.create_task(ledger.log.run())
        for _ in range(20):
            ledger.log.record(ledger.call())
        await asyncio.sleep(0.2)
        assert spooled(ledger).count(b"\n") == 20
        writing.cancel()

    assert await ledger.scalar("select count(*) from usage_calls") == 20


async def test_a_folder_that_was_deleted_is_no_reason_to_lose_what_is_open(ledger: Ledger):
    ledger.log.record(ledger.call())
    shutil.rmtree(ledger.folder)
    ledger.log.record(ledger.call())

    await ledger.log.flush()

    assert await ledger.scalar("select count(*) from usage_calls") == 2
    os.makedirs(ledger.folder)
