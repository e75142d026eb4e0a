"""Policies by version: a draft changes nothing, a broken module is refused, history can be restored."""

import pytest

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from cadre.trust.policy import BadPolicy, Draft, Policies, PolicyNotFound, PolicyTestsFail
from cadre.trust.policy.schemas import PolicyText
from tests.trust.policy.asking import PAY, PAY_TESTS, a_call, decide, put

TOO_MUCH = a_call(arguments={"amount": 101})


async def test_a_draft_is_not_in_force(database: Database, policies: Policies, scope: Scope):
    detail = await put(database, policies, scope, PAY, activate=False)

    decision = await decide(database, policies, scope, TOO_MUCH)

    assert decision.effect == "allow"
    assert (detail.version, detail.active) == (1, None)
    assert detail.text == PAY


async def test_versions_are_kept_restored_and_put_in_force_one_by_one(
    database: Database, policies: Policies, scope: Scope
):
    await put(database, policies, scope, PAY)
    milder = PAY.replace("100", "1000")
    await put(database, policies, scope, milder)
    by_newer = await decide(database, policies, scope, TOO_MUCH)

    async with database.begin(scope) as work:
        restored = await policies.book.restore(work, "pay", 1)
    still = await decide(database, policies, scope, TOO_MUCH)
    async with database.begin(scope) as work:
        await policies.book.activate(work, "pay", restored.version)
    by_older = await decide(database, policies, scope, TOO_MUCH)
    async with database.read(scope) as work:
        versions = await policies.book.versions(work, "pay")
        first = await policies.book.get(work, "pay", 1)

    assert (by_newer.effect, still.effect, by_older.effect) == ("allow", "allow", "deny")
    assert [(one.version, one.active, one.restored_from) for one in versions] == [
        (3, True, 1),
        (2, False, None),
        (1, False, None),
    ]
    assert (restored.text, first.text) == (PAY, PAY)


async def test_a_policy_can_be_taken_out_of_force_and_stays(
    database: Database, policies: Policies, scope: Scope
):
    await put(database, policies, scope, PAY)

    async with database.begin(scope) as work:
        await policies.book.deactivate(work, "pay")

    assert (await decide(database, policies, scope, TOO_MUCH)).effect == "allow"
    async with database.read(scope) as work:
        assert (await policies.book.get(work, "pay")).active is None


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        (
            "package cadre.org.pay\n\nimport rego.v1\n\ndeny contains 1 if {\n\tinput.x = = 3\n}\n",
            6,
            10,
            "",
        ),
        (
            "package cadre.org.pay\n\nimport rego.v1\n\ndeny contains 1 if {\n\tinput.x == 3\n",
            5,
            20,
            "",
        ),
        ("# first\npackage cadre\n", 2, 1, "package cadre.org.pay"),
        ("package cadre.org.other\n", 1, 1, "package cadre.org.pay"),
        ("default allow := true", 1, 1, "package cadre.org.pay"),
        (
            'package cadre.org.pay\n\nimport rego.v1\n\nx := http.send({"url": "http://a"})\n',
            5,
            6,
            "http.send",
        ),
        ("package cadre.org.pay\n\nx := opa.runtime().env\n", 3, 6, "opa.runtime"),
        ("package cadre.org.pay\n\nimport rego.v1\n\nx := max([1, 2])\n", 5, 6, "max"),
    ],
)
async def test_a_broken_module_is_refused_with_line_and_column(
    database: Database,
    policies: Policies,
    scope: Scope,
    text: str,
    line: int,
    column: int,
    said: str,
):
    with pytest.raises(BadPolicy) as refused:
        await put(database, policies, scope, text)

    assert (refused.value.line, refused.value.column) == (line, column)
    assert refused.value.detail.startswith(f"Line {line}, column {column}: ")
    assert said in refused.value.detail
    async with database.read(scope) as work:
        with pytest.raises(PolicyNotFound):
            await policies.book.get(work, "pay")


async def test_a_module_that_breaks_the_interpreter_itself_is_refused(
    database: Database, policies: Policies, scope: Scope
):
    text = (
        "package cadre.org.pay\n\nimport rego.v1\n\nlarge if input.amount > 1\n\n"
        'deny contains "x" if large with input as {"amount": 2}\n'
    )

    with pytest.raises(BadPolicy, match="interpreter"):
        await put(database, policies, scope, text)
    assert (await decide(database, policies, scope, a_call())).effect == "allow"


async def test_a_function_that_does_not_exist_is_refused(
    database: Database, policies: Policies, scope: Scope
):
    text = "package cadre.org.pay\n\nimport rego.v1\n\ndeny contains 1 if nowhere(3)\n"

    with pytest.raises(BadPolicy, match="nowhere"):
        await put(database, policies, scope, text)


@pytest.mark.parametrize("name", ["Pay", "1pay", "pay-day", "decisions", "a" * 64, "../pay", ""])
async def test_a_name_that_is_no_package_is_refused(
    database: Database, policies: Policies, scope: Scope, name: str
):
    with pytest.raises(BadPolicy) as refused:
        await put(database, policies, scope, PAY, name=name)

    assert refused.value.field == "name"


async def test_a_policy_whose_tests_fail_does_not_come_into_force(
    database: Database, policies: Policies, scope: Scope
):
    await put(database, policies, scope, PAY, tests=PAY_TESTS)
    worse = PAY.replace("> 100", "> 101")

    with pytest.raises(PolicyTestsFail, match="test_a_large_amount_is_denied"):
        await put(database, policies, scope, worse, tests=PAY_TESTS)

    assert (await decide(database, policies, scope, TOO_MUCH)).effect == "deny"


async def test_tests_say_which_of_them_fail_and_why(
    database: Database, policies: Policies, scope: Scope
):
    tests = PAY_TESTS + (
        '\ntest_false if {\n\t"No." in pay.deny with input as {"arguments": {"amount": 1}}\n}\n'
        '\ntest_two_inputs if {\n\tpay.deny with input as {"a": 1}\n\tpay.deny with input as {"a": 2}\n}\n'
        "\ntest_other_data if {\n\tpay.deny with data.cadre.org as {}\n}\n"
    )

    async with database.read(scope) as work:
        results = await policies.book.test(work, Draft(name="pay", text=PAY, tests=tests))

    assert [(one.name, one.passed) for one in results] == [
        ("test_a_large_amount_is_denied", True),
        ("test_a_small_amount_is_not", True),
        ("test_false", False),
        ("test_two_inputs", False),
        ("test_other_data", False),
    ]
    assert "not true" in results[2].why
    assert "one input" in results[3].why
    assert "with input as" in results[4].why


async def test_everything_in_force_is_tested_together(
    database: Database, policies: Policies, scope: Scope
):
    await put(database, policies, scope, PAY, tests=PAY_TESTS)

    async with database.read(scope) as work:
        results = await policies.book.test(work, None)

    assert all(one.passed for one in results)
    assert {"test_a_large_amount_is_denied", "test_danger_is_asked_about"} <= {
        one.name for one in results
    }


async def test_a_draft_of_another_org_is_not_found(
    database: Database, policies: Policies, scope: Scope, other_scope: Scope
):
    await put(database, policies, scope, PAY)

    async with database.begin(other_scope) as work:
        for act in (
            policies.book.get(work, "pay"),
            policies.book.versions(work, "pay"),
            policies.book.activate(work, "pay", 1),
            policies.book.restore(work, "pay", 1),
            policies.book.deactivate(work, "pay"),
        ):
            with pytest.raises(PolicyNotFound):
                await act
        saved = await policies.book.put(work, "pay", PolicyText(text=PAY))

    assert saved.version == 1
