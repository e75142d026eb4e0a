"""Fixtures of the tests on a real server process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doors.scripted import model, scripted
from tests.doors.server import server
from tests.planted import shaped_leaks

__all__ = ["model", "scripted", "server"]

_KNOWN = {"the provider key of the environment": "sk-test-0123456789"}


@pytest.fixture(autouse=True)
def no_secret_lies_in_any_home(tmp_path: Path) -> Iterator[None]:
    """Once the servers of a test have ended, what they left is searched for keys."""
    yield
    for home in {path.parent for path in tmp_path.glob("**/cadre.db")}:
        assert shaped_leaks(home, _KNOWN) == []
