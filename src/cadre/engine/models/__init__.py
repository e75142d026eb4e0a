"""Models: who can be asked, how to reach them, and what an answer costs.

Everything above speaks `ChatModel` and kernel messages; a provider's dialect ends here.
"""

from cadre.engine.models.errors import (
    ContextTooLong,
    ModelAuthFailed,
    ModelLimited,
    ModelOutOfCredit,
    ModelRefused,
    ModelReplyBroken,
    ModelUnavailable,
    ProviderFromEnvironment,
    UnknownModel,
    UnknownProvider,
)
from cadre.engine.models.openai_compatible import (
    Endpoint,
    OpenAICompatible,
    Patience,
    model_names,
)
from cadre.engine.models.ports import ChatModel
from cadre.engine.models.prices import Price
from cadre.engine.models.schemas import ModelInfo, ModelList, Provider, ProviderCheck, ProviderInput
from cadre.engine.models.service import OPENAI_URL, EnvironmentProvider, Models

__all__ = [
    "OPENAI_URL",
    "ChatModel",
    "ContextTooLong",
    "Endpoint",
    "EnvironmentProvider",
    "ModelAuthFailed",
    "ModelInfo",
    "ModelLimited",
    "ModelList",
    "ModelOutOfCredit",
    "ModelRefused",
    "ModelReplyBroken",
    "ModelUnavailable",
    "Models",
    "OpenAICompatible",
    "Patience",
    "Price",
    "Provider",
    "ProviderCheck",
    "ProviderFromEnvironment",
    "ProviderInput",
    "UnknownModel",
    "UnknownProvider",
    "model_names",
]
