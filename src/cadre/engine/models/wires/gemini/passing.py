"""A question in the caller's own words on its way to a server that speaks Gemini's too."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import orjson

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.wires.gemini.endpoint import exchange_with, method_url
from cadre.engine.models.wires.gemini.usage import find_usage, read_usage
from cadre.infra.http_client import HttpClient, HttpStream
from cadre.kernel.messages import Json, Usage


@dataclass(frozen=True, slots=True)
class GeminiPassing:
    """See `Passing`. The model is named in the address, so the body goes as it is."""

    http: HttpClient
    endpoint: Endpoint
    model: str
    patience: Patience

    def send(
        self, path: str, data: dict[str, Json], headers: Mapping[str, str] | None = None
    ) -> AbstractAsyncContextManager[HttpStream]:
        """See `Passing`; `path` is a method of the model: `streamGenerateContent?alt=sse`."""
        exchange = exchange_with(self.http, self.endpoint, self.patience)
        url = method_url(self.endpoint, self.model, path)
        return exchange.passed(url, orjson.dumps(data), headers)

    def counts(self, said: dict[str, Json]) -> dict[str, Json] | None:
        """See `Passing`."""
        return find_usage(said)

    def usage(self, counts: dict[str, Json]) -> Usage:
        """See `Passing`."""
        return read_usage(counts)
