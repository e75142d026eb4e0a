"""Passing: a provider's own answer to a body in its own words, for a door that speaks them too."""

from contextlib import AbstractAsyncContextManager

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.providers import deviations_of
from cadre.engine.models.wires.anthropic import passed
from cadre.engine.models.wires.openai import Upstream
from cadre.infra.http_client import HttpClient, HttpStream


def upstream(
    http: HttpClient, endpoint: Endpoint, path: str, body: bytes, patience: Patience
) -> AbstractAsyncContextManager[HttpStream]:
    """The answer of status 200, or what any other one means. Leaving closes the connection."""
    if endpoint.wire == "anthropic":
        return passed(http, endpoint, path, body, patience)
    return Upstream(http, endpoint, patience, deviations_of(endpoint)).send("POST", path, body)
