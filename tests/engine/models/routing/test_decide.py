"""Deciding by examples: each rule of choosing, and the sentence that tells it."""

from collections import Counter
from decimal import Decimal
from random import Random
from timeit import repeat

import pytest

from cadre.engine.models.prices import Price
from cadre.engine.models.routing import (
    Ask,
    Candidate,
    Health,
    decide,
    plain_route,
    read_route,
    shipped_routes,
)
from tests.engine.models.routing.examples import candidate

ASK = Ask(tokens=1_000)


def route(rules: str, more: str = ""):
    indented = "\n".join(f"  {line}" for line in rules.strip("\n").splitlines())
    return read_route(f"name: tried\nrules:\n{indented}\n{more}")


def names(rules: str, candidates: list[Candidate], ask: Ask = ASK, more: str = "") -> list[str]:
    return [card.name for card in decide(route(rules, more), ask, candidates).targets]


def reason(name: str, one: Candidate, ask: Ask = ASK, rules: str = "- needs: {}") -> str:
    decision = decide(route(rules), ask, [one])
    assert decision.targets == []
    return next(seen.reason for seen in decision.considered if seen.name == name)


def test_first_asks_in_the_order_in_which_the_models_are_named():
    models = [candidate("a:one"), candidate("b:two")]

    assert names("- targets: ['b:two', 'a:one']", models) == ["b:two", "a:one"]


def test_cheapest_goes_by_the_estimate_and_unknown_prices_come_last():
    models = [
        candidate("a:unknown"),
        candidate("a:dear", usd="3"),
        candidate("a:cheap", usd="0.2"),
        candidate("a:long", price=Price(input=Decimal("0.1"), output=Decimal(9))),
    ]

    decision = decide(route("- objective: cheapest\n  needs: {}"), ASK, models)

    assert [card.id for card in decision.targets] == ["cheap", "dear", "long", "unknown"]
    first, *_, last = decision.considered
    assert first.reason == "The cheapest that can: about $0.0003."
    assert first.estimated_cost_usd == Decimal("0.0003")
    assert last.estimated_cost_usd is None
    assert "price unknown" in last.reason


def test_a_model_on_own_machines_costs_nothing_where_no_price_is_written():
    models = [candidate("a:cheap", usd="0.2"), candidate("ollama:own", is_local=True)]

    assert names("- objective: cheapest\n  needs: {}", models) == ["ollama:own", "a:cheap"]


def test_fastest_goes_by_what_was_observed_and_the_unseen_come_after():
    models = [
        candidate("a:unseen", usd="0.1"),
        candidate("a:slow", health=Health(first_token_seconds=0.1, tokens_per_second=10)),
        candidate("a:quick", health=Health(first_token_seconds=0.5, tokens_per_second=500)),
    ]

    found = names("- objective: fastest\n  needs: {}", models)

    assert found == ["a:quick", "a:slow", "a:unseen"]


def test_best_prefers_an_observed_score_to_the_cards_own_word():
    models = [
        candidate("a:boasts", quality=0.9, score=0.4),
        candidate("a:proved", quality=0.3, score=0.8),
        candidate("a:nobody-knows"),
    ]

    found = names("- objective: best\n  needs: {}", models)

    assert found == ["a:proved", "a:boasts", "a:nobody-knows"]


def test_weights_are_shares_and_the_others_stand_by():
    models = [candidate("a:often"), candidate("a:seldom")]
    drawn = route("- objective: weighted\n  targets: [{model: 'a:often', weight: 3}, 'a:seldom']")
    random = Random(7)

    first = Counter(decide(drawn, ASK, models, random=random).targets[0].id for _ in range(2_000))

    assert first["often"] / 2_000 == pytest.approx(0.75, abs=0.04)
    assert len(decide(drawn, ASK, models, random=random).targets) == 2


