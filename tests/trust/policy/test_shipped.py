"""The policies that ship with cadre keep what their own tests promise."""

import shutil
import subprocess

import pytest

from cadre.trust.policy import Interpreters, read_shipped
from cadre.trust.policy.bundle import FOLDER
from cadre.trust.policy.testing import run_tests


async def test_the_tests_of_the_shipped_policies_pass(interpreters: Interpreters):
    shipped = read_shipped()

    results = await run_tests(interpreters, shipped.bundle.modules, shipped.tests)

    assert len(results) >= 11
    assert [one for one in results if not one.passed] == []


@pytest.mark.skipif(shutil.which("opa") is None, reason="the opa binary is not on the PATH")
def test_opa_itself_agrees():
    for command in (["check", "--strict"], ["test"], ["fmt", "--list", "--fail"]):
        done = subprocess.run(
            ["opa", *command, str(FOLDER)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
