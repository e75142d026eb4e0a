"""Routes as text: strict on the way in, short on the way out."""

import pytest

from cadre.engine.models.routing import (
    BadRoute,
    plain_route,
    read_route,
    shipped_routes,
    write_route,
)

FULL = """\
name: support
description: For customers.
rules:
  - when: request.has_images && scope.environment == 'prod'
    objective: weighted
    targets:
      - model: openai:gpt-4.1
        weight: 3
      - groq:llama
  - objective: cheapest
    needs:
      capabilities: [tools]
      min_context: 32000
      max_output_price: 0.6
      providers: [groq, openai]
fallback:
  - offline:none
options:
  attempts: 3
  seconds: 20
  hedge_after_ms: 800
  cache_seconds: 60
"""


def test_a_route_survives_being_written_and_read_again():
    route = read_route(FULL)

    text = write_route(route)

    assert read_route(text) == route
    assert "- groq:llama\n" in text
    assert "0.6" in text
    assert "null" not in text


@pytest.mark.parametrize("name", sorted(shipped_routes()))
def test_a_shipped_route_is_called_what_its_file_is_and_names_no_model(name: str):
    route = shipped_routes()[name]

    assert route.name == name
    assert route.description
    assert not any(rule.targets for rule in route.rules)
    assert route.fallback == []


@pytest.mark.parametrize(
    ("text", "field", "said"),
    [
        ("", "yaml", "list of fields"),
        ("- a", "yaml", "list of fields"),
        ("name: [", "yaml", "line 1"),
        ("name: a\nname: b", "yaml", "a second time"),
        ("name: &x a\nrules: *x", "yaml", "Aliases"),
        ("rules: [{needs: {}}]", "name", "is missing"),
        ("name: A b\nrules: [{needs: {}}]", "name", "small letter"),
        ("name: a", "rules", "is missing"),
        ("name: a\nrules: []", "rules", "at least 1"),
        ("name: a\nrules: [{}]", "rules[0]", "add `targets`"),
        ("name: a\nrules: [{targets: [x], when: request.tokens}]", "rules[0].when", "not true"),
        ("name: a\nrules: [{targets: [x], when: 'token > 1'}]", "rules[0].when", "not known"),
        ("name: a\nrules: [{targets: [x], when: '1 >'}]", "rules[0].when", "ends too early"),
        (
            'name: a\nrules: [{targets: [x], when: "agent > 1"}]',
            "rules[0].when",
            "types do not fit",
        ),
        (
            'name: a\nrules: [{targets: [x], when: "request.has_audio && request.text"}]',
            "rules[0].when",
            "types do not fit",
        ),
        ("name: a\nrules: [{targets: [x], wen: 'true'}]", "rules[0].wen", "correct its spelling"),
        ("name: a\nrules: [{targets: [x], objective: nice}]", "rules[0].objective", "'first'"),
        ("name: a\nrules: [{targets: [{model: x, weight: 0}]}]", "rules[0].targets[0].weight", "0"),
        (
            "name: a\nrules: [{needs: {capabilities: [sight]}}]",
            "rules[0].needs.capabilities[0]",
            "'vision'",
        ),
        ("name: a\nrules: [{needs: {max_cost_usd: -1}}]", "rules[0].needs.max_cost_usd", "0"),
        ("name: a\nrules: [{needs: {}}]\noptions: {attempts: 0}", "options.attempts", "1"),
    ],
)
def test_a_bad_text_is_refused_with_the_field_and_the_remedy(text: str, field: str, said: str):
    with pytest.raises(BadRoute) as caught:
        read_route(text)

    assert caught.value.field == field
    assert said in caught.value.detail


@pytest.mark.parametrize(
    "text",
    ["x" * 100_001, "[" * 50_000, "name: !!python/object/apply:os.system [ls]", "? {a: b}\n: 1"],
)
def test_a_hostile_text_is_refused(text: str):
    with pytest.raises(BadRoute):
        read_route(text)


@pytest.mark.parametrize("name", ["", "a:b,", ",", ", ".join(["a:b"] * 21), "a:" + "x" * 300])
def test_a_chain_that_is_none_is_refused(name: str):
    with pytest.raises(BadRoute) as caught:
        plain_route(name)

    assert caught.value.field == "model"
