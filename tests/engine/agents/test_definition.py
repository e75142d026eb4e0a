"""Definitions: kept byte for byte, compared by meaning, refused with the field and a remedy."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadre.engine.agents import AgentNotFound, AgentShipped, BadDefinition, read_definition
from cadre.kernel.scope import Scope
from tests.engine.harness import House

YAML = """\
# Who reads this?   spaces   stay
name:   pirate
instructions: >
   Arr,
     matey.
tools: [ read_file,list_files ]
limits: {steps: 5, cost_usd: 0.10}
"""


async def test_what_was_put_is_what_comes_back_byte_for_byte(house: House):
    text = YAML + "description: 'Grüße 🎉'\r\n\n\n"

    async with house.database.begin(house.scope) as work:
        put = await house.agents.put(work, "pirate", text)
    async with house.database.read(house.scope) as work:
        got = await house.agents.get(work, "pirate")

    assert put.yaml == got.yaml == text
    assert got.version == 1


@given(
    st.permutations(["name: a", "instructions: Do it.", "tools: [x, y]", "model: m"]),
    st.sampled_from(["", "# note\n", "\n\n"]),
)
def test_the_digest_covers_meaning_and_not_spelling(lines: list[str], noise: str):
    first = read_definition("name: a\ninstructions: Do it.\ntools: [x, y]\nmodel: m")

    assert read_definition(noise + "\n".join(lines)).digest == first.digest
    assert read_definition("name: a\ninstructions: Do it!").digest != first.digest


async def test_each_change_is_a_version_and_none_changes(house: House):
    async with house.database.begin(house.scope) as work:
        await house.agents.put(work, "pirate", YAML)
        same = await house.agents.put(work, "pirate", YAML)
        second = await house.agents.put(work, "pirate", YAML + "model: offline\n")
        first = await house.agents.get(work, "pirate", 1)
        versions = await house.agents.versions(work, "pirate")

    assert (same.version, second.version) == (1, 2)
    assert first.yaml == YAML
    assert [version.version for version in versions] == [2, 1]


async def test_a_shipped_agent_can_be_changed_and_comes_back(house: House):
    async with house.database.begin(house.scope) as work:
        shipped = await house.agents.get(work, "assistant")
        changed = shipped.yaml.replace("careful", "bold")
        own = await house.agents.put(work, "assistant", changed)
        await house.agents.delete(work, "assistant")
        back = await house.agents.get(work, "assistant")
        with pytest.raises(AgentShipped):
            await house.agents.delete(work, "assistant")

    assert (shipped.version, shipped.builtin) == (0, True)
    assert (own.version, own.builtin) == (1, False)
    assert back == shipped


async def test_every_shipped_agent_has_tools_that_exist(house: House):
    async with house.database.read(house.scope) as work:
        for summary in await house.agents.listing(work):
            agent = await house.agents.get(work, summary.name)
            assert agent.name == summary.name
            assert agent.description
            house.toolbox.specs(agent.tools)


async def test_another_org_has_its_own_agents(house: House, other_scope: Scope):
    async with house.database.begin(house.scope) as work:
        await house.agents.put(work, "pirate", YAML)

    async with house.database.read(other_scope) as work:
        with pytest.raises(AgentNotFound):
            await house.agents.get(work, "pirate")
        assert "pirate" not in [agent.name for agent in await house.agents.listing(work)]


def test_money_is_what_was_written():
    assert read_definition(YAML).limits.cost_usd == Decimal("0.1")


@pytest.mark.parametrize(
    ("text", "field", "said"),
    [
        ("name: a\n", "instructions", "missing: add a line"),
        ("name: A b\ninstructions: x", "name", "small letter"),
        ("name: a\ninstructions: x\ntool: [y]", "tool", "not a field"),
        ("name: a\ninstructions: x\nlimits: {steps: 0}", "limits.steps", "greater than"),
        ("name: a\ninstructions: x\nlimits: {cost_usd: -1}", "limits.cost_usd", "greater"),
        ("name: a\ninstructions: x\ntools: [1]", "tools[0]", "string"),
        ("name: a\ninstructions: x\nrules: [{tool: y}]", "rules[0].effect", "missing"),
        (
            "name: a\ninstructions: x\nrules: [{tool: y, effect: deny, arguments: {p: 're:('}}]",
            "rules[0].arguments",
            "regex",
        ),
        ("name: a\nname: b\ninstructions: x", "yaml", "second time"),
        ("name: &x a\ninstructions: *x", "yaml", "Aliases"),
        ("- a\n- b", "yaml", "list of fields"),
        ("name: [a", "yaml", "line"),
        ("name: a\ninstructions: !!python/object/apply:os.system [id]", "yaml", "line"),
        ("", "yaml", "list of fields"),
    ],
)
def test_a_bad_definition_is_refused_with_field_and_remedy(text: str, field: str, said: str):
    with pytest.raises(BadDefinition) as caught:
        read_definition(text)

    assert caught.value.field == field
    assert said in caught.value.detail


async def test_a_tool_that_is_not_installed_is_named(house: House):
    text = "name: a\ninstructions: x\ntools: [list_files, red_file]"

    async with house.database.begin(house.scope) as work:
        with pytest.raises(BadDefinition, match="read_file") as caught:
            await house.agents.put(work, "a", text)

    assert caught.value.field == "tools[1]"


async def test_a_definition_of_another_name_is_refused(house: House):
    async with house.database.begin(house.scope) as work:
        with pytest.raises(BadDefinition, match="make them the same"):
            await house.agents.put(work, "captain", YAML)
