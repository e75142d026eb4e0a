"""Decisions: the strictest counts, orgs are apart, and whatever breaks is a denial."""

import asyncio
import os
import signal
from pathlib import Path
from time import monotonic

import pytest

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.policy import (
    Bundle,
    Interpreters,
    Module,
    Policies,
    Shipped,
    read_decision,
    read_shipped,
)
from cadre.trust.policy.errors import EvaluationFailed
from tests.trust.policy.asking import PAY, a_call, decide, put

HANGING = """package cadre.org.slow

import rego.v1

deny contains "never" if {
	input.tool.name == "pay"
	some i in numbers.range(1, 100000)
	some j in numbers.range(1, 100000)
	i * j == -1
}
"""
CONTRADICTING = """package cadre.org.broken

import rego.v1

word := 1 if input.tool.name

word := 2 if input.tool.dangerous

deny contains "never" if word == 3
"""


async def test_what_nobody_speaks_of_is_decided_by_the_defaults(
    database: Database, policies: Policies, scope: Scope
):
    free = await decide(database, policies, scope, a_call())
    asked = await decide(database, policies, scope, a_call(dangerous=True))

    assert (free.effect, asked.effect) == ("allow", "ask")
    assert asked.rules == ["default/dangerous"]
    assert asked.reasons == ["pay is dangerous, so a person is asked."]


async def test_a_policy_of_the_org_counts_with_the_next_call(
    database: Database, policies: Policies, scope: Scope
):
    too_much = a_call(arguments={"amount": 101})
    before = await decide(database, policies, scope, too_much)

    await put(database, policies, scope, PAY)
    after = await decide(database, policies, scope, too_much)
    small = await decide(database, policies, scope, a_call(arguments={"amount": 9}))

    assert (before.effect, after.effect, small.effect) == ("allow", "deny", "allow")
    assert after.reasons == ["Too much."]
    assert after.rules == ["pay"]
    assert after.version.startswith(f"{before.version}+")


async def test_policies_of_one_org_are_not_those_of_another(
    database: Database, policies: Policies, scope: Scope, other_scope: Scope
):
    await put(database, policies, scope, PAY)

    decision = await decide(database, policies, other_scope, a_call(arguments={"amount": 101}))
    async with database.read(other_scope) as work:
        listed = await policies.book.listing(work)
        kept = await policies.decisions(work, limit=10)

    assert decision.effect == "allow"
    assert all(policy.shipped for policy in listed)
    assert kept.items == []


async def test_what_another_process_puts_in_force_counts_a_moment_later(
    database: Database, policies: Policies, interpreters: Interpreters, scope: Scope
):
    elsewhere = Database(database.url)
    too_much = a_call(arguments={"amount": 101})
    await decide(database, policies, scope, too_much)

    await put(elsewhere, Policies(elsewhere, interpreters=interpreters), scope, PAY)
    await elsewhere.close()

    await asyncio.sleep(0.3)  # how long a process relies on what it knows
    assert (await decide(database, policies, scope, too_much)).effect == "deny"


async def test_an_allowing_policy_relaxes_a_default_but_not_after_content_from_outside(
    database: Database, policies: Policies, scope: Scope
):
    text = 'package cadre.org.trust\n\nimport rego.v1\n\nallow contains "Known." if input.agent == "clerk"\n'
    await put(database, policies, scope, text, name="trust")

    clean = a_call(dangerous=True, agent="clerk")
    tainted = a_call(dangerous=True, agent="clerk", taints=["web page"])

    assert (await decide(database, policies, scope, clean)).effect == "allow"
    assert (await decide(database, policies, scope, tainted)).effect == "ask"


