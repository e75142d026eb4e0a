"""kill -9: what was acknowledged is in the chain, and the chain is whole."""

import asyncio
import random
import signal
import sys
from pathlib import Path

from sqlalchemy import text

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.audit import Audit, AuditLog, Seal

ROOT = Path(__file__).parents[3]
KILLS = 2
PROCESSES = 2


async def acknowledged_before_kill(url: str, folder: Path, name: str, seconds: float) -> list[str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.trust.audit.writing", url, str(folder), name),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        limit=1 << 24,
    )
    assert process.stdout is not None
    first = await process.stdout.readline()
    reading = asyncio.create_task(process.stdout.read())
    await asyncio.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    said = first + await reading
    await process.wait()
    lines = [line.decode() for line in said.split(b"\n")[:-1]]
    return [line for line in lines if line.startswith(f"{name}-")]  # the others are the log


async def test_every_acknowledged_event_is_in_the_chain_after_kills(
    database: Database, tmp_path: Path, scope: Scope, audit: Audit, seal: Seal
):
    chance = random.Random(7)
    ids: list[str] = []
    for round_ in range(KILLS):
        told = await asyncio.gather(
            *(
                acknowledged_before_kill(
                    database.url, tmp_path / "audit", f"{round_}-{number}", chance.uniform(0.1, 0.5)
                )
                for number in range(PROCESSES)
            )
        )
        ids += [id_ for each in told for id_ in each]

    left = AuditLog(database, seal, tmp_path / "audit")
    await left.open()  # writes what the dead ones kept beside the database
    await left.close()

    async with database.read(scope) as work:
        rows = await work.connection.execute(text("select resource from audit_events"))
        found = [row[0] for row in rows]
        proof = await audit.verify(work)

    assert len(ids) > 50
    assert set(ids) <= set(found)
    assert len(found) == len(set(found)) == proof.seq
    assert proof.ok
