"""Passing: a provider's own answer to a body in its own words, for a door that speaks them too."""

from contextlib import AbstractAsyncContextManager

from cadre.engine.models.endpoints import Endpoint, Patience, Wire
from cadre.engine.models.providers import deviations_of
from cadre.engine.models.wires.anthropic import passed
from cadre.engine.models.wires.openai import Upstream
from cadre.infra.http_client import HttpClient, HttpStream


def speaks(endpoint: Endpoint, model: str, wire: Wire) -> bool:
    """Whether a chat in the words of `wire` may go to `model` as it is."""
    if endpoint.wire != wire:
        return False
    return wire != "openai" or deviations_of(endpoint).of(model).speaks == "chat"


def upstream(
    http: HttpClient, endpoint: Endpoint, path: str, body: bytes, patience: Patience
) -> AbstractAsyncContextManager[HttpStream]:
    """The answer of status 200, or what any other one means. Leaving closes the connection."""
    if endpoint.wire == "anthropic":
        return passed(http, endpoint, path, body, patience)
    return Upstream(http, endpoint, patience, deviations_of(endpoint)).send("POST", path, body)
