"""Calls to be decided, and policies of an org, for tests."""

from typing import Any

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.policy import Decision, Policies, PolicyInput, WhichTool
from cadre.trust.policy.schemas import PolicyDetail, PolicyText

PAY = """package cadre.org.pay

import rego.v1

import data.cadre.call

deny contains "Too much." if call.amount > 100

ask contains {"id": "weekend", "reason": "It is weekend.", "consent": true} if {
	input.tool.name == "pay"
	call.weekday > 5
}
"""
PAY_TESTS = """package cadre.tests.pay

import rego.v1

import data.cadre.org.pay

test_a_large_amount_is_denied if {
	"Too much." in pay.deny with input as {"arguments": {"amount": 101}}
}

test_a_small_amount_is_not if {
	count(pay.deny) == 0 with input as {"arguments": {"amount": 100}}
}
"""


def a_call(tool: str = "pay", **more: Any) -> PolicyInput:
    """A call of a tool that stays inside its bounds, on a Monday."""
    flags = {name: more.pop(name) for name in ("dangerous", "outside", "read_only") if name in more}
    time = {"at": 0.0, "hour": 9, "weekday": 1}
    given = {"org": "org_acme", "tool": WhichTool(name=tool, **flags), "time": time, **more}
    return PolicyInput.model_validate(given)


async def decide(
    database: Database, policies: Policies, scope: Scope, given: PolicyInput
) -> Decision:
    async with database.read(scope) as work:
        return await policies.decide(work, given)


async def put(
    database: Database,
    policies: Policies,
    scope: Scope,
    text: str,
    *,
    name: str = "pay",
    tests: str = "",
    activate: bool = True,
) -> PolicyDetail:
    async with database.begin(scope) as work:
        detail = await policies.book.put(work, name, PolicyText(text=text, tests=tests))
        return await policies.book.activate(work, name, None) if activate else detail
