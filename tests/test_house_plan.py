"""The house plan is law: checked on the real house, and on houses with a planted fault."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import house_plan

ROOT = Path(__file__).parent.parent
RULES = [
    house_plan.private_doors,
    house_plan.http_below_routes,
    house_plan.silent_packages,
    house_plan.long_files,
    house_plan.long_functions,
    house_plan.nameless_names,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rules(rule: Callable[[Path], list[str]]):
    assert rule(ROOT / "src") == []


def test_the_web_keeps_its_files_short():
    assert house_plan.long_web_files(ROOT / "web" / "src") == []


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            Path(sys.executable).parent / "lint-imports",
            "--no-cache",
            "--config",
            ROOT / "pyproject.toml",
        ],
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_import_contracts_hold():
    result = lint_imports(ROOT / "src")

    assert result.returncode == 0, result.stdout


@pytest.fixture
def copy_of_the_house(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "src" / "cadre", tmp_path / "cadre")
    return tmp_path


@pytest.mark.parametrize(
    ("rule", "file", "text"),
    [
        (
            house_plan.private_doors,
            "trust/planted/service.py",
            "from cadre.infra.database.database import Work",
        ),
        (house_plan.http_below_routes, "trust/planted/service.py", "from fastapi import Request"),
        (house_plan.silent_packages, "trust/planted/__init__.py", ""),
        (house_plan.long_files, "trust/planted/service.py", "x = 1\n" * 501),
        (house_plan.long_functions, "trust/planted/service.py", "def f():\n" + "    x = 1\n" * 50),
        (house_plan.nameless_names, "trust/planted/utils.py", '"""Odds and ends."""'),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_each_rule_finds_a_planted_fault(
    copy_of_the_house: Path, rule: Callable[[Path], list[str]], file: str, text: str
):
    planted = copy_of_the_house / "cadre" / file
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(text)

    assert any("planted" in violation for violation in rule(copy_of_the_house))


@pytest.mark.parametrize(
    ("contract", "file", "text"),
    [
        ("Floors downwards", "kernel/planted.py", "import cadre.trust"),
        ("Floors downwards", "attic/__init__.py", '"""A floor nobody planned."""'),
        ("No cycles", "trust/one.py", "def late():\n    from cadre.trust import two"),
        ("The kernel imports no framework", "kernel/planted.py", "import sqlalchemy"),
        ("Inside a room", "trust/planted/tables.py", "import cadre.trust.planted.routes"),
        ("Doors do not know each other", "edge/planted/__init__.py", "import cadre.edge.other"),
    ],
)
def test_each_contract_finds_a_planted_fault(
    copy_of_the_house: Path, contract: str, file: str, text: str
):
    files = {
        file: text,
        "trust/two.py": "import typing\nif typing.TYPE_CHECKING:\n    import cadre.trust.one",
        "trust/one.py": text if file == "trust/one.py" else "",
        "trust/planted/__init__.py": "",
        "trust/planted/routes.py": "",
        "edge/other/__init__.py": "",
    }
    for name, content in files.items():
        planted = copy_of_the_house / "cadre" / name
        planted.parent.mkdir(exist_ok=True)
        planted.write_text(content)

    result = lint_imports(copy_of_the_house)

    assert result.returncode == 1
    assert any(
        line.startswith(contract) and line.endswith("BROKEN") for line in result.stdout.splitlines()
    ), result.stdout + result.stderr
