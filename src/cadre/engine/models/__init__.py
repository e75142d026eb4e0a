"""Models: who can be asked, how to reach them, and what an answer costs.

Everything above speaks `Models` and kernel messages; a provider's dialect ends here.
"""

from cadre.engine.models.advice import Advisor
from cadre.engine.models.calling import (
    AnswerCache,
    Breakers,
    Health,
    HealthJobs,
    HealthReports,
    Prober,
    ProbeSettings,
    Retries,
    Tally,
)
from cadre.engine.models.card import Kind, ModelCard
from cadre.engine.models.catalog import Catalog
from cadre.engine.models.connections import Connections, EnvironmentProvider
from cadre.engine.models.endpoints import Endpoint, Patience
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
from cadre.engine.models.listing import Listing
from cadre.engine.models.options import call_options
from cadre.engine.models.past import PastCalls
from cadre.engine.models.personal import PERSONAL
from cadre.engine.models.planning import Planner
from cadre.engine.models.ports import ChatModel, Embeddings, Passing, Speech, Transcript
from cadre.engine.models.prices import Price
from cadre.engine.models.probing import Probing
from cadre.engine.models.providers import (
    KNOWN,
    from_environment,
    installed_models,
    model_names,
    tells_installed,
)
from cadre.engine.models.retention import RETAINED
from cadre.engine.models.revisions import RevisionStore
from cadre.engine.models.routing import Ask, Routing
from cadre.engine.models.schemas import ModelInfo, ModelList, Provider, ProviderCheck, ProviderInput
from cadre.engine.models.service import Experience, Ledger, Models
from cadre.engine.models.targets import Call, CallOptions, Target, Wording
from cadre.engine.models.views import Views
from cadre.engine.models.wires.events import EventCutter, data_of
from cadre.engine.models.wires.openai import OpenAICompatible
from cadre.engine.models.wires.order import OneCallAtATime

__all__ = [
    "KNOWN",
    "PERSONAL",
    "RETAINED",
    "Advisor",
    "AnswerCache",
    "Ask",
    "Breakers",
    "Call",
    "CallOptions",
    "Catalog",
    "ChatModel",
    "Connections",
    "ContextTooLong",
    "Embeddings",
    "Endpoint",
    "EnvironmentProvider",
    "EventCutter",
    "Experience",
    "Health",
    "HealthJobs",
    "HealthReports",
    "Kind",
    "Ledger",
    "Listing",
    "ModelAuthFailed",
    "ModelCard",
    "ModelInfo",
    "ModelLimited",
    "ModelList",
    "ModelOutOfCredit",
    "ModelRefused",
    "ModelReplyBroken",
    "ModelUnavailable",
    "Models",
    "OneCallAtATime",
    "OpenAICompatible",
    "Passing",
    "PastCalls",
    "Patience",
    "Planner",
    "Price",
    "ProbeSettings",
    "Prober",
    "Probing",
    "Provider",
    "ProviderCheck",
    "ProviderFromEnvironment",
    "ProviderInput",
    "Retries",
    "RevisionStore",
    "Routing",
    "Speech",
    "Tally",
    "Target",
    "Transcript",
    "UnknownModel",
    "UnknownProvider",
    "Views",
    "Wording",
    "call_options",
    "data_of",
    "from_environment",
    "installed_models",
    "model_names",
    "tells_installed",
]
