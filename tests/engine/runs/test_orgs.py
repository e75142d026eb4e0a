"""Another org sees nothing; lists find what they should; old runs are forgotten."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, text

from cadre.engine.runs import (
    ActiveRun,
    RetentionPolicy,
    RunConflict,
    RunNotFound,
    Runs,
    RunSpec,
    RunsSettings,
)
from cadre.engine.runs.retention import RunsRetained
from cadre.infra.blobs import Blobs
from cadre.infra.database import Database
from cadre.kernel.errors import Invalid
from cadre.kernel.ids import BlobId, RunId
from cadre.kernel.messages import Json
from cadre.kernel.scope import ALL_ORGS, Scope
from cadre.trust.orgs.tables import orgs
from tests.engine.runs.harness import Engines


async def waits(run: ActiveRun) -> Json:
    await run.wait("go", key="go", reason="Go must come")


async def echoes(run: ActiveRun) -> Json:
    return run.input


async def _follow(runs: Runs, scope: Scope, run_id: RunId) -> None:
    async for _ in runs.follow(scope, run_id):
        pass


ASKS: dict[str, Callable[[Runs, Scope, RunId], Awaitable[object]]] = {
    "get": lambda runs, scope, run: runs.get(scope, run),
    "events": lambda runs, scope, run: runs.events(scope, run),
    "follow": _follow,
    "signal": lambda runs, scope, run: runs.signal(scope, run, key="k", name="go", data=None),
    "cancel": lambda runs, scope, run: runs.cancel(scope, run, ""),
    "fork": lambda runs, scope, run: runs.fork(scope, run, at_seq=0),
    "replay": lambda runs, scope, run: runs.replay(scope, run),
    "resolve": lambda runs, scope, run: runs.resolve(scope, run, key="k", outcome="happened"),
    "payload": lambda runs, scope, run: runs.payload(scope, run, "sha256:" + "0" * 64),
}


@pytest.mark.parametrize("ask", list(ASKS))
async def test_another_org_sees_nothing(
    engines: Engines, scope: Scope, other_scope: Scope, ask: str
):
    runs = await engines.start({"waits": waits})
    run = await runs.start(scope, RunSpec("waits", {}, None))
    await engines.until(scope, run.id, "waiting")

    with pytest.raises(RunNotFound):
        await ASKS[ask](runs, other_scope, run.id)

    assert (await runs.list(other_scope)).items == []
    assert (await runs.get(scope, run.id)).status == "waiting"


async def test_an_id_of_another_org_can_not_be_taken_over(
    engines: Engines, scope: Scope, other_scope: Scope
):
    runs = await engines.start({"waits": waits})
    run = await runs.start(scope, RunSpec("waits", {}, "secret"))

    with pytest.raises(RunConflict):
        await runs.start(other_scope, RunSpec("waits", {}, None, id=run.id))


async def test_sessions_of_the_same_name_in_two_orgs_do_not_meet(
    engines: Engines, scope: Scope, other_scope: Scope
):
    runs = await engines.start({"waits": waits})
    await runs.start(scope, RunSpec("waits", {}, None, session_id="s"))

    other = await runs.start(other_scope, RunSpec("waits", {}, None, session_id="s"))

    assert other.status == "running"


async def test_a_list_is_paged_and_filtered(engines: Engines, scope: Scope):
    runs = await engines.start({"waits": waits, "echoes": echoes})
    for number in range(7):
        spec = RunSpec("echoes", {}, None, title=f"Echo 10% {number}", agent=f"a{number % 2}")
        await engines.until(scope, (await runs.start(scope, spec)).id, "done")
    waiting = await runs.start(scope, RunSpec("waits", {}, None, title="Echo 10x"))
    await engines.until(scope, waiting.id, "waiting")

    pages: list[str] = []
    cursor = None
    while True:
        page = await runs.list(scope, cursor=cursor, limit=3)
        pages += [run.title for run in page.items]
        cursor = page.next
        if cursor is None:
            break

    assert pages == ["Echo 10x", *[f"Echo 10% {number}" for number in range(6, -1, -1)]]
    assert len((await runs.list(scope, statuses=["done"], agent="a1")).items) == 3
    assert len((await runs.list(scope, text="10%")).items) == 7
    assert [run.id for run in (await runs.list(scope, statuses=["waiting"])).items] == [waiting.id]
    with pytest.raises(Invalid):
        await runs.list(scope, cursor="nonsense")


async def test_ended_runs_are_forgotten_when_their_org_says_so(
    engines: Engines, scope: Scope, other_scope: Scope, database: Database, blobs: Blobs
):
    runs = await engines.start({"waits": waits, "echoes": echoes})
    big = "x" * 50_000
    old = await runs.start(scope, RunSpec("echoes", {}, big))
    kept = await runs.start(other_scope, RunSpec("echoes", {}, big + "y"))
    alive = await runs.start(scope, RunSpec("waits", {}, None))
    await engines.until(scope, old.id, "done")
    await engines.until(other_scope, kept.id, "done")
    await runs.keep(scope, RetentionPolicy(kind="echoes", days=1))
    await runs.keep(scope, RetentionPolicy(kind="echoes", days=2))

    now, folders = time.time() + 3 * 86_400, _Folders()
    retained = RunsRetained(runs.engine, folders, wall=lambda: now)
    async with database.begin(scope) as work:
        before = now - 90 * 86_400
        assert (await retained.held(work)).rows == await retained.due(work, before) == 1
        expired = await retained.expire(work, before, 10)
        assert (await retained.expire(work, before, 10)).rows == 0
    assert expired.afterwards is not None
    await expired.afterwards()

    assert (expired.rows, folders.deleted) == (1, [old.id])
    assert [(p.kind, p.days) for p in await runs.retention(scope)] == [("*", 90), ("echoes", 2)]
    with pytest.raises(RunNotFound):
        await runs.get(scope, old.id)
    assert (await runs.get(other_scope, kept.id)).output == big + "y"
    assert (await runs.get(scope, alive.id)).status in ("running", "waiting")
    async with database.engine.connect() as connection:
        for table in ("run_events", "run_payloads"):
            query = text(f"select count(*) from {table} where run_id = :id")
            assert (await connection.execute(query, {"id": old.id})).scalar() == 0
    assert len(_files(blobs)) == 1


class _Folders:
    """Whose folders were to go."""

    def __init__(self) -> None:
        self.deleted: list[str] = []

    async def snapshot(self, workspace: str) -> BlobId | None:
        raise AssertionError(f"{workspace} is nobody's to look into")

    async def delete(self, workspace: str) -> None:
        self.deleted.append(workspace)


def _files(blobs: Blobs) -> list[Path]:
    root = blobs.path("sha256:" + "0" * 64).parent.parent  # pyright: ignore[reportArgumentType]  # any id will do
    return [path for path in root.rglob("*") if path.is_file()]


async def test_runs_of_a_suspended_org_rest_and_then_go_on(
    engines: Engines, database: Database, scope: Scope, other_scope: Scope
):
    settings = RunsSettings(lease_seconds=1.0, poll_seconds=0.05)
    runs = await engines.start({"waits": waits}, settings=settings)
    run = await runs.start(scope, RunSpec("waits", {}, None))
    other = await runs.start(other_scope, RunSpec("waits", {}, None))
    await engines.until(scope, run.id, "waiting")
    await _stand(database, scope, "suspended")

    for each in (run, other):
        at = scope if each is run else other_scope
        await runs.signal(at, each.id, key="go", name="go", data=None)
    await engines.until(other_scope, other.id, "done")
    assert (await runs.get(scope, run.id)).status == "queued"

    await _stand(database, scope, "active")
    await engines.until(scope, run.id, "done")


async def test_what_runs_is_put_down_when_its_org_is_suspended(
    engines: Engines, database: Database, scope: Scope
):
    begun, ended = asyncio.Event(), asyncio.Event()

    async def works(run: ActiveRun) -> Json:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    settings = RunsSettings(lease_seconds=1.0, poll_seconds=0.05)
    runs = await engines.start({"works": works}, settings=settings)
    await runs.start(scope, RunSpec("works", {}, None))
    await begun.wait()

    await _stand(database, scope, "suspended")
    async with asyncio.timeout(30):
        await ended.wait()


async def _stand(database: Database, scope: Scope, status: str) -> None:
    async with database.begin(replace(scope, org=ALL_ORGS)) as work:
        await work.connection.execute(delete(orgs).where(orgs.c.id == scope.org))
        row = {"id": scope.org, "slug": "resting", "name": "Resting", "created_at": time.time()}
        await work.connection.execute(insert(orgs).values(**row, status=status))
