"""Tests of policies: `test_*` rules in packages below `cadre.tests`, run against the modules."""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from cadre.trust.policy.bundle import Bundle, Module
from cadre.trust.policy.errors import EvaluationFailed
from cadre.trust.policy.interpreters import Interpreters
from cadre.trust.policy.test_text import Test, read_tests


class TestResult(BaseModel):
    """`why` is empty for a test that passed."""

    __test__ = False

    module: str
    name: str
    passed: bool
    why: str = ""


async def run_tests(
    interpreters: Interpreters, modules: Iterable[Module], tests: Sequence[Module]
) -> list[TestResult]:
    """The result of every test of `tests` against `modules`. `CompilationFailed` may be raised."""
    read = [read_tests(one) for one in tests]
    named = [test for _, some in read for test in some]
    if not named:
        return []
    entries = [entry for test in named for entry in (test.entry, test.input_entry) if entry]
    bundle = Bundle((*modules, *(module for module, _ in read)), tuple(entries))
    await interpreters.compile(bundle)
    return [await _run(interpreters, bundle, test) for test in named]


async def _run(interpreters: Interpreters, bundle: Bundle, test: Test) -> TestResult:
    why = test.fault
    try:
        if not why:
            given = {}
            if test.input_entry is not None:
                given = await interpreters.evaluate(bundle, {}, test.input_entry)
            if given is None:
                why = "What it gives as `input` is undefined."
            elif await interpreters.evaluate(bundle, given, test.entry) is not True:
                why = "It is not true."
    except EvaluationFailed as error:
        why = str(error)
    return TestResult(module=test.module, name=test.name, passed=not why, why=why)
