"""Providers: what is known of each, one small file apiece, and the right adapter for it.

A provider that is not known here is a compatible server; nothing else has to be told.
"""

from cadre.engine.models.providers.discovery import installed_models, tells_installed
from cadre.engine.models.providers.environment import (
    BadVariable,
    ProviderFromVariables,
    from_environment,
)
from cadre.engine.models.providers.factory import (
    chat_model,
    deviations_of,
    embedder,
    model_names,
    speaker,
    transcriber,
)
from cadre.engine.models.providers.known import KnownProvider
from cadre.engine.models.providers.registry import KNOWN, provider_of

__all__ = [
    "KNOWN",
    "BadVariable",
    "KnownProvider",
    "ProviderFromVariables",
    "chat_model",
    "deviations_of",
    "embedder",
    "from_environment",
    "installed_models",
    "model_names",
    "provider_of",
    "speaker",
    "tells_installed",
    "transcriber",
]
