"""Probes: sent when nobody else asks, within a limit of money, and counted like any call."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from cadre.engine.models.calling import (
    AttemptOutcome,
    Breakers,
    Health,
    HealthJobs,
    HealthReports,
    Probe,
    Prober,
    ProbeSettings,
    Target,
)
from cadre.engine.models.calling.probes import ProbeLimitReached
from cadre.engine.models.errors import ModelUnavailable, UnknownModel
from cadre.infra.database import Database, Work
from cadre.kernel.messages import Usage
from cadre.kernel.scope import Scope

NOON = 1_800_014_400.0
Send = Callable[[], Awaitable[Usage | None]]


@dataclass
class Bench:
    database: Database
    scope: Scope
    settings: ProbeSettings = field(
        default_factory=lambda: ProbeSettings(
            interval_seconds=60, most_usd_per_day=Decimal("0.05"), timeout_seconds=0.05
        )
    )
    seconds: float = NOON

    def __post_init__(self) -> None:
        self.sent: list[str] = []
        self.first_sent = asyncio.Event()
        self.probes: list[Probe] = []
        self.breakers = Breakers(now=self.wall)
        self.health = Health(self.breakers, wall=self.wall)
        self.prober = Prober(
            self.database,
            self.health,
            self.breakers,
            self.scope,
            every=self._every,
            named=self._find,
            settings=self.settings,
            wall=self.wall,
        )
        self.jobs = HealthJobs(self.database, self.health, self.scope, self.prober)
        self.reports = HealthReports(self.health, self._configured, wall=self.wall)

    def wall(self) -> float:
        return self.seconds

    def add(
        self,
        name: str,
        *,
        cost: str | None = "0.01",
        most: str | None = "0.02",
        error: Exception | None = None,
        hangs: bool = False,
    ) -> Target:
        async def send() -> Usage | None:
            self.sent.append(name)
            self.first_sent.set()
            if hangs:
                await asyncio.Event().wait()
            if error is not None:
                raise error
            return Usage(output_tokens=1, cost_usd=None if cost is None else Decimal(cost))

        target = Target(self.scope.org, name)
        self.probes.append(Probe(target, send, None if most is None else Decimal(most)))
        return target

    async def _every(self) -> Sequence[Probe]:
        return self.probes

    async def _find(self, work: Work, name: str) -> Probe:
        for probe in self.probes:
            if probe.target == Target(work.scope.org, name):
                return probe
        raise UnknownModel(f"There is no model `{name}`.")

    async def _configured(self, _work: Work) -> Sequence[str]:
        return [probe.target.name for probe in self.probes]


@pytest.fixture
def bench(sqlite_database: Database, scope: Scope) -> Bench:
    return Bench(sqlite_database, scope)


def break_circuit(bench: Bench, target: Target, *, retry_after: float | None = None) -> None:
    for _ in range(5):
        permit = bench.breakers.of(target).enter()
        if permit is not None:
            permit.failed(ModelUnavailable("down", retry_after_seconds=retry_after))


def test_probes_are_off_unless_they_are_asked_for():
    assert ProbeSettings().interval_seconds is None


async def test_a_probe_is_part_of_the_history(bench: Bench):
    bench.add("a:x")
    (result,) = await bench.prober.round()
    await bench.jobs.save()

    async with bench.database.read(bench.scope) as work:
        history = await bench.reports.history(work, "a:x", "day")
    assert (result.ok, result.cost_usd) == (True, Decimal("0.01"))
    assert [(b.calls, b.succeeded, b.probes) for b in history.buckets] == [(1, 1, 1)]


async def test_a_provider_as_a_whole_is_probed_by_its_own_name(bench: Bench):
    bench.add("a", most="0")
    await bench.prober.round()

    async with bench.database.read(bench.scope) as work:
        (provider,) = (await bench.reports.overview(work)).providers
    assert (provider.name, provider.state, provider.models) == ("a", "ok", [])
    assert provider.own is not None


async def test_a_target_that_answers_calls_is_not_probed_as_well(bench: Bench):
    target = bench.add("a:x")
    outcome = AttemptOutcome(target, "complete", NOON, 0.1, 1.0, None, None, is_estimate=True)
    bench.health.record(outcome)

    assert await bench.prober.round() == []


async def test_a_probe_closes_a_circuit_that_nobody_else_tries(bench: Bench):
    target = bench.add("a:x")
    break_circuit(bench, target)

    await bench.prober.round()

    assert bench.breakers.of(target).state == "closed"


async def test_a_target_that_asked_to_be_left_alone_is(bench: Bench):
    target = bench.add("a:x")
    break_circuit(bench, target, retry_after=60)

    assert await bench.prober.round() == []


async def test_a_model_of_unknown_price_is_not_probed_unasked(bench: Bench):
    bench.add("a:x", cost=None, most=None)

    assert await bench.prober.round() == []
    assert (await bench.prober.probe(bench.scope, "a:x")).cost_usd is None


async def test_a_round_stops_at_the_days_limit(bench: Bench):
    for number in range(10):
        bench.add(f"a:m{number}", cost="0.02")

    results = await bench.prober.round()

    assert len(results) == len(bench.sent) == 2


async def test_the_limit_counts_what_probes_really_cost(bench: Bench):
    bench.add("a:x", cost="0.005")
    for _ in range(7):
        await bench.prober.probe(bench.scope, "a:x")

    with pytest.raises(ProbeLimitReached, match=r"0\.035 USD today"):
        await bench.prober.probe(bench.scope, "a:x")


async def test_the_limit_survives_a_restart_and_ends_with_the_day(bench: Bench):
    bench.add("a:x", cost="0.02")
    for _ in range(2):
        await bench.prober.probe(bench.scope, "a:x")
    await bench.jobs.save()
    after = Bench(bench.database, bench.scope)
    after.add("a:x", cost="0.02")

    with pytest.raises(ProbeLimitReached):
        await after.prober.probe(bench.scope, "a:x")
    after.seconds += 86_400
    assert (await after.prober.probe(bench.scope, "a:x")).ok


async def test_probes_that_cost_nothing_are_never_over_the_limit(bench: Bench):
    bench.add("a:x", cost="0.02")
    bench.add("b", most="0")
    for _ in range(2):
        await bench.prober.probe(bench.scope, "a:x")
    with pytest.raises(ProbeLimitReached):
        await bench.prober.probe(bench.scope, "a:x")

    assert (await bench.prober.probe(bench.scope, "b")).ok


async def test_what_is_wrong_is_the_answer_of_a_probe(bench: Bench):
    bench.add("a:x", error=ModelUnavailable("a can't be reached."))
    bench.add("a:y", hangs=True)

    down = await bench.prober.probe(bench.scope, "a:x")
    silent = await bench.prober.probe(bench.scope, "a:y")

    assert (down.ok, down.code, down.detail) == (False, "model_unavailable", "a can't be reached.")
    assert (silent.ok, silent.code) == (False, "model_unavailable")
    assert "said nothing" in silent.detail


async def test_a_cancelled_probe_leaves_the_circuit_to_the_next(bench: Bench):
    target = bench.add("a:x", hangs=True)
    break_circuit(bench, target)
    bench.seconds += 5
    probing = asyncio.create_task(bench.prober.probe(bench.scope, "a:x"))
    await asyncio.sleep(0.01)

    probing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probing

    assert bench.breakers.of(target).enter() is not None


async def test_another_org_can_not_probe_it(bench: Bench, other_scope: Scope):
    bench.add("a:x")

    with pytest.raises(UnknownModel):
        await bench.prober.probe(other_scope, "a:x")


async def test_the_job_sends_rounds_until_it_is_cancelled(sqlite_database: Database, scope: Scope):
    settings = ProbeSettings(interval_seconds=0.01, most_usd_per_day=Decimal("0.05"))
    bench = Bench(sqlite_database, scope, settings)
    bench.add("a:x", error=ModelUnavailable("down"), most="0")
    working = asyncio.create_task(bench.jobs.run())

    async with asyncio.timeout(5):
        await bench.first_sent.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