@pytest.mark.parametrize(
    ("one", "ask", "said"),
    [
        (candidate("a:m", context_tokens=8_000), Ask(tokens=7_900, max_tokens=200), "8,100"),
        (candidate("a:m", output_tokens=100), Ask(tokens=1, max_tokens=200), "at most 100"),
        (candidate("a:m"), Ask(has_images=True), "can't see images"),
        (candidate("a:m"), Ask(has_documents=True), "can't read documents"),
        (candidate("a:m"), Ask(has_audio=True), "can't hear"),
        (candidate("a:m"), Ask(tools=1), "can't call tools"),
        (candidate("a:m"), Ask(wants_json=True), "JSON shape"),
        (candidate("a:m", kind="embedding"), Ask(), "for embedding, not for chat"),
        (candidate("a:m", status="retired", successor="n"), Ask(), "retired: use `n`"),
        (candidate("a:m", is_configured=False), Ask(), "add its key"),
        (candidate("a:m", is_hidden=True), Ask(), "hidden"),
        (candidate("a:m", health=Health(is_open=True)), Ask(), "given a rest"),
    ],
)
def test_a_model_that_cannot_is_passed_over_with_the_reason(one: Candidate, ask: Ask, said: str):
    assert said in reason("a:m", one, ask)
    assert said in reason("a:m", one, ask, "- targets: ['a:m']")


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        ("{capabilities: [reasoning]}", "does not reason"),
        ("{min_context: 200000}", "the rule demands 200,000"),
        ("{max_input_price: 1}", "A million tokens of input costs $2; the rule allows $1."),
        ("{max_output_price: 0.5}", "A million tokens of output costs $2; the rule allows $0.5."),
        ("{max_cost_usd: 0.001}", "This call costs $0.003; the rule allows $0.001."),
        ("{providers: [b, c]}", "allows b, c only"),
        ("{local: true}", "own machines only"),
        ("{kind: speech}", "not for speech"),
    ],
)
def test_a_model_that_the_rule_does_not_want_is_passed_over_with_the_reason(needs: str, said: str):
    one = candidate("a:m", usd="2", context_tokens=100_000)

    assert said in reason("a:m", one, ASK, f"- needs: {needs}")


def test_an_unknown_price_is_over_every_ceiling():
    assert "unknown price" in reason("a:m", candidate("a:m"), ASK, "- needs: {max_cost_usd: 100}")


def test_the_first_rule_that_holds_decides_and_the_others_say_why_not():
    models = [candidate("a:small"), candidate("a:big")]
    rules = (
        "- when: request.tokens > 5000\n  targets: ['a:big']\n"
        "- when: request.text.contains('hello')\n  targets: ['a:small']\n"
        "- targets: ['a:big']"
    )

    decision = decide(route(rules), Ask(tokens=10, text="hello"), models)

    assert [card.id for card in decision.targets] == ["small"]
    assert decision.rule == 1
    assert decision.passed_rules == ["Rule 1: `request.tokens > 5000` does not hold."]


def test_a_rule_without_an_able_model_leaves_it_to_the_next():
    models = [candidate("a:blind"), candidate("a:sees", "vision")]
    rules = "- targets: ['a:blind']\n- needs: {capabilities: [vision]}"

    decision = decide(route(rules), Ask(has_images=True), models)

    assert decision.rule == 1
    assert decision.passed_rules == ["Rule 1: none of its models can answer this."]
    assert [(seen.name, seen.chosen) for seen in decision.considered] == [
        ("a:sees", True),
        ("a:blind", False),
    ]


def test_a_condition_that_fails_leaves_it_to_the_next_rule():
    rules = "- when: 10 / (request.tokens - 7) > 0\n  targets: ['a:m']\n- targets: ['a:m']"

    decision = decide(route(rules), Ask(tokens=7), [candidate("a:m")])

    assert decision.rule == 1
    assert "divided by 0" in decision.passed_rules[0]


def test_the_fallback_comes_last_and_once():
    models = [candidate("a:m"), candidate("b:n")]

    found = names("- targets: ['a:m']", models, more="fallback: ['a:m', 'b:n']")

    assert found == ["a:m", "b:n"]


def test_the_fallback_is_there_when_no_rule_leads_anywhere():
    models = [candidate("b:n")]

    decision = decide(route("- targets: ['a:m']", "fallback: ['b:n']"), ASK, models)

    assert [card.name for card in decision.targets] == ["b:n"]
    assert decision.rule is None
    assert decision.considered[0].reason == "The route's fallback."


def test_a_retired_model_that_is_named_gives_way_to_its_successor():
    models = [
        candidate("a:old", status="retired", successor="mid"),
        candidate("a:mid", status="retired", successor="a:new"),
        candidate("a:new"),
    ]

    decision = decide(plain_route("a:old"), ASK, models)

    assert [card.name for card in decision.targets] == ["a:new"]
    assert decision.considered[1].reason == "It is retired: `a:new` takes its place."


def test_successors_in_a_ring_end_nowhere():
    ring = [
        candidate("a:one", status="retired", successor="two"),
        candidate("a:two", status="retired", successor="one"),
    ]

    assert decide(plain_route("a:one"), ASK, ring).targets == []


