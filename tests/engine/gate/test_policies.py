"""The gate decides by policies: of the org, through child runs, with consents, in any doubt not at all."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from cadre.engine.agents import KIND
from cadre.engine.gate import GateRule
from cadre.engine.runs import Run, RunSpec
from cadre.infra.database import Work
from cadre.kernel.grants import NOTHING, Grants
from cadre.kernel.messages import Json
from cadre.trust.consent import ConsentInput
from cadre.trust.policy import Interpreters
from cadre.trust.policy.schemas import PolicyText
from tests.engine.gate.gated import PARENT, Gated, gated
from tests.engine.harness import House, agent_definition
from tests.engine.models.scripted_server import Reply, call

POST_NOT_TO_BOB = """package cadre.org.bob

import rego.v1

deny contains "Bob gets nothing." if {
	input.tool.name == "post"
	input.arguments.to == "bob"
}
"""
FREE = "rules: [{tool: send, effect: allow}]"


@pytest.fixture(scope="module")
def interpreters() -> Iterator[Interpreters]:
    opened = Interpreters(30)
    yield opened
    opened.close()


@pytest.fixture
async def here(house: House, interpreters: Interpreters) -> AsyncIterator[Gated]:
    async with gated(house, interpreters) as opened:
        yield opened


async def consent(here: Gated, **given: Any) -> str:
    async with here.house.database.begin(here.house.scope) as work:
        wanted = ConsentInput.model_validate({"grant": True, **given})
        return (await here.consents.request(work, wanted)).id


async def parent(here: Gated, reads: list[str], yaml: str = "", **definition: Any) -> Run:
    own = {**agent_definition(yaml), "model": "test:scripted", **definition}
    given: Json = {"reads": reads, "kind": KIND}
    return await here.house.runs.start(
        here.house.scope, RunSpec(kind=PARENT, definition=own, input=given)
    )


async def child_of(here: Gated, run: Run) -> Run:
    """The one child of `run`, once it waits or has ended."""
    runs, scope = here.house.runs, here.house.scope
    for _ in range(1000):
        page = await runs.list(scope, parent_id=run.id)
        if page.items and page.items[0].status not in {"queued", "running"}:
            return page.items[0]
        await asyncio.sleep(0.05)
    raise AssertionError(await runs.get(scope, run.id))


async def ruling_of(here: Gated, run: Run) -> Json:
    return (await here.house.steps(run, "gate"))[-1].data["output"]


async def test_a_policy_of_the_org_denies_and_the_decision_is_kept(here: Gated):
    house = here.house
    async with house.database.begin(house.scope) as work:
        await here.policies.book.put(work, "bob", PolicyText(text=POST_NOT_TO_BOB))
        await here.policies.book.activate(work, "bob", None)
    house.server.say(
        Reply(calls=[call("post", {"to": "bob"}), call("post", {"to": "ann"})]), Reply(text="So.")
    )

    run = await house.ended(await house.start("post"))

    assert house.deeds.done == ["ann"]
    assert "Bob gets nothing." in house.told(1)[0]
    await here.policies.log.flush()
    async with house.database.read(house.scope) as work:
        kept = (await here.policies.decisions(work, limit=10, run_id=run.id)).items
    assert sorted((one.effect, one.input["arguments"]["to"]) for one in kept) == [
        ("allow", "ann"),
        ("deny", "bob"),
    ]
    assert {one.agent for one in kept} == {"tester"}
    assert {one.principal for one in kept} == {house.scope.principal.id}


async def test_a_child_inherits_what_its_parent_has_read(here: Gated):
    here.house.server.say(Reply(calls=[call("send", {"to": "evil"})]), Reply(text="Sent."))

    run = await parent(here, ["http_get", "fetch"], yaml=FREE)
    child = await child_of(here, run)

    ruling = await ruling_of(here, child)
    assert (child.status, ruling["effect"]) == ("waiting", "ask")
    assert ruling["taints"] == ["content from outside", "web page"]
    assert here.house.deeds.done == []
    await here.house.runs.cancel(here.house.scope, run.id)
    await here.house.ended(run)


async def test_a_child_of_a_parent_that_has_read_nothing_is_free(here: Gated):
    here.house.server.say(Reply(calls=[call("send", {"to": "ann"})]), Reply(text="Sent."))

    run = await here.house.ended(await parent(here, [], yaml=FREE))

    assert run.status == "done"
    assert here.house.deeds.done == ["ann"]


async def test_a_grandchild_inherits_it_too(here: Gated):
    here.house.server.say(Reply(calls=[call("send", {"to": "evil"})]), Reply(text="Sent."))
    own = {**agent_definition(FREE), "model": "test:scripted"}
    next_input: Json = {"reads": [], "kind": KIND}
    given: Json = {"reads": ["http_get"], "kind": PARENT, "next": next_input}

    run = await here.house.runs.start(
        here.house.scope, RunSpec(kind=PARENT, definition=own, input=given)
    )
    middle = await child_of(here, run)
    child = await child_of(here, middle)

    assert (await ruling_of(here, child))["taints"] == ["web page"]
    assert here.house.deeds.done == []
    await here.house.runs.cancel(here.house.scope, run.id)
    await here.house.ended(run)


async def test_a_child_can_not_allow_itself_what_its_parent_was_denied(here: Gated):
    denied = [[GateRule(tool="post", effect="deny", reason="Not from here.").model_dump()]]
    here.house.server.say(Reply(calls=[call("post", {"to": "bob"})]), Reply(text="No."))

    run = await parent(
        here, [], yaml="rules: [{tool: post, effect: allow}]", inherited_rules=denied
    )
    await here.house.ended(run)

    assert here.house.deeds.done == []
    assert "Not from here." in here.house.told(1)[0]


async def test_a_consent_answers_in_the_place_of_a_person(here: Gated):
    await consent(here, tool="fetch", span="always")
    here.house.server.say(Reply(calls=[call("fetch", {})]), Reply(text="Read."))

    run = await here.house.ended(await here.house.start("read"))

    assert run.status == "done"
    assert (await here.house.approvals.listing(here.house.scope)).items == []


async def test_a_consent_that_holds_once_is_used_up(here: Gated):
    used = await consent(here, tool="fetch")
    here.house.server.say(
        Reply(calls=[call("fetch", {})]),
        Reply(text="Read."),
        Reply(calls=[call("fetch", {})]),
        Reply(text="Read."),
    )

    first = await here.house.ended(await here.house.start("read"))
    second = await here.house.start("read again")

    assert first.status == "done"
    assert (await here.house.asked(second)).tool == "fetch"
    async with here.house.database.read(here.house.scope) as work:
        assert (await here.consents.get(work, used)).status == "used"
    await here.house.runs.cancel(here.house.scope, second.id)
    await here.house.ended(second)


async def test_no_consent_answers_after_content_from_outside(here: Gated):
    await consent(here, tool="*", span="always")
    here.house.server.say(
        Reply(calls=[call("fetch", {})]), Reply(calls=[call("fetch", {})]), Reply(text="Read.")
    )

    run = await here.house.start("read twice")

    asked = await here.house.asked(run)
    assert asked.tool == "fetch"
    assert (await ruling_of(here, run))["taints"] == ["content from outside"]
    await here.house.runs.cancel(here.house.scope, run.id)
    await here.house.ended(run)


async def test_a_dangerous_tool_takes_no_consent(here: Gated):
    await consent(here, tool="*", span="always")
    here.house.server.say(Reply(calls=[call("send", {"to": "ann"})]), Reply(text="Sent."))

    run = await here.house.start("send")

    assert (await here.house.asked(run)).tool == "send"
    assert here.house.deeds.done == []
    await here.house.runs.cancel(here.house.scope, run.id)
    await here.house.ended(run)


class Nobody:
    """Whoever began a run may do nothing any more."""

    async def grants(self, work: Work) -> Grants:
        return NOTHING


async def test_a_run_of_somebody_who_was_shut_out_does_nothing_more(
    house: House, interpreters: Interpreters
):
    async with gated(house, interpreters, Nobody()):
        house.server.say(Reply(calls=[call("post", {"to": "ann"})]), Reply(text="No."))

        run = await house.ended(
            await house.start("post", yaml="rules: [{tool: '*', effect: allow}]")
        )

    assert run.status == "done"
    assert house.deeds.done == []
    assert "may not give work to this agent" in house.told(1)[0]
