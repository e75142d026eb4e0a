"""What was decided is kept for a while; a draft is tried on it; a call is explained."""

import hashlib

import pytest

from cadre.infra.database import Database
from cadre.kernel.errors import Invalid
from cadre.kernel.scope import Scope
from cadre.trust.policy import BadPolicy, Draft, ExplainInput, Policies, PolicyInput
from cadre.trust.policy.log import DecisionLog
from cadre.trust.policy.schemas import KeptDecision
from tests.trust.policy.asking import PAY, a_call, decide, put


async def kept(database: Database, policies: Policies, scope: Scope) -> list[KeptDecision]:
    await policies.log.flush()
    async with database.read(scope) as work:
        return (await policies.decisions(work, limit=100)).items


async def test_a_draft_is_tried_on_what_was_decided(
    database: Database, policies: Policies, scope: Scope
):
    for amount in (5, 500, 50):
        await decide(database, policies, scope, a_call(arguments={"amount": amount}))
    await decide(database, policies, scope, a_call("mail", dangerous=True))
    await policies.log.flush()

    async with database.read(scope) as work:
        result = await policies.dry_run(work, Draft(name="pay", text=PAY), 100)

    [change] = result.changes
    assert result.looked_at == 4
    assert result.counts == {"allow to deny": 1}
    assert (change.tool, change.before, change.after) == ("pay", "allow", "deny")
    assert change.before_reasons == ["pay acts only inside its bounds."]
    assert change.after_reasons == ["Too much."]
    assert (await decide(database, policies, scope, a_call(arguments={"amount": 500}))).effect == (
        "allow"
    )


async def test_a_broken_draft_is_refused_by_the_dry_run(
    database: Database, policies: Policies, scope: Scope
):
    async with database.read(scope) as work:
        with pytest.raises(BadPolicy):
            await policies.dry_run(work, Draft(name="pay", text="package x"), 10)


async def test_a_decision_is_kept_with_its_input_but_not_with_long_values(
    database: Database, policies: Policies, scope: Scope
):
    long = "x" * 3000
    given = a_call(
        arguments={"to": "ann", "body": long, "parts": [{"text": long}]},
        agent="clerk",
        run={"id": "run_1", "depth": 0},
    )

    await decide(database, policies, scope, given)
    [decision] = await kept(database, policies, scope)

    left_out = {"left_out": 3000, "sha256": hashlib.sha256(long.encode()).hexdigest()}
    assert (decision.tool, decision.agent, decision.run_id) == ("pay", "clerk", "run_1")
    assert decision.effect == "allow"
    assert decision.input["arguments"] == {
        "to": "ann",
        "body": left_out,
        "parts": [{"text": left_out}],
    }
    assert PolicyInput.model_validate(decision.input).agent == "clerk"


async def test_only_the_newest_decisions_of_each_org_are_kept(
    database: Database, policies: Policies, scope: Scope, other_scope: Scope
):
    log = DecisionLog(database, kept=5)
    decision = await decide(database, policies, scope, a_call())
    await policies.log.flush()
    for number in range(12):
        log.add(scope, a_call(arguments={"number": number}), decision)
    log.add(other_scope, a_call(), decision)

    await log.flush()

    found = await kept(database, policies, scope)
    assert [one.input["arguments"] for one in found] == [{"number": n} for n in (11, 10, 9, 8, 7)]
    assert len(await kept(database, policies, other_scope)) == 1


async def test_decisions_are_listed_page_by_page(
    database: Database, policies: Policies, scope: Scope
):
    for tool in ("a", "b", "c"):
        await decide(database, policies, scope, a_call(tool, dangerous=tool == "b"))
    await policies.log.flush()

    async with database.read(scope) as work:
        first = await policies.decisions(work, limit=2)
        second = await policies.decisions(work, limit=2, cursor=first.next)
        asked = await policies.decisions(work, limit=2, effect="ask")

    assert [one.tool for one in first.items] == ["c", "b"]
    assert [one.tool for one in second.items] == ["a"]
    assert second.next is None
    assert [one.tool for one in asked.items] == ["b"]


async def test_a_call_is_explained_rule_by_rule_in_order(
    database: Database, policies: Policies, scope: Scope
):
    rule = {"source": "agent", "layer": 0, "reason": "Fine.", "effect": "allow"}
    given = a_call(
        dangerous=True,
        time={"at": 0.0, "hour": 9, "weekday": 6},
        rules=[{**rule, "id": "agent/0/10"}, {**rule, "id": "agent/0/2"}],
    )
    await put(database, policies, scope, PAY, activate=False)

    async with database.read(scope) as work:
        now = await policies.explain(work, ExplainInput(input=given))
        then = await policies.explain(work, ExplainInput(input=given, draft=Draft(name="pay")))

    assert now.effect == "allow"
    assert [(one.id, one.counts) for one in now.findings] == [
        ("default/dangerous", False),
        ("agent/0/2", True),
        ("agent/0/10", True),
    ]
    assert (then.effect, then.consent, then.deciding) == ("ask", True, ["pay/weekend"])
    assert [one.id for one in then.findings] == [
        "default/dangerous",
        "pay/weekend",
        "agent/0/2",
        "agent/0/10",
    ]
    assert await kept(database, policies, scope) == []


async def test_an_explanation_needs_a_call(database: Database, policies: Policies, scope: Scope):
    async with database.read(scope) as work:
        with pytest.raises(Invalid):
            await policies.explain(work, ExplainInput())
