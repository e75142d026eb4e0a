"""Conversation: the messages of a request, seen as turns of a person and what tools answered."""

import json
import re
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
from cadre.kernel.values import is_object

_ATTACHED = "Attached files: "
_FILE = re.compile(r"([^,]+?) \(\d+ bytes\)(?:, |$)")


@dataclass(frozen=True, slots=True)
class Result:
    """A call that was made, and what its tool answered."""

    name: str
    arguments: dict[str, Json]
    text: str
    is_error: bool


@dataclass
class Turn:
    """What a person said, the files that came with it, and what tools answered since."""

    text: str
    attached: tuple[str, ...] = ()
    results: list[Result] = field(default_factory=list[Result])


def read_turns(messages: Sequence[Message]) -> list[Turn]:
    """Return the turns, oldest first. Tool results without their call are left out."""
    turns: list[Turn] = []
    calls: dict[str, ToolCall] = {}
    for message in messages:
        if isinstance(message, UserMessage):
            turns.append(_turn(message))
        elif not turns:
            continue
        elif isinstance(message, AssistantMessage):
            calls |= {call.id: call for call in message.calls}
        elif isinstance(message, ToolMessage):
            _add_result(turns[-1], calls.get(message.call_id), message)
    return turns


def count_calls(messages: Sequence[Message]) -> int:
    return sum(len(m.calls) for m in messages if isinstance(m, AssistantMessage))


def _turn(message: UserMessage) -> Turn:
    """The agent names attached files in a part of their own, after the text."""
    texts = [part.text for part in message.parts if isinstance(part, TextPart)]
    attached = [text for text in texts[1:] if text.startswith(_ATTACHED)]
    said = "\n".join(text for text in texts if text not in attached)
    paths = [path for text in attached for path in _FILE.findall(text.removeprefix(_ATTACHED))]
    return Turn(said, tuple(paths))


def _add_result(turn: Turn, call: ToolCall | None, message: ToolMessage) -> None:
    if call is None:
        return
    try:
        given: Json = json.loads(call.arguments)
    except ValueError:
        given = None
    arguments = given if is_object(given) else {}
    turn.results.append(Result(message.name, arguments, message.text, message.is_error))
