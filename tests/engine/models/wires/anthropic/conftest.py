"""Claude over a raw server whose bytes the test writes, and over aimock."""

from collections.abc import Callable

import pytest

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.prices import Price
from cadre.engine.models.wires.anthropic import AnthropicMessages
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient
from tests.engine.models.wires.asking import IMPATIENT, KEY
from tests.engine.models.wires.raw_server import RawServer

Connect = Callable[..., AnthropicMessages]


@pytest.fixture
def connect(raw: RawServer, http: HttpClient, blobs: Blobs) -> Connect:
    """An adapter, by default for a model that thinks within a budget."""

    def make(
        model: str = "claude-haiku-4-5",
        *,
        url: str | None = None,
        price: Price | None = None,
        patience: Patience = IMPATIENT,
        output_tokens: int | None = None,
    ) -> AnthropicMessages:
        endpoint = Endpoint("claude", url or raw.url, KEY, "anthropic")
        return AnthropicMessages(
            http,
            blobs,
            endpoint,
            model,
            price=price,
            patience=patience,
            output_tokens=output_tokens,
        )

    return make
