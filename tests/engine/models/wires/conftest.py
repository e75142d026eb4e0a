"""What the tests of every wire share: a client, a raw server, and aimock."""

from collections.abc import AsyncIterator

import pytest

from cadre.infra.http_client import HttpClient
from tests.engine.models.wires.aimock import aimock, aimock_process
from tests.engine.models.wires.raw_server import raw

__all__ = ["aimock", "aimock_process", "raw"]


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient() as client:
        yield client
