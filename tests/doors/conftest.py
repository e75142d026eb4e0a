"""Fixtures of the tests on a real server process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doors.scripted import model, scripted
from tests.doors.server import Server, server
from tests.planted import shaped_leaks

__all__ = ["model", "scripted", "server"]

_KNOWN = {"the provider key of the environment": "sk-test-0123456789"}


@pytest.fixture(autouse=True)
def no_secret_lies_in_any_home(tmp_path: Path) -> Iterator[None]:
    """Once the servers of a test have ended, what they left is searched for secrets."""
    yield
    for home in {path.parent for path in tmp_path.glob("**/cadre.db")}:
        assert shaped_leaks(home, _KNOWN) == []
    assert_nothing_leaked()


@pytest.fixture(scope="session", autouse=True)
def no_secret_is_left_by_servers_of_several_tests() -> Iterator[None]:
    yield
    assert_nothing_leaked()


def assert_nothing_leaked() -> None:
    """Of the servers that have ended since this was asked last."""
    ended = [each for each in Server.all if not each.is_running]
    for each in ended:
        Server.all.remove(each)
    leaked = {str(each.home): sorted(each.leaked) for each in ended if each.leaked}
    assert leaked == {}, "Secrets lie where they must not."
