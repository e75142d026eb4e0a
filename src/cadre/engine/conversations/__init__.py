"""Conversations: people and an agent, turn by turn, with the files they share."""

from cadre.engine.conversations.agent_models import PREFIX, AgentModels, is_agent
from cadre.engine.conversations.errors import (
    BadUpload,
    ConversationNotFound,
    KeyReused,
)
from cadre.engine.conversations.files import Files
from cadre.engine.conversations.names import NamedModel, Names
from cadre.engine.conversations.ownership import MadeThings
from cadre.engine.conversations.personal import ConversationsPersonal, runs_of
from cadre.engine.conversations.retention import ConversationsRetained
from cadre.engine.conversations.schemas import (
    Conversation,
    ConversationInput,
    Exchange,
    MessageInput,
    RunInput,
    Said,
)
from cadre.engine.conversations.service import Conversations

__all__ = [
    "PREFIX",
    "AgentModels",
    "BadUpload",
    "Conversation",
    "ConversationInput",
    "ConversationNotFound",
    "Conversations",
    "ConversationsPersonal",
    "ConversationsRetained",
    "Exchange",
    "Files",
    "KeyReused",
    "MadeThings",
    "MessageInput",
    "NamedModel",
    "Names",
    "RunInput",
    "Said",
    "is_agent",
    "runs_of",
]
