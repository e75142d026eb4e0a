"""What the tests of runs share."""

from collections.abc import AsyncIterator

import pytest

from cadre.infra.blobs import Blobs
from cadre.infra.database import Database
from tests.engine.runs.harness import Engines


@pytest.fixture
async def engines(database: Database, blobs: Blobs) -> AsyncIterator[Engines]:
    engines = Engines(database, blobs)
    yield engines
    await engines.close()
