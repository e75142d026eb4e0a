from collections.abc import AsyncIterator, Iterator

import pytest

from cadre.infra.database import Database
from cadre.trust.policy import Interpreters, Policies


@pytest.fixture(scope="session")
def interpreters() -> Iterator[Interpreters]:
    """Interpreters with time enough for a machine that is busy otherwise."""
    opened = Interpreters(30)
    yield opened
    opened.close()


@pytest.fixture
async def policies(database: Database, interpreters: Interpreters) -> AsyncIterator[Policies]:
    opened = Policies(database, interpreters=interpreters)
    yield opened
    await opened.log.flush()
