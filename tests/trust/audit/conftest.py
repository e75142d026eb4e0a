"""Fixtures of audit."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cadre.infra.database import Database
from cadre.trust.audit import Audit, AuditLog, Seal
from tests.trust.audit.writing import KEY


@pytest.fixture
def seal() -> Seal:
    return Seal(KEY)


@pytest.fixture
async def log(database: Database, seal: Seal, tmp_path: Path) -> AsyncIterator[AuditLog]:
    log = AuditLog(database, seal, tmp_path / "audit")
    await log.open()
    yield log
    await log.close()


@pytest.fixture
def audit(seal: Seal) -> Audit:
    return Audit(seal)
