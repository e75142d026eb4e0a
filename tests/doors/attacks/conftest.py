"""A server for each file of attacks: what one leaves behind is nothing that another looks at."""

from collections.abc import AsyncIterator

import pytest

from tests.doors.attacks.people import without_haste
from tests.doors.server import Server


@pytest.fixture(scope="module")
async def attacked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A running server whose limits of rate are out of the way."""
    server = Server(tmp_path_factory.mktemp("attacked") / "home")
    await server.start()
    async with server.signed_in() as owner:
        await without_haste(owner)
    yield server
    await server.stop()
