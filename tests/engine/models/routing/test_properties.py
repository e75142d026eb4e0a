"""Deciding, whatever the models and the ask: promises that hold for every decision."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cadre.engine.models.prices import Price
from cadre.engine.models.routing import (
    Ask,
    Candidate,
    Decision,
    Needs,
    Route,
    Rule,
    Target,
    decide,
    shipped_routes,
)
from cadre.kernel.messages import Usage
from tests.engine.models.routing.examples import CAPABILITIES, asks, candidate, candidates, prices

_needs = st.builds(
    Needs,
    capabilities=st.lists(st.sampled_from(CAPABILITIES), max_size=2, unique=True).map(tuple),
    min_context=st.none() | st.sampled_from([50_000, 500_000]),
    max_input_price=st.none() | st.decimals(0, 50, places=2),
    max_cost_usd=st.none() | st.decimals(0, 1, places=4),
    providers=st.none() | st.just(("a", "b")),
    local=st.none() | st.booleans(),
)
_targets = st.lists(
    st.builds(
        Target,
        model=st.sampled_from(["a:m0", "b:m1", "c:m2", "m3", "a:unheard", "z:nowhere"]),
        weight=st.floats(0.1, 10),
    ),
    max_size=4,
)
_rules = st.builds(
    Rule,
    when=st.sampled_from(["", "request.tokens > 9000", "request.has_images", "request.text != ''"]),
    objective=st.sampled_from(["first", "cheapest", "fastest", "best", "weighted"]),
    targets=_targets,
    needs=_needs,
)
_routes = st.builds(
    Route,
    name=st.just("any"),
    rules=st.lists(_rules, min_size=1, max_size=3),
    fallback=st.lists(st.sampled_from(["a:m4", "b:m5"]), max_size=2),
)
CHEAP = shipped_routes()["cheap"]


def chosen(decision: Decision, given: list[Candidate]) -> list[Candidate]:
    by_name = {one.name: one for one in given}
    return [by_name[card.name] for card in decision.targets if card.name in by_name]


@settings(max_examples=400, deadline=None)
@given(_routes, asks, candidates)
def test_a_model_that_cannot_is_never_chosen(route: Route, ask: Ask, given: list[Candidate]):
    decision = decide(route, ask, given)

    for one in chosen(decision, given):
        card = one.card
        assert one.is_configured
        assert not one.is_hidden
        assert not one.health.is_open
        assert card.status != "retired"
        assert card.context_tokens is None or (
            ask.tokens + (ask.max_tokens or 0) <= card.context_tokens
        )
        if card.source != "discovered":
            assert card.kind == ask.kind
            assert not ask.has_images or "vision" in card.capabilities
            assert not ask.has_documents or "documents" in card.capabilities
            assert not ask.tools or "tools" in card.capabilities


@settings(max_examples=400, deadline=None)
@given(_routes, asks, candidates)
def test_what_a_rule_demands_holds_for_all_that_it_chose(
    route: Route, ask: Ask, given: list[Candidate]
):
    decision = decide(Route(name="any", rules=route.rules), ask, given)
    if decision.rule is None:
        assert decision.targets == []
        return

    needs = route.rules[decision.rule].needs
    assert needs is not None
    for one in chosen(decision, given):
        assert needs.providers is None or one.card.provider in needs.providers
        assert needs.local in {None, one.is_local}
        if needs.max_cost_usd is not None:
            cost = one.cost_usd(ask.tokens, ask.output_tokens)
            assert cost is not None
            assert cost <= needs.max_cost_usd


@settings(max_examples=200, deadline=None)
@given(asks, candidates, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_the_order_of_the_candidates(
    ask: Ask, given: list[Candidate], random: Random
):
    shuffled = list(given)
    random.shuffle(shuffled)

    for name, route in shipped_routes().items():
        one, other = decide(route, ask, given), decide(route, ask, shuffled)
        assert one.targets == other.targets, name
        assert one.considered == other.considered, name


@settings(max_examples=300, deadline=None)
@given(asks, candidates)
def test_the_cheapest_is_the_cheapest_by_the_prices_themselves(ask: Ask, given: list[Candidate]):
    usage = Usage(input_tokens=ask.tokens, output_tokens=ask.output_tokens)
    targets = chosen(decide(CHEAP, ask, given), given)

    costs = [
        Decimal(0)
        if one.card.price is None and one.is_local
        else one.card.price.cost_usd(usage)
        if one.card.price
        else None
        for one in targets
    ]

    known = [cost for cost in costs if cost is not None]
    assert known == sorted(known)
    assert costs[: len(known)] == known


@settings(max_examples=300, deadline=None)
@given(prices, st.integers(0, 300_000), st.integers(0, 1_000))
def test_an_estimate_is_what_the_price_would_charge_to_the_last_digit(
    price: Price, tokens: int, output: int
):
    one = candidate("a:m", price=price)

    usage = Usage(input_tokens=tokens, output_tokens=output)
    assert one.cost_usd(tokens, output) == price.cost_usd(usage)


@settings(max_examples=200, deadline=None)
@given(_routes, asks, candidates)
def test_every_target_is_explained_first_and_nobody_twice(
    route: Route, ask: Ask, given: list[Candidate]
):
    decision = decide(route, ask, given)

    seen = decision.considered
    names = [one.name for one in seen]
    targets = [card.name for card in decision.targets]
    assert [one.name for one in seen if one.chosen] == targets == names[: len(targets)]
    assert len(set(names)) == len(names)
    assert all(one.reason.endswith((".", ">")) for one in seen)


@given(asks, candidates, st.integers(0, 1_000))
def test_weighted_draws_depend_on_nothing_but_the_random_source(
    ask: Ask, given: list[Candidate], seed: int
):
    route = Route(name="any", rules=[Rule(objective="weighted", needs=Needs())])

    first = decide(route, ask, given, random=Random(seed)).targets
    again = decide(route, ask, given, random=Random(seed)).targets

    assert first == again


@pytest.mark.parametrize("name", sorted(shipped_routes()))
def test_an_org_without_models_gets_an_empty_decision_not_an_error(name: str):
    decision = decide(shipped_routes()[name], Ask(), [])

    assert decision.targets == []
    assert decision.summary