@pytest.mark.parametrize(
    "text",
    ['quote " and \\ and ü', "line\nbreak\ttab", "nul\0byte", "\u2028 {{}} }} ]", "x" * 300_000],
)
async def test_any_text_reaches_a_policy_as_it_is(
    database: Database, policies: Policies, scope: Scope, text: str
):
    module = """package cadre.org.echo

import rego.v1

deny contains input.arguments.text if input.arguments.text

deny contains "equal" if input.arguments.text == input.arguments.same
"""
    await put(database, policies, scope, module, name="echo")

    given = a_call(arguments={"text": text, "same": text})
    decision = await decide(database, policies, scope, given)

    assert decision.effect == "deny"
    assert set(decision.reasons) == {text, "equal"}


@pytest.mark.parametrize("amount", [2**53 + 1, 2**64 + 5, 10**30, 1e300])
async def test_a_number_does_not_wrap_round(
    database: Database, policies: Policies, scope: Scope, amount: float
):
    await put(database, policies, scope, PAY)

    decision = await decide(database, policies, scope, a_call(arguments={"amount": amount}))

    assert decision.effect == "deny"


async def test_a_policy_that_contradicts_itself_denies(
    database: Database, policies: Policies, scope: Scope
):
    await put(database, policies, scope, CONTRADICTING, name="broken")

    decision = await decide(database, policies, scope, a_call(dangerous=True))

    assert decision.effect == "deny"
    assert "can't be decided" in decision.reasons[0]
    assert "contradict" in decision.reasons[0]


async def test_an_undefined_decision_denies(database: Database, scope: Scope):
    silent = Bundle(
        (Module("silent", "package cadre\n\nimport rego.v1\n\ndecision := 1 if 1 > 2\n"),)
    )
    policies = Policies(database, shipped=Shipped(silent, ()))

    decision = await decide(database, policies, scope, a_call())
    policies.close()

    assert decision.effect == "deny"
    assert "no decision" in decision.reasons[0]


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        {"effect": "allow"},
        {"effect": "maybe", "counting": []},
        {"effect": "allow", "counting": []},
        {
            "effect": "allow",
            "counting": [{"id": "x", "source": "y", "effect": "deny", "reason": ""}],
        },
        {"effect": "allow", "counting": [{"id": "x"}]},
    ],
)
def test_what_is_no_decision_is_never_taken_for_one(value: object):
    with pytest.raises(EvaluationFailed):
        read_decision(value, "v")


async def test_a_hanging_policy_is_ended_and_rests_while_others_go_on(
    database: Database, scope: Scope, other_scope: Scope
):
    interpreters = Interpreters(2, rest_seconds=600)
    policies = Policies(database, interpreters=interpreters)
    await put(database, policies, scope, HANGING, name="slow")

    first, other = await asyncio.gather(
        decide(database, policies, scope, a_call()),
        decide(database, policies, other_scope, a_call()),
    )
    begun = monotonic()
    second = await decide(database, policies, scope, a_call())
    seconds = monotonic() - begun
    await put(database, policies, other_scope, PAY)
    alone = await decide(database, policies, other_scope, a_call(arguments={"amount": 101}))
    policies.close()

    assert (first.effect, other.effect, second.effect, alone.effect) == (
        *("deny", "allow", "deny"),
        "deny",
    )
    assert "too long" in first.reasons[0]
    assert "rest" in second.reasons[0]
    assert seconds < 2
    assert alone.reasons == ["Too much."]


async def test_an_interpreter_that_was_killed_is_started_again(database: Database, scope: Scope):
    policies = Policies(database)
    await decide(database, policies, scope, a_call())
    _kill_interpreters()

    after = await decide(database, policies, scope, a_call())
    policies.close()

    assert after.effect == "allow"


async def test_the_shipped_policies_are_told_apart_by_version(tmp_path: Path):
    shipped = read_shipped()

    changed = Bundle((*shipped.bundle.modules[:-1], Module("defaults.rego", "package x")))

    assert changed.key != shipped.bundle.key


def _kill_interpreters() -> None:
    """Kill the interpreters of this process, and nothing else."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if int(parent) == os.getpid() and b"inside/interpreter.py" in command:
            os.kill(int(folder.name), signal.SIGKILL)
