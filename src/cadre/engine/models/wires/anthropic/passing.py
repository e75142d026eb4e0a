"""A message in the caller's own words on its way to a server that speaks them too."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import orjson

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.wires.anthropic.endpoint import SAMPLING_VERSION, exchange_with
from cadre.engine.models.wires.anthropic.usage import find_usage, read_usage
from cadre.engine.models.wires.exchange import base_url
from cadre.infra.http_client import HttpClient, HttpStream
from cadre.kernel.messages import Json, Usage


@dataclass(frozen=True, slots=True)
class AnthropicPassing:
    """See `Passing`. The version is the one that every client's words are of."""

    http: HttpClient
    endpoint: Endpoint
    model: str
    patience: Patience

    def send(
        self, path: str, data: dict[str, Json], headers: Mapping[str, str] | None = None
    ) -> AbstractAsyncContextManager[HttpStream]:
        """See `Passing`."""
        exchange = exchange_with(self.http, self.endpoint, self.patience, SAMPLING_VERSION)
        url = f"{base_url(self.endpoint, 'v1')}/v1/{path}"
        return exchange.passed(url, orjson.dumps({**data, "model": self.model}), headers)

    def counts(self, said: dict[str, Json]) -> dict[str, Json] | None:
        """See `Passing`."""
        return find_usage(said)

    def usage(self, counts: dict[str, Json]) -> Usage:
        """See `Passing`."""
        return read_usage(counts)
