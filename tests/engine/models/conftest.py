"""A scripted server, and everything of models that asks it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from cadre.engine.models import Endpoint, EnvironmentProvider
from cadre.engine.models.providers import chat_model
from cadre.infra.blobs import Blobs
from cadre.infra.database import Database
from cadre.infra.http_client import HttpClient
from tests.engine.models.scripted_server import ScriptedServer
from tests.engine.models.stack import ModelStack, open_models

Open = Callable[..., AbstractAsyncContextManager[ModelStack]]


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient() as client:
        yield client


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as running:
        yield running


@pytest.fixture
async def other_server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as running:
        yield running


@pytest.fixture
def open_stack(
    database: Database, http: HttpClient, blobs: Blobs, server: ScriptedServer, tmp_path: Path
) -> Open:
    """Models with the providers that are named; offline, the scripted server answers."""

    def make(*environment: EnvironmentProvider) -> AbstractAsyncContextManager[ModelStack]:
        offline = chat_model(http, blobs, Endpoint("offline", server.base_url), "x")
        return open_models(
            database, http, blobs, tmp_path / "usage", offline=offline, environment=environment
        )

    return make


@pytest.fixture
async def stack(open_stack: Open) -> AsyncIterator[ModelStack]:
    async with open_stack() as made:
        yield made
