"""Transcripts: what was said in a run, read back from its journal.

Each model step's input holds the messages that were new to the model (`new`), and its output
the reply; put together in order they are the turn. No other copy exists.
"""

from collections.abc import Sequence

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from cadre.engine.runs import RunEvent
from cadre.engine.tools import FileRef
from cadre.kernel.messages import (
    AssistantMessage,
    DocumentPart,
    ImagePart,
    Json,
    Message,
    ModelReply,
    Part,
    TextPart,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from cadre.kernel.values import is_object

_messages: TypeAdapter[list[Message]] = TypeAdapter(list[Message])
# What all providers take in; a larger one is looked at with tools.
_PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
_PDF = "application/pdf"
_MOST_SHOWN = 20
_MOST_SHOWN_BYTES = 4_000_000
_UNFINISHED = "The run ended before this call was finished."


class AgentInput(BaseModel):
    """What a person hands to an agent. A file is a path in the workspace, or brings its blob."""

    text: str = Field(max_length=1_000_000)
    files: list[str | FileRef] = Field(default_factory=list[str | FileRef], max_length=200)


class AgentOutput(BaseModel):
    """What comes back: markdown, and the files that tools made on the way."""

    text: str
    files: list[FileRef] = Field(default_factory=list[FileRef])


def user_message(text: str, files: Sequence[FileRef]) -> UserMessage:
    """A person's message; files are named in a part of their own, after the text.

    Pictures and PDFs are shown besides, to models that can take them in.
    """
    parts: list[Part] = [TextPart(text=text)]
    if files:
        named = ", ".join(f"{file.path} ({file.size} bytes)" for file in files)
        parts.append(TextPart(text=f"Attached files: {named}"))
    shown = [part for file in files if (part := _shown(file)) is not None]
    return UserMessage(parts=[*parts, *shown[:_MOST_SHOWN]])


def _shown(file: FileRef) -> Part | None:
    if file.blob is None or file.size > _MOST_SHOWN_BYTES:
        return None
    if file.media_type in _PICTURES:
        return ImagePart(blob=file.blob, media_type=file.media_type, is_optional=True)
    if file.media_type == _PDF:
        name = file.path.rpartition("/")[2]
        return DocumentPart(blob=file.blob, media_type=file.media_type, name=name, is_optional=True)
    return None


def read_transcript(events: Sequence[RunEvent], fallback: Json) -> list[Message]:
    """The messages of one run, whole rounds only; `fallback` is the run's input.

    A run that never reached its model still leaves what the person said.
    """
    said: list[Message] = []
    for event in events:
        data: Json = event.data
        is_model = event.type in {"step.finished", "step.failed"} and is_object(data)
        if is_model and data.get("kind") == "model" and is_object(data.get("input")):
            said += _messages.validate_python(data["input"].get("new") or [])
            if event.type == "step.finished":
                said.append(ModelReply.model_validate(data["output"]).message)
    return _closed(said) if said else _only_input(fallback)


def is_tainted(events: Sequence[RunEvent]) -> bool:
    """Whether the run saw content from outside."""
    outputs = (event.data.get("output") for event in events if event.type == "step.finished")
    return any(is_object(output) and output.get("tainted") is True for output in outputs)


def _closed(said: list[Message]) -> list[Message]:
    """Give every call an answer: providers refuse a history with open ones."""
    closed: list[Message] = []
    open_calls: list[ToolCall] = []
    for message in said:
        if isinstance(message, ToolMessage):
            open_calls = [call for call in open_calls if call.id != message.call_id]
        else:
            closed += map(_unfinished, open_calls)
            open_calls = list(message.calls) if isinstance(message, AssistantMessage) else []
        closed.append(message)
    return [*closed, *map(_unfinished, open_calls)]


def _unfinished(call: ToolCall) -> ToolMessage:
    return ToolMessage(call_id=call.id, name=call.name, text=_UNFINISHED, is_error=True)


def _only_input(given: Json) -> list[Message]:
    try:
        return [UserMessage(parts=[TextPart(text=AgentInput.model_validate(given).text)])]
    except ValidationError:
        return []
