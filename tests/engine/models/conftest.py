"""A scripted server, and an adapter that speaks to it impatiently."""

from collections.abc import AsyncIterator, Callable

import pytest

from cadre.engine.models import Endpoint, OpenAICompatible, Patience, Price
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient
from tests.engine.models.scripted_server import ScriptedServer

IMPATIENT = Patience(idle_seconds=0.5, first_pause_seconds=0.01, longest_retry_after_seconds=1.0)


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient() as client:
        yield client


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as running:
        yield running


@pytest.fixture
def connect(
    server: ScriptedServer, http: HttpClient, blobs: Blobs
) -> Callable[..., OpenAICompatible]:
    def make(*, price: Price | None = None, patience: Patience = IMPATIENT) -> OpenAICompatible:
        endpoint = Endpoint("test", server.base_url, "sk-secret-key")
        return OpenAICompatible(http, blobs, endpoint, "scripted", price=price, patience=patience)

    return make
