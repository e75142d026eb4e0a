"""Health: what calls teach, how it is stored for all processes, and how it is told."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from cadre.engine.models import RETAINED
from cadre.engine.models.calling import (
    AttemptOutcome,
    Breakers,
    End,
    Health,
    HealthJobs,
    HealthReports,
    Probe,
    Prober,
    Target,
)
from cadre.engine.models.calling.schemas import HealthNow, HealthPage
from cadre.engine.models.errors import (
    ModelAuthFailed,
    ModelLimited,
    ModelRefused,
    ModelUnavailable,
    UnknownModel,
)
from cadre.infra.database import Database, Work
from cadre.kernel.errors import CadreError
from cadre.kernel.ids import OrgId
from cadre.kernel.messages import Usage
from cadre.kernel.scope import Scope

NOON = 1_800_014_400.0
DOWN = ModelUnavailable("down")


@dataclass
class Process:
    """What one process knows; several may share a database."""

    database: Database
    scope: Scope
    seconds: float = NOON
    configured: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.breakers = Breakers()
        self.health = Health(self.breakers, wall=self.wall)
        self.reports = HealthReports(self.health, self._configured, wall=self.wall)
        prober = Prober(
            self.database, self.health, self.breakers, self.scope, every=_none, named=_nobody
        )
        self.jobs = HealthJobs(self.database, self.health, self.scope, prober)

    def wall(self) -> float:
        return self.seconds

    def call(
        self,
        name: str = "a:x",
        error: CadreError | None = None,
        *,
        org: OrgId | None = None,
        first: float | None = 1.0,
        seconds: float = 3.0,
        tokens: int = 100,
        end: End | None = None,
        times: int = 1,
    ) -> None:
        outcome = AttemptOutcome(
            target=Target(org or self.scope.org, name),
            end=end or ("failed" if error else "complete"),
            started_at=self.seconds - seconds,
            first_item_seconds=None if error else first,
            seconds=seconds,
            error=error,
            usage=Usage(output_tokens=tokens),
            is_estimate=False,
        )
        for _ in range(times):
            self.health.record(outcome)

    async def overview(self, scope: Scope | None = None) -> HealthPage:
        async with self.database.read(scope or self.scope) as work:
            return await self.reports.overview(work)

    async def now(self, name: str = "a:x") -> HealthNow:
        for provider in (await self.overview()).providers:
            for target in [*provider.models, *([provider.own] if provider.own else [])]:
                if target.name == name:
                    return target.now
        raise AssertionError(name)

    async def _configured(self, work: Work) -> Sequence[str]:
        return self.configured


async def _none() -> list[Probe]:
    return []


async def _nobody(_work: Work, name: str) -> Probe:
    raise UnknownModel(name)


@pytest.fixture
def process(database: Database, scope: Scope) -> Process:
    return Process(database, scope)


async def test_routing_sees_the_last_minutes_of_a_target(process: Process):
    process.call(first=1.0, seconds=3.0, tokens=100, times=3)
    process.call(error=DOWN)

    snapshot = process.health.snapshot(process.scope.org, "a:x")

    assert snapshot is not None
    assert (snapshot.success_rate, snapshot.calls, snapshot.is_open) == (0.75, 4, False)
    assert snapshot.first_token_seconds == pytest.approx(1.0, rel=0.3)
    assert snapshot.tokens_per_second == 50
    assert process.health.snapshot(process.scope.org, "a:y") is None


async def test_what_is_older_than_ten_minutes_is_not_lately(process: Process):
    process.call(error=DOWN)
    process.seconds += 600
    process.call()

    snapshot = process.health.snapshot(process.scope.org, "a:x")

    assert snapshot is not None
    assert (snapshot.success_rate, snapshot.calls) == (1.0, 1)


async def test_a_snapshot_is_at_most_a_second_old(process: Process):
    process.call()
    before = process.health.snapshot(process.scope.org, "a:x")
    process.call(error=DOWN)
    process.seconds += 1
    after = process.health.snapshot(process.scope.org, "a:x")

    assert before is not None
    assert after is not None
    assert (before.calls, after.calls) == (1, 2)


async def test_mistakes_of_the_caller_and_lost_races_do_not_speak_of_the_target(process: Process):
    process.call()
    process.call(error=ModelRefused("bad tool"))
    process.call(first=None, end="lost")
    process.call(first=None, end="abandoned")

    now = await process.now()

    assert (now.calls, now.succeeded, now.refused, now.success_rate) == (1, 1, 1, 1.0)


async def test_an_answer_that_was_abandoned_after_it_began_is_a_success(process: Process):
    process.call(end="abandoned")

    assert (await process.now()).succeeded == 1


async def test_the_distribution_of_times_is_told(process: Process):
    process.call(first=0.5, seconds=2.0, times=90)
    process.call(first=8.0, seconds=20.0, times=10)

    now = await process.now()

    assert now.first_token_seconds == pytest.approx(0.5, rel=0.3)
    assert now.first_token_p95_seconds == pytest.approx(8.0, rel=0.3)
    assert now.total_seconds == pytest.approx(2.0, rel=0.3)


async def test_failures_are_told_by_kind(process: Process):
    process.call(error=DOWN, times=2)
    process.call(error=ModelLimited("slow"))
    process.call(error=ModelAuthFailed("key"))
    process.call(error=UnknownModel("who?"))

    now = await process.now()

    assert now.failures == {"unavailable": 2, "limited": 1, "denied": 1, "missing": 1}
    assert now.last_failure is not None
    assert now.last_failure.code == "unknown_model"


async def test_a_model_that_nobody_asked_is_unknown(process: Process):
    process.configured = ["a:x", "b:y"]

    page = await process.overview()

    assert [(p.name, p.state) for p in page.providers] == [("a", "unknown"), ("b", "unknown")]
    assert "Nobody asked" in (await process.now()).sentence


@pytest.mark.parametrize(
    ("good", "bad", "state"), [(20, 0, "ok"), (19, 1, "ok"), (8, 2, "degraded"), (1, 9, "down")]
)
async def test_the_share_of_failures_says_how_it_does(
    process: Process, good: int, bad: int, state: str
):
    process.call(times=good)
    process.call(error=DOWN, times=bad)

    now = await process.now()

    assert now.state == state
    if state != "ok":
        assert now.sentence == (
            f"{bad} of {good + bad} calls in the last ten minutes failed, "
            "because it did not answer."
        )


async def test_a_model_with_an_open_circuit_is_down(process: Process):
    permit = process.breakers.of(Target(process.scope.org, "a:x")).enter()
    assert permit is not None
    permit.failed(ModelLimited("slow down", retry_after_seconds=30))
    process.call(error=ModelLimited("slow down"))

    now = await process.now()

    assert (now.state, now.circuit) == ("down", "open")
    assert now.opens_in_seconds == pytest.approx(30, abs=1)
    assert now.sentence.startswith("Left alone for another 30 s.")


async def test_a_model_that_became_slow_is_degraded(process: Process):
    process.call(first=0.5, times=50)
    await process.jobs.save()
    process.seconds += 3_600
    process.call(first=6.0, seconds=9.0, times=20)

    now = await process.now()

    assert now.state == "degraded"
    assert now.sentence.startswith("Slow: ")


async def test_a_provider_is_as_well_as_its_models(process: Process):
    process.call("a:x")
    process.call("a:y", DOWN)
    process.call("b:z", DOWN)
    process.call("c:z")
    process.configured = ["d:z"]

    page = await process.overview()

    assert [(provider.name, provider.state) for provider in page.providers] == [
        ("a", "degraded"),
        ("b", "down"),
        ("c", "ok"),
        ("d", "unknown"),
    ]
    assert page.providers[0].sentence == "1 of 2 models of a are well."


async def test_minutes_are_written_once_and_what_comes_later_is_added(process: Process):
    process.call(times=2)
    assert await process.jobs.save() == 1
    assert await process.jobs.save() == 0
    process.call(error=DOWN)
    process.seconds += 60
    process.call()
    assert await process.jobs.save() == 2

    async with process.database.read(process.scope) as work:
        history = await process.reports.history(work, "a:x", "day")

    (bucket,) = history.buckets
    assert (bucket.calls, bucket.succeeded, bucket.failures) == (4, 3, {"unavailable": 1})
    assert bucket.at == NOON
    assert history.step_seconds == 900


async def test_processes_add_up_without_counting_anything_twice(process: Process):
    other = Process(process.database, process.scope)
    process.call(times=3)
    other.call(error=DOWN, times=2)
    for one in (process, other, process, other):
        await one.jobs.save()

    assert (await process.now()).calls == (await other.now()).calls == 5
    async with process.database.read(process.scope) as work:
        history = await other.reports.history(work, "a:x", "week")
    assert [bucket.calls for bucket in history.buckets] == [5]


async def test_history_is_cut_into_stretches_that_begin_at_even_times(process: Process):
    for hours in range(26):
        process.seconds = NOON - (25 - hours) * 3_600 + 60
        process.call("a:x")
        await process.jobs.save()
    process.seconds = NOON + 120

    async with process.database.read(process.scope) as work:
        day = await process.reports.history(work, "a:x", "day")
        week = await process.reports.history(work, "a:x", "week")

    assert len(day.buckets) == 25
    assert [bucket.at for bucket in day.buckets] == sorted(bucket.at for bucket in day.buckets)
    assert all(bucket.at % 7_200 == 0 for bucket in week.buckets)
    assert sum(bucket.calls for bucket in week.buckets) == 26


async def test_the_overview_has_the_hours_of_the_day(process: Process):
    process.call(times=4)
    await process.jobs.save()
    process.seconds += 7_200
    process.call(error=DOWN)
    await process.jobs.save()

    (provider,) = (await process.overview()).providers

    (target,) = provider.models
    assert [(hour.calls, hour.state) for hour in target.day] == [(4, "ok"), (1, "down")]
    assert target.day_success_rate == 0.8


async def test_another_org_sees_nothing(process: Process, other_scope: Scope):
    process.call(times=3)
    await process.jobs.save()

    assert (await process.overview(other_scope)).providers == []
    async with process.database.read(other_scope) as work:
        assert (await process.reports.history(work, "a:x", "day")).buckets == []
    assert process.health.snapshot(other_scope.org, "a:x") is None


async def test_each_orgs_minutes_are_written_as_its_own(process: Process, other_scope: Scope):
    process.call(times=3)
    process.call(org=other_scope.org, times=2)

    assert await process.jobs.save() == 2

    (theirs,) = (await process.overview(other_scope)).providers
    assert [target.now.calls for target in theirs.models] == [2]


async def test_old_minutes_are_forgotten_in_their_org_and_young_ones_kept(
    process: Process, other_scope: Scope
):
    process.call()
    process.call(org=other_scope.org)
    await process.jobs.save()
    process.seconds += 30 * 86_400 + 61
    process.call()
    await process.jobs.save()

    async with process.database.begin(process.scope) as work:
        before = process.seconds - 30 * 86_400
        assert (await RETAINED.held(work)).rows == 2
        assert await RETAINED.due(work, before) == 1
        assert (await RETAINED.expire(work, before, 500)).rows == 1
        assert (await RETAINED.expire(work, before, 500)).rows == 0
        history = await process.reports.history(work, "a:x", "month")
    assert sum(bucket.calls for bucket in history.buckets) == 1
    async with process.database.read(other_scope) as work:
        assert (await RETAINED.held(work)).rows == 1


async def test_memory_keeps_ten_minutes_once_they_are_written(process: Process):
    for _ in range(60):
        process.call()
        await process.jobs.save()
        process.seconds += 60
    process.call()

    assert process.health.recent(process.scope.org, "a:x").calls == 10


async def test_what_is_not_written_yet_is_written_when_the_process_ends(process: Process):
    process.call(times=2)
    working = asyncio.create_task(process.jobs.run())
    await asyncio.sleep(0)

    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working

    fresh = Process(process.database, process.scope)
    assert (await fresh.now()).calls == 2
