"""The gate in front of real calls: rules of orgs and agents, taint, and its explanation."""

import pytest

from cadre.engine.gate import GateRule, Mandate
from cadre.kernel.messages import ToolCall
from cadre.kernel.scope import Scope
from tests.engine.harness import House
from tests.engine.models.scripted_server import Reply, call


async def put(house: House, *rules: GateRule) -> None:
    async with house.database.begin(house.scope) as work:
        await house.gate.put_rules(work, list(rules))


async def test_rules_of_the_org_hold_for_every_agent(house: House):
    await put(house, GateRule(tool="post", effect="deny", reason="Not today."))
    house.server.say(Reply(calls=[call("post", {"to": "ann"})]), Reply(text="No."))

    await house.ended(await house.start("post it"))

    assert house.deeds.done == []
    assert "Not today." in house.told(1)[0]


async def test_rules_of_one_org_are_not_those_of_another(house: House, other_scope: Scope):
    await put(house, GateRule(tool="post", effect="deny"))

    async with house.database.read(other_scope) as work:
        assert await house.gate.rules(work) == []


async def test_an_agents_rule_may_make_a_dangerous_tool_free(house: House):
    house.server.say(Reply(calls=[call("send", {"to": "ann"})]), Reply(text="Sent."))
    yaml = "rules: [{tool: send, arguments: {to: ann}, effect: allow}]"

    run = await house.ended(await house.start("send it", yaml=yaml))

    assert run.status == "done"
    assert house.deeds.done == ["ann"]


async def test_after_words_from_outside_that_rule_counts_no_more(house: House):
    house.server.say(
        Reply(calls=[call("fetch", {})]),
        Reply(calls=[call("send", {"to": "ann"})]),
        Reply(text="Sent."),
    )
    yaml = "rules: [{tool: send, effect: allow}, {tool: fetch, effect: allow}]"
    run = await house.start("go", yaml=yaml)

    asked = await house.asked(run)

    assert asked.tool == "send"
    assert "outside" in asked.reason
    assert house.deeds.done == []
    await house.decide(asked, "deny")
    await house.ended(run)


async def test_the_taint_of_an_earlier_turn_stays_in_the_session(house: House):
    house.server.say(Reply(calls=[call("fetch", {})]), Reply(text="Read."))
    house.server.say(Reply(calls=[call("send", {"to": "ann"})]), Reply(text="Sent."))
    yaml = "rules: [{tool: send, effect: allow}, {tool: fetch, effect: allow}]"
    await house.ended(await house.start("read", session_id="cnv_1", yaml=yaml))

    run = await house.start("send", session_id="cnv_1", yaml=yaml)

    assert (await house.asked(run)).tool == "send"
    await house.runs.cancel(house.scope, run.id)
    await house.ended(run)


@pytest.mark.parametrize(
    ("wanted", "effect", "source"),
    [
        (ToolCall(id="1", name="fetch", arguments="{}"), "ask", "default"),
        (ToolCall(id="1", name="list_files", arguments="{}"), "allow", "default"),
        (ToolCall(id="1", name="send", arguments='{"to": "ann"}'), "ask", "default"),
        (ToolCall(id="1", name="post", arguments='{"to": "ann"}'), "deny", "org"),
        (ToolCall(id="1", name="nothing", arguments="{}"), "error", None),
        (ToolCall(id="1", name="send", arguments="{}"), "error", None),
    ],
)
async def test_explain_says_what_would_happen_and_does_nothing(
    house: House, wanted: ToolCall, effect: str, source: str | None
):
    await put(house, GateRule(tool="po*", effect="deny", reason="No."))
    names = [tool.name for tool in house.toolbox.all()]

    async with house.database.read(house.scope) as work:
        ruling = await house.gate.explain(work, wanted, Mandate(None, names, []))

    assert (ruling.effect, ruling.source) == (effect, source)
    assert ruling.reason
    assert (ruling.rule is not None) == (source == "org")
    assert house.deeds.done == []


async def test_a_tool_that_the_agent_was_not_given_is_not_there(house: House):
    house.server.say(Reply(calls=[call("shell", {"command": "id"})]), Reply(text="No."))

    await house.ended(await house.start("run it"))

    assert "no tool `shell`" in house.told(1)[0]
