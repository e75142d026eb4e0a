"""The providers that cadre knows, and which of them an endpoint belongs to."""

from collections.abc import Mapping
from types import MappingProxyType

from cadre.engine.models.endpoints import Endpoint
from cadre.engine.models.providers.anthropic import ANTHROPIC
from cadre.engine.models.providers.compatible import COMPATIBLE
from cadre.engine.models.providers.dashscope import DASHSCOPE
from cadre.engine.models.providers.google import GOOGLE
from cadre.engine.models.providers.groq import GROQ
from cadre.engine.models.providers.known import KnownProvider
from cadre.engine.models.providers.moonshot import MOONSHOT
from cadre.engine.models.providers.ollama import OLLAMA
from cadre.engine.models.providers.openai import OPENAI
from cadre.engine.models.providers.perplexity import PERPLEXITY
from cadre.engine.models.providers.xai import XAI
from cadre.infra.http_client import host_and_port

_ALL = (
    OPENAI,
    ANTHROPIC,
    GOOGLE,
    GROQ,
    PERPLEXITY,
    XAI,
    MOONSHOT,
    DASHSCOPE,
    OLLAMA,
    COMPATIBLE,
)

KNOWN: Mapping[str, KnownProvider] = MappingProxyType({known.name: known for known in _ALL})
_BY_HOST = {host_and_port(known.base_url): known for known in _ALL if known is not COMPATIBLE}


def provider_of(endpoint: Endpoint) -> KnownProvider:
    """Known by its address, else by what it was said to be or its name; else any compatible server.

    The name "openai" at another address says nothing: it is what everybody calls a server
    that speaks OpenAI's words.
    """
    by_host = _BY_HOST.get(host_and_port(endpoint.base_url))
    if by_host is not None and by_host.wire == endpoint.wire:
        return by_host
    by_name = KNOWN.get(endpoint.kind or endpoint.provider, COMPATIBLE)
    return COMPATIBLE if by_name is OPENAI or by_name.wire != endpoint.wire else by_name
