"""A server whose bytes a test writes, and an adapter for a provider that is said to be there."""

from collections.abc import AsyncIterator, Callable

import pytest

from cadre.engine.models.prices import Price
from cadre.engine.models.providers import KNOWN
from cadre.engine.models.wires.openai import OpenAICompatible
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient
from tests.engine.models.wires.openai.asking import IMPATIENT, KEY
from tests.engine.models.wires.raw_server import RawServer

Provider = Callable[..., OpenAICompatible]


@pytest.fixture
async def raw() -> AsyncIterator[RawServer]:
    async with RawServer() as running:
        yield running


@pytest.fixture
def provider(raw: RawServer, http: HttpClient, blobs: Blobs) -> Provider:
    """`provider("groq", "qwen/qwen3-32b")` with its own deviations, at the raw server."""

    def make(name: str, model: str, *, price: Price | None = None) -> OpenAICompatible:
        known = KNOWN[name]
        return OpenAICompatible(
            http,
            blobs,
            known.endpoint(KEY, raw.url),
            model,
            deviations=known.deviations,
            price=price,
            patience=IMPATIENT,
        )

    return make
