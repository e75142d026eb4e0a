"""Models: who can be asked, how to reach them, and what an answer costs.

Everything above speaks `ChatModel` and kernel messages; a provider's dialect ends here.
"""

from cadre.engine.models.errors import (
    ContextTooLong,
    ModelAuthFailed,
    ModelLimited,
    ModelRefused,
    ModelReplyBroken,
    ModelUnavailable,
    ProviderFromEnvironment,
    UnknownModel,
    UnknownProvider,
)
from cadre.engine.models.ports import ChatModel

__all__ = [
    "ChatModel",
    "ContextTooLong",
    "ModelAuthFailed",
    "ModelLimited",
    "ModelRefused",
    "ModelReplyBroken",
    "ModelUnavailable",
    "ProviderFromEnvironment",
    "UnknownModel",
    "UnknownProvider",
]
