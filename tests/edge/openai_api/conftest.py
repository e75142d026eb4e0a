"""Fixtures of the doors: both of them, before aimock and before a server of raw bytes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cadre.infra.database import Database
from cadre.kernel.scope import Scope
from tests.edge.openai_api.gateway import Gateway, at_aimock, at_raw, open_gateway
from tests.engine.models.wires.aimock import Aimock, aimock, aimock_process
from tests.engine.models.wires.raw_server import RawServer

__all__ = ["aimock", "aimock_process"]


@pytest.fixture
async def gateway(
    sqlite_database: Database, scope: Scope, tmp_path: Path, aimock: Aimock
) -> AsyncIterator[Gateway]:
    """The doors before aimock."""
    async with open_gateway(sqlite_database, scope, tmp_path, at_aimock(aimock)) as gateway:
        yield gateway


@pytest.fixture
async def upstream() -> AsyncIterator[RawServer]:
    async with RawServer() as server:
        yield server


@pytest.fixture
async def raw(
    sqlite_database: Database, scope: Scope, tmp_path: Path, upstream: RawServer
) -> AsyncIterator[Gateway]:
    """The doors before a server that says what `upstream` was told to say."""
    async with open_gateway(sqlite_database, scope, tmp_path, at_raw(upstream)) as gateway:
        yield gateway
