"""The adapter over three kinds of server: scripted, one whose bytes the test writes, and aimock."""

from collections.abc import AsyncIterator, Callable

import pytest

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.prices import Price
from cadre.engine.models.providers import deviations_of
from cadre.engine.models.wires.openai import Deviations, OpenAICompatible
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient
from tests.engine.models.scripted_server import ScriptedServer
from tests.engine.models.wires.aimock import aimock, aimock_process
from tests.engine.models.wires.openai.asking import IMPATIENT, KEY
from tests.engine.models.wires.openai.recorder import Recorder
from tests.engine.models.wires.raw_server import RawServer

__all__ = ["aimock", "aimock_process"]

Connect = Callable[..., OpenAICompatible]


@pytest.fixture
async def raw() -> AsyncIterator[RawServer]:
    async with RawServer() as running:
        yield running


@pytest.fixture
async def recorder() -> AsyncIterator[Recorder]:
    async with Recorder() as running:
        yield running


@pytest.fixture
def connect(server: ScriptedServer, http: HttpClient, blobs: Blobs) -> Connect:
    """An adapter to the scripted server, unless another address is given."""

    def make(
        model: str = "scripted",
        *,
        url: str | None = None,
        provider: str = "test",
        deviations: Deviations | None = None,
        price: Price | None = None,
        patience: Patience = IMPATIENT,
    ) -> OpenAICompatible:
        endpoint = Endpoint(provider, url or server.base_url, KEY)
        return OpenAICompatible(
            http,
            blobs,
            endpoint,
            model,
            deviations=deviations or deviations_of(endpoint),
            price=price,
            patience=patience,
        )

    return make
