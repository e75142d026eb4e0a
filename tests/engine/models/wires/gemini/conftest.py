"""Gemini over a raw server whose bytes the test writes, and over aimock."""

from collections.abc import Callable

import pytest

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.prices import Price
from cadre.engine.models.wires.gemini import Gemini
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient
from tests.engine.models.wires.asking import IMPATIENT, KEY
from tests.engine.models.wires.raw_server import RawServer

Connect = Callable[..., Gemini]


@pytest.fixture
def connect(raw: RawServer, http: HttpClient, blobs: Blobs) -> Connect:
    """An adapter, by default for a model that signs its calls."""

    def make(
        model: str = "gemini-3.5-flash",
        *,
        url: str | None = None,
        price: Price | None = None,
        patience: Patience = IMPATIENT,
    ) -> Gemini:
        endpoint = Endpoint("gemini", url or raw.url, KEY, "gemini")
        return Gemini(http, blobs, endpoint, model, price=price, patience=patience)

    return make
