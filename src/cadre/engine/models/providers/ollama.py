"""Ollama: models on one's own machine, found by asking for what is installed.

Its OpenAI words pass over a forced tool and a limit of calls in silence, so these are
refused here. OLLAMA_HOST is written as Ollama itself reads it: `0.0.0.0:11434`, a bare name, a URL.
"""

import ipaddress
from dataclasses import replace
from urllib.parse import urlsplit

from cadre.engine.models.endpoints import Endpoint
from cadre.engine.models.providers.known import KnownProvider
from cadre.engine.models.wires.openai import Deviations, efforts

PORT = 11434
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # read, never bound to
_SCHEME_PORTS = {"http": 80, "https": 443}


def url_of(host: str) -> str:
    """The base URL that OLLAMA_HOST means; `ValueError` if it means none."""
    value = host.strip().strip("\"'").strip()
    scheme, separator, rest = value.rpartition("://")
    if not separator:
        scheme = "http"
    if scheme not in _SCHEME_PORTS:
        raise ValueError("only http and https are known")
    default_port = _SCHEME_PORTS[scheme] if separator else PORT
    place, _, path = rest.partition("/")
    name, port = _name_and_port(place, default_port)
    prefix = f"/{path.strip('/')}" if path.strip("/") else ""
    return f"{scheme}://{name}:{port}{prefix.removesuffix('/v1')}/v1"


def root(endpoint: Endpoint) -> Endpoint:
    """Ollama's own words live beside `/v1`, not below it."""
    return replace(endpoint, base_url=endpoint.base_url.rstrip("/").removesuffix("/v1"))


def _name_and_port(place: str, default_port: int) -> tuple[str, int]:
    bare = place.strip("[]")
    if _is_ipv6(bare):
        return f"[{_ANY_ADDRESS.get(bare, bare)}]", default_port
    split = urlsplit(f"//{place}")
    if split.username is not None:
        raise ValueError("a name and a password have no place in it")
    name = split.hostname or "127.0.0.1"
    port = default_port if split.port is None else split.port
    if port == 0 or any(sign.isspace() for sign in name):
        raise ValueError("that is no host and port")
    name = _ANY_ADDRESS.get(name, name)
    return (f"[{name}]" if _is_ipv6(name) else name), port


def _is_ipv6(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 6
    except ValueError:
        return False


OLLAMA = KnownProvider(
    name="ollama",
    title="Ollama",
    wire="openai",
    base_url=f"http://127.0.0.1:{PORT}/v1",
    key_variable="OLLAMA_API_KEY",
    url_variable="OLLAMA_HOST",
    docs="https://docs.ollama.com/api/openai-compatibility",
    needs_key=False,
    is_local=True,
    url_of=url_of,
    models_path="api/tags",
    deviations=Deviations(
        refuses=frozenset({"required_tool", "named_tool", "parallel_calls", "documents", "audio"}),
        leaves_out=frozenset({"parallel_calls"}),
        efforts=efforts(none="none", minimal="low", low="low", medium="medium", high="high"),
    ),
)
