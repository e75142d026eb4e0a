"""How Anthropic is asked: headers, and the version of the words."""

from cadre.engine.models.endpoints import Endpoint, Patience
from cadre.engine.models.wires.anthropic.errors import error_of_status
from cadre.engine.models.wires.exchange import Exchange
from cadre.infra.http_client import HttpClient

VERSION = "2026-10-21"
# The last version of the API in which a request may say `temperature` or `top_p`.
SAMPLING_VERSION = "2023-06-01"


def exchange_with(
    http: HttpClient, endpoint: Endpoint, patience: Patience | None, version: str = VERSION
) -> Exchange:
    headers = {"Content-Type": "application/json", "anthropic-version": version}
    if endpoint.key:
        headers["x-api-key"] = endpoint.key
    return Exchange(http, endpoint, headers=headers, explain=error_of_status, patience=patience)
