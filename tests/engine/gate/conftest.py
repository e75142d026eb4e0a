from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from cadre.infra.blobs import Blobs
from cadre.infra.bus import Bus
from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from tests.engine.gate import deciding
from tests.engine.harness import House, open_house


@pytest.fixture(scope="session", autouse=True)
def interpreter() -> Iterator[None]:
    """The interpreter of `deciding` is started once, and ended."""
    yield
    deciding.end()


@pytest.fixture
async def house(
    database: Database, blobs: Blobs, bus: Bus, scope: Scope, tmp_path: Path
) -> AsyncIterator[House]:
    async with open_house(database, blobs, bus, scope, tmp_path) as opened:
        yield opened