def test_a_plain_name_is_a_route_to_it_and_commas_make_a_chain():
    models = [candidate("a:m", aliases=["latest"]), candidate("b:n")]

    chain = decide(plain_route("b:n, a:latest"), ASK, models)
    one = decide(plain_route("latest"), ASK, models)

    assert [card.name for card in chain.targets] == ["b:n", "a:m"]
    assert [card.name for card in one.targets] == ["a:m"]


def test_an_id_of_several_providers_means_one_that_can_be_asked():
    models = [candidate("a:m", is_configured=False), candidate("b:m")]

    assert [card.name for card in decide(plain_route("m"), ASK, models).targets] == ["b:m"]


def test_a_model_without_a_card_is_asked_if_its_provider_is_there():
    decision = decide(plain_route("a:brand-new"), Ask(has_images=True), [candidate("a:m")])
    nowhere = decide(plain_route("z:brand-new"), ASK, [candidate("a:m")])

    assert [card.name for card in decision.targets] == ["a:brand-new"]
    assert nowhere.targets == []
    assert nowhere.knows_nobody


def test_only_ten_stand_by_and_the_others_are_told_so():
    models = [candidate(f"a:m{number:02}") for number in range(12)]

    decision = decide(route("- objective: best\n  needs: {}"), ASK, models)

    assert len(decision.targets) == 10
    assert decision.considered[-1].reason == "It could answer, but 10 come before it."


def test_what_is_not_configured_is_named_last():
    models = [candidate("a:far", is_configured=False), candidate("b:near", status="retired")]

    decision = decide(route("- needs: {}"), ASK, models)

    assert [seen.name for seen in decision.considered] == ["b:near", "a:far"]
    assert decision.summary.startswith("`b:near`: It is retired.")


def test_a_breaker_that_closes_is_seen_by_the_next_decision():
    health = Health(is_open=True)
    models = [candidate("a:m", health=health)]
    resting = decide(plain_route("a:m"), ASK, models)

    health.is_open = False

    assert resting.may_pass
    assert resting.targets == []
    assert len(decide(plain_route("a:m"), ASK, models).targets) == 1


GROQ = [
    candidate("groq:llama-3.3-70b", "tools", "code", usd="0.6", quality=0.7),
    candidate("groq:gemma2-9b", usd="0.2", quality=0.4),
]
OLLAMA = [candidate("ollama:llama3.2", source="discovered", is_local=True)]


@pytest.mark.parametrize("models", [GROQ, OLLAMA], ids=["groq", "ollama"])
@pytest.mark.parametrize("name", sorted(set(shipped_routes()) - {"search"}))
def test_ready_routes_answer_with_whatever_is_configured(name: str, models: list[Candidate]):
    elsewhere = [candidate("openai:gpt-4.1", "tools", "vision", quality=1, is_configured=False)]

    decision = decide(shipped_routes()[name], ASK, [*elsewhere, *models])

    assert decision.targets
    assert {card.provider for card in decision.targets} == {models[0].card.provider}


def test_ready_routes_choose_what_they_are_called():
    models = [
        candidate("a:genius", "reasoning", usd="60", quality=0.99),
        candidate("a:solid", "tools", usd="8", quality=0.8, context_tokens=128_000),
        candidate("a:tiny", usd="0.1", quality=0.3),
        candidate("a:sees", "vision", usd="5", quality=0.6),
        candidate("a:codes", "code", usd="5", quality=0.6),
        candidate("a:finds", "search", usd="5", quality=0.5),
        candidate("a:holds", usd="5", quality=0.5, context_tokens=1_000_000),
        candidate("a:runs", usd="5", quality=0.2, health=Health(first_token_seconds=0.1)),
    ]

    chosen = {
        name: decide(one, ASK, models).targets[0].id for name, one in shipped_routes().items()
    }

    assert chosen == {
        "auto": "solid",
        "vision": "sees",
        "code": "codes",
        "reasoning": "genius",
        "search": "finds",
        "long-context": "holds",
        "cheap": "tiny",
        "fast": "runs",
    }


def test_search_refuses_rather_than_answer_from_memory():
    decision = decide(shipped_routes()["search"], ASK, GROQ)

    assert decision.targets == []
    assert "It can't search." in decision.summary


def test_a_decision_among_sixty_models_takes_no_time_to_speak_of():
    models = [candidate(f"a:m{number}", usd=str(number + 1)) for number in range(60)]
    rules = "- when: request.tokens > 5000\n  needs: {}\n- objective: cheapest\n  needs: {}"
    tried = route(rules)

    seconds = min(repeat(lambda: decide(tried, ASK, models), number=20, repeat=20)) / 20

    assert seconds < 0.000_5  # 0.00004 on a quiet machine
