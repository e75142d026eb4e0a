"""An org with an allowance has no more runs at once, in however many processes; others don't wait for it."""

import asyncio
import json
import time
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import delete, insert

from cadre.engine.runs import ActiveRun, Runs, RunSpec, RunsSettings
from cadre.infra.database import Database
from cadre.kernel.messages import Json
from cadre.kernel.scope import ALL_ORGS, Scope
from cadre.trust.orgs.tables import orgs
from tests.engine.runs.harness import Engines

SETTINGS = RunsSettings(lease_seconds=2.0, poll_seconds=0.05)
MOST = 2


@dataclass
class Works:
    """How many act at once, by org."""

    now: dict[str, int] = field(default_factory=dict[str, int])
    most: dict[str, int] = field(default_factory=dict[str, int])

    async def __call__(self, run: ActiveRun) -> Json:
        org = run.scope.org
        self.now[org] = self.now.get(org, 0) + 1
        self.most[org] = max(self.most.get(org, 0), self.now[org])
        try:
            await asyncio.sleep(0.05)
        finally:
            self.now[org] -= 1
        return None


async def parent(run: ActiveRun) -> Json:
    child = await run.spawn("child", RunSpec("works", {}, None, title="The child"))
    return await child.result()


async def test_no_more_runs_at_once_than_the_org_may_have(
    engines: Engines, database: Database, scope: Scope, other_scope: Scope
):
    await _allow(database, scope, MOST)
    works = Works()
    processes = [await engines.start({"works": works}, settings=SETTINGS) for _ in range(2)]
    spec = RunSpec("works", {}, None)
    async with asyncio.timeout(60):
        await _until_known(processes, scope.org)
        begun = [await processes[at % 2].start(scope, spec) for at in range(12)]
        others = [await processes[at % 2].start(other_scope, spec) for at in range(12)]
        for run in others:
            await engines.until(other_scope, run.id, "done")
        for run in begun:
            await engines.until(scope, run.id, "done")

    assert works.most[scope.org] == MOST
    assert works.most[other_scope.org] > MOST


async def test_a_parent_that_waits_leaves_its_place_to_its_child(
    engines: Engines, database: Database, scope: Scope
):
    await _allow(database, scope, 1)
    drivers = {"works": Works(), "parent": parent}
    runs = await engines.start(drivers, settings=SETTINGS)
    run = await runs.start(scope, RunSpec("parent", {}, None))
    await engines.until(scope, run.id, "done")


@pytest.mark.parametrize("most", [0, 1])
async def test_an_allowance_that_is_lifted_lets_those_go_on_that_waited(
    engines: Engines, database: Database, scope: Scope, most: int
):
    await _allow(database, scope, most)
    works = Works()
    runs = await engines.start({"works": works}, settings=SETTINGS)
    async with asyncio.timeout(60):
        await _until_known([runs], scope.org)
    begun = [await runs.start(scope, RunSpec("works", {}, None)) for _ in range(4)]
    assert {each.status for each in begun} == {"queued"}
    if most == 0:
        await asyncio.sleep(0.3)
        assert works.most == {}

    await _allow(database, scope, None)
    for run in begun:
        await engines.until(scope, run.id, "done")


async def test_a_run_that_waits_for_the_allowance_says_so(
    engines: Engines, database: Database, scope: Scope
):
    await _allow(database, scope, 1)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def holds(_run: ActiveRun) -> Json:
        begun.set()
        await go_on.wait()

    runs = await engines.start({"works": holds}, settings=SETTINGS)
    spec = RunSpec("works", {}, None)
    async with asyncio.timeout(60):
        await _until_known([runs], scope.org)
        first = await runs.start(scope, spec)
        await begun.wait()
    second = await runs.start(scope, spec)
    behind = await runs.start(scope, replace(spec, session_id="ses_1"))
    last = await runs.start(scope, replace(spec, session_id="ses_1"))

    shown = {run.id: run.waiting_for for run in (await runs.list(scope)).items}
    at_most = "The organisation runs as many as it may at once (1)"
    assert second.waiting_for == at_most
    assert (await runs.summary(scope, second.id)).waiting_for == at_most
    assert shown[first.id] is None
    assert shown[second.id] == shown[behind.id] == at_most
    assert shown[last.id] == "An earlier run of the same session must end first"

    go_on.set()
    for run in (first, second, behind, last):
        await engines.until(scope, run.id, "done")


async def test_a_run_whose_worker_died_is_taken_over_though_its_place_counts(
    engines: Engines, database: Database, scope: Scope
):
    await _allow(database, scope, 1)
    begun = asyncio.Event()

    async def hangs(_run: ActiveRun) -> Json:
        begun.set()
        await asyncio.Event().wait()

    runs = await engines.start({"works": hangs}, settings=SETTINGS)
    run = await runs.start(scope, RunSpec("works", {}, None))
    async with asyncio.timeout(30):
        await begun.wait()
    await engines.kill()

    await engines.start({"works": Works()}, settings=SETTINGS)
    await engines.until(scope, run.id, "done")


async def _until_known(processes: list[Runs], org: str) -> None:
    """Until every process has read the allowances: before that a run may be born hot."""
    while True:
        hosts = [host for runs in processes for host in runs.engine.hub.hosts]
        free = [host for host in hosts if host.reserve("works", org) is not None]
        for host in free:
            host.release()
        if len(hosts) == len(processes) and not free:
            return
        await asyncio.sleep(0.01)


async def _allow(database: Database, scope: Scope, most: int | None) -> None:
    async with database.begin(replace(scope, org=ALL_ORGS)) as work:
        await work.connection.execute(delete(orgs).where(orgs.c.id == scope.org))
        limits = {} if most is None else {"concurrent_runs": most}
        row = {"id": scope.org, "slug": "busy", "name": "Busy", "created_at": time.time()}
        await work.connection.execute(insert(orgs).values(**row, limits=json.dumps(limits)))
