"""Conversations and messages as they are shown and sent."""

from pydantic import BaseModel, ConfigDict, Field

from cadre.engine.runs import Run
from cadre.engine.tools import FileRef
from cadre.kernel.ids import ConversationId

DEFAULT_AGENT = "assistant"
TITLE_CHARACTERS = 200
MESSAGE_CHARACTERS = 1_000_000


class Conversation(BaseModel):
    """`last_status` is the status of its newest run; None before the first message."""

    id: ConversationId
    title: str
    agent: str
    created_at: float
    updated_at: float
    last_status: str | None = None


class ConversationInput(BaseModel):
    """A new conversation; without a title the first message gives it one."""

    model_config = ConfigDict(extra="forbid")

    agent: str = Field(default=DEFAULT_AGENT, max_length=100)
    title: str = Field(default="", max_length=TITLE_CHARACTERS)


class ConversationPatch(BaseModel):
    """A new title."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=TITLE_CHARACTERS)


class MessageInput(BaseModel):
    """A message; `files` are paths in the conversation's workspace."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=MESSAGE_CHARACTERS)
    files: list[str] = Field(default_factory=list[str], max_length=200)
    agent: str | None = Field(default=None, max_length=100)


class RunInput(BaseModel):
    """A run of an agent, in a conversation (`session_id`) or on its own."""

    model_config = ConfigDict(extra="forbid")

    agent: str = Field(default=DEFAULT_AGENT, max_length=100)
    text: str = Field(min_length=1, max_length=MESSAGE_CHARACTERS)
    files: list[str] = Field(default_factory=list[str], max_length=200)
    session_id: str | None = Field(default=None, max_length=200)


class SteeringInput(BaseModel):
    """Something said to a run that is at work."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=MESSAGE_CHARACTERS)


class Said(BaseModel):
    """One side of an exchange."""

    text: str
    files: list[FileRef] = Field(default_factory=list[FileRef])


class Exchange(BaseModel):
    """One message and what became of it: one run."""

    run: Run
    user: Said
    assistant: Said | None


class Accepted(BaseModel):
    """Whether a steering message was new and the run still at work."""

    accepted: bool
