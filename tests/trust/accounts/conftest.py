"""The house that tests of accounts walk into."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from cadre.infra.database import Database
from tests.trust.accounts.house import House, build


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    built = build(database, tmp_path)
    round_ = asyncio.create_task(built.postman.run())
    yield built
    round_.cancel()
    with suppress(asyncio.CancelledError):
        await round_
