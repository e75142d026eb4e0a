"""The circuit breaker: when it opens, who may try, and what closes it."""

from dataclasses import dataclass, field

import pytest

from cadre.engine.models.calling import Breaker, Breakers, BreakerSettings, Target
from cadre.engine.models.errors import (
    ContextTooLong,
    ModelAuthFailed,
    ModelLimited,
    ModelRefused,
    ModelReplyBroken,
    ModelUnavailable,
)
from cadre.kernel.errors import CadreError
from cadre.kernel.ids import OrgId

TARGET = Target(OrgId("org_acme"), "a:x")
DOWN = ModelUnavailable("down")


@dataclass
class Clock:
    seconds: float = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Bench:
    settings: BreakerSettings = field(default_factory=BreakerSettings)

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.breakers = Breakers(self.settings, now=self.clock)

    @property
    def breaker(self) -> Breaker:
        return self.breakers.of(TARGET)

    def fail(self, times: int = 1, error: CadreError = DOWN) -> None:
        for _ in range(times):
            permit = self.breaker.enter()
            assert permit is not None
            permit.failed(error)

    def succeed(self, times: int = 1) -> None:
        for _ in range(times):
            permit = self.breaker.enter()
            assert permit is not None
            permit.began()
            permit.succeeded()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_failures_in_a_row_open_it(bench: Bench):
    bench.fail(4)
    assert bench.breaker.state == "closed"
    bench.fail()

    assert bench.breaker.state == "open"
    assert bench.breaker.enter() is None
    assert bench.breaker.opens_in_seconds == 5


def test_a_success_in_between_begins_the_row_anew(bench: Bench):
    bench.fail(4)
    bench.succeed()
    bench.fail(4)

    assert bench.breaker.state == "closed"


def test_a_share_of_failures_opens_it_too(bench: Bench):
    for _ in range(9):
        bench.fail()
        bench.succeed()
    assert bench.breaker.state == "closed"
    bench.succeed()
    bench.fail()

    assert bench.breaker.state == "open"


def test_failures_of_long_ago_do_not_count_towards_the_share(bench: Bench):
    for _ in range(9):
        bench.fail()
        bench.succeed()
    bench.clock.seconds += 61
    bench.succeed()
    bench.fail()

    assert bench.breaker.state == "closed"


@pytest.mark.parametrize("error", [ModelAuthFailed("key"), ModelReplyBroken("noise"), DOWN])
def test_what_speaks_of_the_target_counts(bench: Bench, error: CadreError):
    bench.fail(5, error)

    assert bench.breaker.state == "open"


@pytest.mark.parametrize("error", [ModelRefused("bad"), ContextTooLong("long")])
def test_the_callers_own_mistakes_do_not_count(bench: Bench, error: CadreError):
    bench.fail(50, error)

    assert bench.breaker.state == "closed"


def test_one_call_probes_when_the_time_is_over(bench: Bench):
    bench.fail(5)
    bench.clock.seconds += 5

    assert bench.breaker.state == "half_open"
    probe = bench.breaker.enter()
    assert probe is not None
    assert bench.breaker.enter() is None
    assert "just being tried" in bench.breaker.refusal().detail


def test_a_probe_that_begins_to_answer_closes_it_before_it_ends(bench: Bench):
    bench.fail(5)
    bench.clock.seconds += 5
    probe = bench.breaker.enter()
    assert probe is not None
    probe.began()

    assert bench.breaker.state == "closed"
    assert bench.breaker.enter() is not None


def test_a_probe_that_fails_opens_it_for_twice_as_long(bench: Bench):
    bench.fail(5)
    waits: list[float] = []
    for _ in range(7):
        bench.clock.seconds += bench.breaker.opens_in_seconds
        bench.fail()
        waits.append(bench.breaker.opens_in_seconds)

    assert waits == [10, 20, 40, 80, 120, 120, 120]


def test_a_probe_that_is_given_up_lets_the_next_call_probe(bench: Bench):
    bench.fail(5)
    bench.clock.seconds += 5
    probe = bench.breaker.enter()
    assert probe is not None
    probe.left()

    assert bench.breaker.state == "half_open"
    assert bench.breaker.enter() is not None


def test_a_probe_that_was_the_callers_mistake_decides_nothing(bench: Bench):
    bench.fail(5)
    bench.clock.seconds += 5
    probe = bench.breaker.enter()
    assert probe is not None
    probe.failed(ModelRefused("bad"))

    assert bench.breaker.state == "half_open"
    assert bench.breaker.enter() is not None


def test_stragglers_from_before_neither_close_it_nor_open_it_again(bench: Bench):
    early = [bench.breaker.enter() for _ in range(10)]
    bench.fail(5)
    for permit in early[:5]:
        assert permit is not None
        permit.began()
        permit.succeeded()
    assert bench.breaker.state == "open"
    bench.clock.seconds += 5
    bench.succeed()
    for permit in early[5:]:
        assert permit is not None
        permit.failed(DOWN)

    assert bench.breaker.state == "closed"


def test_a_probe_that_breaks_off_later_counts_as_a_failure(bench: Bench):
    bench = Bench(BreakerSettings(failures=1))
    bench.fail()
    bench.clock.seconds += 5
    probe = bench.breaker.enter()
    assert probe is not None
    probe.began()
    probe.failed(DOWN)

    assert bench.breaker.state == "open"


def test_retry_after_is_honoured_at_once_and_then_anybody_may_ask(bench: Bench):
    bench.fail(1, ModelLimited("slow down", retry_after_seconds=30))

    assert bench.breaker.enter() is None
    refusal = bench.breaker.refusal()
    assert isinstance(refusal, ModelLimited)
    assert refusal.retry_after_seconds == 30
    bench.clock.seconds += 30
    assert bench.breaker.enter() is not None
    assert bench.breaker.enter() is not None


def test_an_absurd_retry_after_is_bounded(bench: Bench):
    bench.fail(1, ModelLimited("tomorrow", retry_after_seconds=86_400))

    assert bench.breaker.opens_in_seconds == 600


def test_a_later_shorter_retry_after_does_not_shorten_the_first(bench: Bench):
    first, second = bench.breaker.enter(), bench.breaker.enter()
    assert first is not None
    assert second is not None
    first.failed(ModelLimited("slow", retry_after_seconds=30))
    second.failed(ModelLimited("slow", retry_after_seconds=1))

    assert bench.breaker.opens_in_seconds == 30


def test_orgs_and_models_have_breakers_of_their_own(bench: Bench):
    bench.fail(5)

    assert bench.breakers.of(Target(OrgId("org_globex"), "a:x")).state == "closed"
    assert bench.breakers.of(Target(TARGET.org, "a:y")).state == "closed"
    assert bench.breakers.of(Target(TARGET.org, "a:x", 8_000)).state == "open"


def test_a_provider_with_a_new_key_begins_anew_for_its_org_only(bench: Bench):
    other = Target(OrgId("org_globex"), "a:x")
    bench.fail(5)
    for _ in range(5):
        permit = bench.breakers.of(other).enter()
        assert permit is not None
        permit.failed(DOWN)
    bench.breakers.forget(TARGET.org, "a")

    assert bench.breaker.state == "closed"
    assert bench.breakers.of(other).state == "open"


def test_the_number_of_breakers_is_bounded(bench: Bench):
    bench.fail(5)
    for number in range(10_000):
        bench.breakers.of(Target(TARGET.org, f"b:{number}"))

    assert bench.breakers.find(TARGET.org, "a:x") is None
    assert bench.breakers.find(TARGET.org, "b:9999") is not None
