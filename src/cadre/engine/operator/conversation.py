"""Conversation: the messages of a request, seen as turns of a person and what tools answered."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from cadre.kernel.messages import (
    AssistantMessage,
    Json,
    Message,
    TextPart,
    ToolCall,
    ToolMessage,
    UserMessage,
)


@dataclass(frozen=True, slots=True)
class Result:
    """A call that was made, and what its tool answered."""

    name: str
    arguments: dict[str, Json]
    text: str
    is_error: bool


@dataclass
class Turn:
    """What a person said and what was done about it; `answer` is empty while it is under way."""

    text: str
    results: list[Result] = field(default_factory=list[Result])
    answer: str = ""


def read_turns(messages: Sequence[Message]) -> list[Turn]:
    """Return the turns, oldest first. Tool results without their call are left out."""
    turns: list[Turn] = []
    calls: dict[str, ToolCall] = {}
    for message in messages:
        if isinstance(message, UserMessage):
            turns.append(Turn(_text(message)))
        elif not turns:
            continue
        elif isinstance(message, AssistantMessage):
            calls |= {call.id: call for call in message.calls}
            if not message.calls:
                turns[-1].answer = message.text
        elif isinstance(message, ToolMessage):
            _add_result(turns[-1], calls.get(message.call_id), message)
    return turns


def count_calls(messages: Sequence[Message]) -> int:
    return sum(len(m.calls) for m in messages if isinstance(m, AssistantMessage))


def _text(message: UserMessage) -> str:
    return "\n".join(part.text for part in message.parts if isinstance(part, TextPart))


def _add_result(turn: Turn, call: ToolCall | None, message: ToolMessage) -> None:
    if call is None:
        return
    try:
        arguments = json.loads(call.arguments)
    except ValueError:
        arguments = {}
    if not isinstance(arguments, dict):
        arguments = {}
    turn.results.append(Result(message.name, arguments, message.text, message.is_error))
