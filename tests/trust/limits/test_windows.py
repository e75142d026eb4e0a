"""The sliding window: what fits and what has to wait, to the second, by a clock that stands still."""

import random

import pytest

from cadre.trust.limits import Rule
from cadre.trust.limits.counts import Counted, Counts
from cadre.trust.limits.decision import UNLIMITED
from cadre.trust.limits.window import Window

START = 1_000_000.0
KEY = Counted("org_acme", "key", "key_1", "reads")
ORG = Counted("org_acme", "org", "org_acme", "reads")


class Clock:
    """Says what it is told."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def counts(clock: Clock, *rules: tuple[str, Rule]) -> Counts:
    made = Counts(clock)
    made.set_rules({"org_acme": {(subject, "reads"): rule for subject, rule in rules}}, {})
    return made


def test_exactly_so_many_fit_and_the_next_is_told_when():
    clock = Clock()
    asked = counts(clock, ("key", Rule(10, 100)), ("org", Rule(99, 100)))

    decisions = [asked.hit([KEY]) for _ in range(11)]

    assert [d.allowed for d in decisions] == [True] * 10 + [False]
    assert [d.remaining for d in decisions] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]
    refused = decisions[-1]
    assert refused.reset_seconds == 100
    # At the next window's beginning all ten still count; a tenth of it later one has slid away.
    assert refused.retry_after_seconds == pytest.approx(110)


def test_the_window_before_slides_away_evenly():
    clock = Clock()
    asked = counts(clock, ("key", Rule(10, 100)))
    for _ in range(10):
        asked.hit([KEY])

    allowed: list[int] = []
    for second in range(100, 200):
        clock.now = START + second
        allowed.append(sum(asked.hit([KEY]).allowed for _ in range(20)))

    assert sum(allowed) == 9  # 10 * 99/100 have slid away by the last second
    assert [second for second, count in enumerate(allowed) if count] == list(range(10, 100, 10))


@pytest.mark.parametrize("seed", range(20))
def test_who_waits_as_long_as_told_is_let_in_and_not_before(seed: int):
    chance = random.Random(seed)
    clock = Clock(START + chance.uniform(0, 100))
    window = Window(Rule(chance.randint(1, 30), chance.randint(1, 60)))
    refusals = 0

    for _ in range(2_000):
        clock.now += chance.expovariate(1.0)
        if window.used(clock.now) + 1 <= window.limit:
            window.add()
            continue
        refusals += 1
        wait = window.wait_seconds(clock.now)
        assert wait > 0
        assert window.used(clock.now + wait * 0.999 - 1e-6) + 1 > window.limit
        clock.now += wait + 1e-6
        assert window.used(clock.now) + 1 <= window.limit

    assert refusals or window.limit / window.seconds > 0.7


@pytest.mark.parametrize("seed", range(5))
def test_no_window_of_time_holds_more_than_the_two_counters_promise(seed: int):
    """Two counters take what came before for evenly spread: at most twice the limit, whatever comes."""
    chance = random.Random(seed)
    clock, rule = Clock(), Rule(20, 10)
    asked = counts(clock, ("key", rule))
    taken: list[float] = []
    for _ in range(5_000):
        clock.now += chance.choice([0.0, 0.001, 0.5, 3.0])
        if asked.hit([KEY]).allowed:
            taken.append(clock.now)

    per_window: dict[int, int] = {}
    for at in taken:
        per_window[int(at // rule.seconds)] = per_window.get(int(at // rule.seconds), 0) + 1
    in_any_ten_seconds = max(sum(at <= t < at + rule.seconds for t in taken) for at in taken)

    assert max(per_window.values()) <= rule.requests
    assert in_any_ten_seconds < 2 * rule.requests


def test_one_that_is_refused_counts_for_nobody():
    clock = Clock()
    asked = counts(clock, ("key", Rule(2, 60)), ("org", Rule(3, 60)))
    other = KEY._replace(id="key_2")

    first = [asked.hit([KEY, ORG]).allowed for _ in range(5)]
    second = [asked.hit([other, ORG]) for _ in range(3)]

    assert first == [True, True, False, False, False]
    assert [decision.allowed for decision in second] == [True, False, False]
    assert second[1].subject == "org"
    assert [(c.id, used) for c, _, used in asked.used("org_acme")] == [
        ("key_1", 2),
        ("org_acme", 3),
        ("key_2", 1),
    ]
    assert asked.used("org_globex") == []


def test_the_closest_rule_counts_and_a_change_of_it_counts_at_once():
    clock = Clock()
    asked = counts(clock, ("key", Rule(5, 60)), ("key:key_1", Rule(1, 60)))
    other = KEY._replace(id="key_2")

    before = [asked.hit([KEY]).allowed for _ in range(2)]
    asked.hit([other])
    asked.set_rules({"org_acme": {("key", "reads"): Rule(5, 60)}}, {})
    after = asked.hit([KEY])

    assert before == [True, False]
    assert (after.allowed, after.limit, after.remaining) == (True, 5, 4)
    assert asked.hit([other]).remaining == 3  # its rule stayed, and so does its count
    assert asked.hit([KEY._replace(org="org_globex")]).limit == 3_000


def test_no_requests_at_all_can_be_allowed():
    asked = counts(Clock(), ("key", Rule(0, 60)))

    decision = asked.hit([KEY])

    assert (decision.allowed, decision.limit, decision.retry_after_seconds) == (False, 0, 60)


def test_without_a_rule_nothing_is_counted():
    asked = counts(Clock())

    assert asked.hit([Counted("org_acme", "user", "usr_1", "sign_in")]) is UNLIMITED
    assert UNLIMITED.headers() == []


def test_who_is_gone_is_forgotten():
    clock = Clock()
    asked = counts(clock, ("key", Rule(5, 60)))
    asked.hit([KEY])
    clock.now += 61
    asked.sweep()
    kept = len(asked.used("org_acme"))
    clock.now += 60
    asked.sweep()

    assert kept == 1
    assert asked.used("org_acme") == []


def test_headers_say_what_is_left_and_when_to_come_back():
    clock = Clock(START + 20)
    asked = counts(clock, ("key", Rule(1, 100)))

    allowed, refused = asked.hit([KEY]), asked.hit([KEY])

    assert dict(allowed.headers()) == {
        b"ratelimit-limit": b"1",
        b"ratelimit-remaining": b"0",
        b"ratelimit-reset": b"80",
        b"ratelimit-policy": b"1;w=100",
    }
    assert dict(refused.headers())[b"retry-after"] == b"180"
    error = refused.error()
    assert (error.code, error.retry_after_seconds) == ("rate_limited", 180)
    assert "one key" in error.detail
