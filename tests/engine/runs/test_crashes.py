"""A crash at every boundary of the journal changes nothing in what comes out."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, example, given, settings
from sqlalchemy import text

from cadre.engine.runs import Run, RunConflict, RunEvent, Runs, RunSpec, RunsSettings, Worker
from cadre.engine.runs.engine import journal_on
from cadre.engine.runs.ports import Journal
from cadre.infra.blobs import Blobs
from cadre.infra.bus import Bus
from cadre.infra.database import Database
from cadre.kernel.ids import RunId
from cadre.kernel.scope import Scope
from tests.engine.runs.crashing import CrashingJournal
from tests.engine.runs.shapes import Shape, World, shapes

QUICK = RunsSettings(
    lease_seconds=5.0,
    poll_seconds=0.02,
    linger_seconds=0.003,
    shortest_park_seconds=0.005,
    grace_seconds=0.2,
)
HANG_SECONDS = 20.0
COUNTED = {
    "step.finished",
    "step.failed",
    "wait.finished",
    "sleep.finished",
    "child.started",
    "child.finished",
    "run.started",
    "run.finished",
    "run.failed",
}


@dataclass
class Story:
    """One run of a shape, with its children: how it ended, and all events of it."""

    status: str
    output: object
    error: str | None
    events: Counter[tuple[str, str | None]] = field(default_factory=Counter[tuple[str, str | None]])
    appends: int = 0


@dataclass
class Crashes:
    database: Database
    blobs: Blobs
    scope: Scope
    journal: Journal

    async def tell(
        self, shape: Shape, crash_at: int | None = None, *, keeps: bool = False
    ) -> Story:
        """Run `shape`, dying at the append `crash_at`, and take it up again on another worker."""
        world = World()
        first = CrashingJournal(self.journal, crash_at, keeps=keeps)
        run_id, before = await self._first_life(world, first, shape)
        if first.crashed.is_set():
            await self._second_life(world)
        tree = await self._tree(run_id)
        for run in tree:
            await self._check_journal(run, before.get(run.id, []))
        assert world.doubled == []
        return await self._story(tree, first.appends)

    async def _first_life(
        self, world: World, journal: CrashingJournal, shape: Shape
    ) -> tuple[RunId, dict[RunId, list[RunEvent]]]:
        runs = world.runs = Runs(self.database, self.blobs, Bus(), QUICK, journal=journal)
        worker = Worker(runs, {"shape": world.drive})
        job = asyncio.create_task(worker.run())
        await asyncio.sleep(0)
        run = await runs.start(self.scope, RunSpec("shape", shape, {"path": ""}))
        await self._until_ended(journal.crashed)
        await worker.die()
        await job
        tree = await self._tree(run.id)
        before = {run.id: await self._events(run.id) for run in tree}
        for events in before.values():
            world.finished |= {
                str(e.key) for e in events if e.type in ("step.finished", "step.failed")
            }
        return run.id, before

    async def _second_life(self, world: World) -> None:
        async with self.database.begin(self.scope) as work:  # as if the lease had run out
            await work.connection.execute(
                text("update runs set due_at = 1 where status = 'running'")
            )
        alive = CrashingJournal(self.journal, None, keeps=False)
        runs = world.runs = Runs(self.database, self.blobs, Bus(), QUICK, journal=alive)
        worker = Worker(runs, {"shape": world.drive})
        job = asyncio.create_task(worker.run())
        async with asyncio.TaskGroup() as group:
            person = group.create_task(self._answer_unknown(runs, world))
            await self._until_ended(asyncio.Event())
            person.cancel()
        await worker.close()
        await job

    async def _answer_unknown(self, runs: Runs, world: World) -> None:
        """A person who looks, and answers truthfully."""
        asked = "select id from runs where ended_at is null and waiting_for like '%may or may not%'"
        while True:
            for run_id in await self._ask(asked):
                events = await self._events(run_id)
                last = {event.key: event for event in events if event.type.startswith("step.")}
                for key, event in last.items():
                    if event.type == "step.unknown":
                        await self._answer(runs, world, run_id, str(key))
            await asyncio.sleep(0.01)

    async def _ask(self, query: str) -> list[RunId]:
        async with self.database.read(self.scope) as work:
            return list((await work.connection.execute(text(query))).scalars())

    async def _answer(self, runs: Runs, world: World, run_id: RunId, key: str) -> None:
        happened = world.acted[key] > 0
        started = next(
            e for e in await self._events(run_id) if e.type == "step.started" and e.key == key
        )
        outcome = "happened" if happened else "did_not_happen"
        if happened and started.data["input"]["fails"]:
            outcome = "abandon"
        with suppress(RunConflict):  # the run took the answer before this one
            await runs.resolve(self.scope, run_id, key=key, outcome=outcome, output={"acted": key})

    async def _until_ended(self, crashed: asyncio.Event) -> None:
        give_up_at = time.monotonic() + HANG_SECONDS
        while not crashed.is_set():
            alive = await self._ask("select id from runs where ended_at is null")
            if not alive:
                return
            assert time.monotonic() < give_up_at, [await self._events(run) for run in alive]
            await asyncio.sleep(0.004)

    async def _tree(self, run_id: RunId) -> list[Run]:
        runs = Runs(self.database, self.blobs, Bus(), QUICK, journal=self.journal)
        tree = [await runs.get(self.scope, run_id)]
        for run in tree:
            tree += (await runs.list(self.scope, parent_id=run.id)).items
        return tree

    async def _events(self, run_id: RunId) -> list[RunEvent]:
        runs = Runs(self.database, self.blobs, Bus(), QUICK, journal=self.journal)
        return await runs.events(self.scope, run_id)

    async def _check_journal(self, run: Run, before: Sequence[RunEvent]) -> None:
        events = await self._events(run.id)
        assert [event.seq for event in events] == list(range(len(events)))
        assert run.last_seq == len(events) - 1
        assert events[: len(before)] == list(before)
        once = Counter((event.type, event.key) for event in events if event.type in COUNTED)
        assert set(once.values()) == {1}

    async def _story(self, tree: Sequence[Run], appends: int) -> Story:
        story = Story(tree[0].status, tree[0].output, tree[0].error and tree[0].error.code)
        story.appends = appends
        for run in tree:
            story.events.update(
                (event.type.replace("resolved", "finished"), event.key)
                for event in await self._events(run.id)
                if event.type in COUNTED
                or (event.type == "step.resolved" and event.data["outcome"] != "did_not_happen")
            )
        return story


@pytest.fixture
async def crashes(database: Database, blobs: Blobs, scope: Scope):
    journal = journal_on(database)
    await journal.open()
    yield Crashes(database, blobs, scope, journal)
    await journal.close()


UNSAFE = {"do": "step", "safety": "unsafe", "fails": False, "pause": True, "asks": False}


@example({"do": "child", "parts": [UNSAFE, {"do": "wait"}], "end": "output"})
@example(
    {"do": "child", "parts": [{"do": "all", "parts": [UNSAFE, {"do": "sleep"}]}], "end": "failure"}
)
@example({"do": "child", "parts": [{"do": "child", "parts": [{"do": "wait"}]}], "end": "cancel"})
@example(
    {
        "do": "child",
        "parts": [
            {"do": "all", "parts": [UNSAFE | {"fails": True, "pause": False}, {"do": "wait"}]}
        ],
        "end": "output",
    }
)
@given(shape=shapes())
@settings(
    max_examples=int(os.environ.get("CADRE_CRASH_EXAMPLES", "3")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_a_crash_at_any_boundary_changes_nothing(crashes: Crashes, shape: Shape):
    whole = await crashes.tell(shape)

    for crash_at in range(1, whole.appends + 1):
        for keeps in (False, True):
            crashed = await crashes.tell(shape, crash_at, keeps=keeps)

            assert (crashed.status, crashed.output, crashed.error) == (
                whole.status,
                whole.output,
                whole.error,
            )
            if whole.status == "done":
                assert _loosely(crashed) == _loosely(whole)


def _loosely(story: Story) -> Counter[tuple[str, str | None]]:
    """A step that a person gave up has failed in one journal and was abandoned in the other."""
    return Counter(
        {
            (kind.replace("step.failed", "step.finished"), key): n
            for (kind, key), n in story.events.items()
        }
    )
