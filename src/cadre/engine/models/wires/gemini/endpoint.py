"""Where and how Gemini is asked."""

from urllib.parse import quote

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.wires.exchange import Exchange, base_url
from cadre.engine.models.wires.gemini.errors import error_of_status
from cadre.infra.http_client import HttpClient

PREFIX = "models/"


def models_url(endpoint: Endpoint) -> str:
    return f"{base_url(endpoint, 'v1beta')}/v1beta/models"


def method_url(endpoint: Endpoint, model: str, method: str) -> str:
    name = quote(model.removeprefix(PREFIX), safe="")
    return f"{models_url(endpoint)}/{name}:{method}"


def exchange_with(http: HttpClient, endpoint: Endpoint, patience: Patience | None) -> Exchange:
    headers = {"Content-Type": "application/json"}
    if endpoint.key:
        headers["x-goog-api-key"] = endpoint.key
    return Exchange(http, endpoint, headers=headers, explain=error_of_status, patience=patience)
