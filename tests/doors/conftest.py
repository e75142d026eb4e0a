"""Fixtures of the tests on a real server process."""

from tests.doors.scripted import model, scripted
from tests.doors.server import server

__all__ = ["model", "scripted", "server"]
