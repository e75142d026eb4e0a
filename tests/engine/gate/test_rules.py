"""Rules: the strictest wins, children only narrow, outside content relaxes nothing."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cadre.engine.approvals import exact_call
from cadre.engine.gate import Effect, GateRule
from cadre.engine.tools import Tool, ToolOutput
from tests.engine.gate.deciding import decide

STRICTNESS = {"allow": 0, "ask": 1, "deny": 2}


async def _nothing(*_: object) -> ToolOutput:
    return ToolOutput(text="")


def tool(name: str = "send", *, dangerous: bool = False, read_only: bool = False) -> Tool:
    return Tool(name, "", {"type": "object"}, _nothing, dangerous=dangerous, read_only=read_only)


RULES = st.builds(
    GateRule,
    tool=st.sampled_from(["*", "send", "se*", "other"]),
    arguments=st.sampled_from([{}, {"to": "ann"}, {"to": "re:^a"}, {"nothing": "*"}]),
    effect=st.sampled_from(["allow", "ask", "deny"]),
)
LAYER = st.lists(RULES, max_size=4)
# A machine that is busy otherwise says nothing about rules.
UNHURRIED = settings(deadline=None)
TOOLS = st.builds(tool, dangerous=st.booleans(), read_only=st.booleans())


@UNHURRIED
@given(TOOLS, LAYER, st.lists(LAYER, max_size=3), LAYER, st.booleans())
def test_a_child_can_only_narrow(
    a_tool: Tool,
    org: list[GateRule],
    ancestors: list[list[GateRule]],
    own: list[GateRule],
    tainted: bool,
):
    call = exact_call("send", {"to": "ann"})
    parent = decide(a_tool, call, org=org, layers=ancestors, tainted=tainted)

    child = decide(a_tool, call, org=org, layers=[*ancestors, own], tainted=tainted)

    if ancestors:
        assert STRICTNESS[child.effect] >= STRICTNESS[parent.effect]


@UNHURRIED
@given(TOOLS, LAYER, st.lists(LAYER, max_size=3))
def test_taint_never_makes_anything_easier(
    a_tool: Tool, org: list[GateRule], layers: list[list[GateRule]]
):
    call = exact_call("send", {"to": "ann"})

    clean = decide(a_tool, call, org=org, layers=layers, tainted=False)
    tainted = decide(a_tool, call, org=org, layers=layers, tainted=True)

    assert STRICTNESS[tainted.effect] >= STRICTNESS[clean.effect]
    if a_tool.dangerous:
        assert tainted.effect != "allow"


@UNHURRIED
@given(TOOLS, LAYER, st.lists(LAYER, min_size=1, max_size=3), st.randoms())
def test_the_order_of_rules_does_not_matter(
    a_tool: Tool, org: list[GateRule], layers: list[list[GateRule]], random: Random
):
    call = exact_call("send", {"to": "ann"})
    before = decide(a_tool, call, org=org, layers=layers, tainted=False).effect

    random.shuffle(org)
    for layer in layers:
        random.shuffle(layer)
    random.shuffle(layers)

    assert decide(a_tool, call, org=org, layers=layers, tainted=False).effect == before


@pytest.mark.parametrize(
    ("dangerous", "org", "agent", "effect"),
    [
        (False, [], [], "allow"),
        (True, [], [], "ask"),
        (True, [], ["allow"], "allow"),
        (True, ["allow"], [], "allow"),
        (True, ["ask"], ["allow"], "ask"),
        (True, ["allow"], ["deny"], "deny"),
        (False, ["deny"], ["allow"], "deny"),
        (False, [], ["ask"], "ask"),
    ],
)
def test_the_strictest_rule_wins_and_allow_relaxes_a_default(
    dangerous: bool, org: list[Effect], agent: list[Effect], effect: Effect
):
    def rules(effects: list[Effect]) -> list[GateRule]:
        return [GateRule(tool="send", effect=each) for each in effects]

    decision = decide(
        tool(dangerous=dangerous),
        exact_call("send", {}),
        org=rules(org),
        layers=[rules(agent)],
        tainted=False,
    )

    assert decision.effect == effect


def test_a_child_can_not_relax_a_danger_that_its_parent_did_not():
    call = exact_call("send", {})
    own = [GateRule(tool="send", effect="allow")]

    assert decide(tool(dangerous=True), call, org=[], layers=[own], tainted=False).effect == "allow"
    child = decide(tool(dangerous=True), call, org=[], layers=[[], own], tainted=False)
    assert child.effect == "ask"


def test_a_tainted_run_asks_again_and_says_why():
    rules = [GateRule(tool="send", effect="allow")]

    decision = decide(
        tool(dangerous=True), exact_call("send", {}), org=rules, layers=[], tainted=True
    )

    assert decision.effect == "ask"
    assert "outside" in decision.reasons[0]


@pytest.mark.parametrize(
    "path",
    ["secret/a", "./secret/a", "x/../secret/a", "/workspace/secret/a", " secret/a", "secret//a"],
)
def test_a_rule_that_forbids_sees_through_the_spelling_of_a_path(path: str):
    rule = GateRule(tool="read*", arguments={"path": "secret/*"}, effect="deny")

    assert rule.matches(exact_call("read_file", {"path": path}))


def test_a_rule_that_allows_is_not_led_astray_by_a_path():
    rule = GateRule(tool="write_file", arguments={"path": "public/*"}, effect="allow")

    assert rule.matches(exact_call("write_file", {"path": "public/a"}))
    assert not rule.matches(exact_call("write_file", {"path": "public/../private/a"}))
    assert not rule.matches(exact_call("write_file", {}))


def test_text_too_long_to_test_is_in_doubt():
    call = exact_call("shell", {"command": "x" * 30_000})
    arguments = {"command": "ls*"}

    assert GateRule(tool="shell", arguments=arguments, effect="deny").matches(call)
    assert not GateRule(tool="shell", arguments=arguments, effect="allow").matches(call)


def test_values_that_are_not_text_are_compared_as_json():
    rule = GateRule(tool="pay", arguments={"amount": "re:^[0-9]{4,}$"}, effect="ask")

    assert rule.matches(exact_call("pay", {"amount": 1000.0}))
    assert not rule.matches(exact_call("pay", {"amount": 999}))


@pytest.mark.parametrize("pattern", ["(", "(a+)+$", "(a*b)*", "(x{2,})+"])
def test_a_regex_that_is_broken_or_could_take_for_ever_is_refused_when_written(pattern: str):
    with pytest.raises(ValidationError, match="regex"):
        GateRule(tool="x", arguments={"a": f"re:{pattern}"}, effect="deny")


@pytest.mark.parametrize("pattern", ["^rm +-rf", "(a|b)+c", "(ab)+", r"\(a+\)+", "[0-9]{4,}"])
def test_a_usual_regex_is_taken(pattern: str):
    assert GateRule(tool="x", arguments={"a": f"re:{pattern}"}, effect="deny")


def decided_before(
    a_tool: Tool, org: list[GateRule], layers: list[list[GateRule]], *, tainted: bool
) -> Effect:
    """The rules as they were before they were policies, for comparison."""
    default: Effect = "ask" if a_tool.dangerous or a_tool.outside else "allow"
    call = exact_call("send", {"to": "ann"})
    found = list[Effect]()
    for layer in layers or [[]]:
        said: list[Effect] = [rule.effect for rule in (*org, *layer) if rule.matches(call)]
        strictest = strictest_of(said or [default])
        is_softer = STRICTNESS[strictest] < STRICTNESS[default]
        found.append(default if tainted and is_softer else strictest)
    return strictest_of(found)


def strictest_of(effects: list[Effect]) -> Effect:
    return "deny" if "deny" in effects else "ask" if "ask" in effects else "allow"


@UNHURRIED
@given(TOOLS, LAYER, st.lists(LAYER, max_size=3), st.booleans(), st.booleans())
def test_policies_decide_as_the_rules_before_them_did(
    a_tool: Tool, org: list[GateRule], layers: list[list[GateRule]], tainted: bool, outside: bool
):
    a_tool = replace(a_tool, outside=outside)
    call = exact_call("send", {"to": "ann"})

    decision = decide(a_tool, call, org=org, layers=layers, tainted=tainted)

    assert decision.effect == decided_before(a_tool, org, layers, tainted=tainted)
