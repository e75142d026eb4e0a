"""What tests of budgets may ask for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from tests.trust.usage.ledger import Ledger, open_ledger


@pytest.fixture
async def ledger(database: Database, tmp_path: Path, scope: Scope) -> AsyncIterator[Ledger]:
    async with open_ledger(database, tmp_path / "usage", scope) as ledger:
        yield ledger
