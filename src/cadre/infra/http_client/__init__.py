"""HTTP client: the only way out of the process. It never reaches a private address unasked."""

from cadre.infra.http_client.addresses import host_and_port, is_public
from cadre.infra.http_client.client import HttpClient, HttpLimits
from cadre.infra.http_client.errors import (
    AddressNotAllowed,
    BadUrl,
    HttpTimedOut,
    HttpUnreachable,
    ResponseTooLarge,
    TooManyRedirects,
)
from cadre.infra.http_client.stream import HttpResponse, HttpStream

__all__ = [
    "AddressNotAllowed",
    "BadUrl",
    "HttpClient",
    "HttpLimits",
    "HttpResponse",
    "HttpStream",
    "HttpTimedOut",
    "HttpUnreachable",
    "ResponseTooLarge",
    "TooManyRedirects",
    "host_and_port",
    "is_public",
]
