"""Every command of examples/evaluation/commands.yaml, over the real tools in the real sandbox."""

from collections.abc import AsyncIterator

import pytest

from benchmarks.operator_evaluation import Case, Evaluation, load_cases, wrong_figures
from cadre.engine.sandbox import open_sandbox
from cadre.infra.http_client import HttpClient

COMMANDS = load_cases("commands.yaml")


@pytest.fixture(scope="module")
async def evaluation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Evaluation]:
    sandbox = await open_sandbox()
    report = await sandbox.probe()
    if not report.available:
        pytest.skip(f"no sandbox here: {report.reason}")
    async with HttpClient() as http:
        yield Evaluation(tmp_path_factory.mktemp("evaluation"), sandbox, http)


@pytest.mark.parametrize("case", COMMANDS, ids=[" then ".join(case.said) for case in COMMANDS])
async def test_a_command_is_answered_right(evaluation: Evaluation, case: Case):
    answer = await evaluation.run(case)

    assert evaluation.faults(case, answer) == []


def test_a_wrong_figure_is_noticed():

    table = "| region | total |\n|---|--:|\n| North | 1,200.50 |"

    assert list(wrong_figures([("North", 1200.5)], table)) == []
    assert list(wrong_figures([("North", 1200.6)], table)) != []
    assert list(wrong_figures([("North", 1200.5), ("South", 1)], table)) != []
    assert list(wrong_figures([(7,)], "There are **70** of them")) != []
