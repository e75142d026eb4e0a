"""A vault on each kind of database."""

from pathlib import Path

import pytest

from cadre.infra.database import Database
from tests.trust.secrets.vaults import House, house_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "secrets"


@pytest.fixture
def house(database: Database, folder: Path) -> House:
    return house_of(database, folder)
