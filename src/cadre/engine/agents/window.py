"""The window: what of a conversation is shown to the model when it can't be shown everything.

Old tool output is compressed first, then whole old turns go, then old rounds of this turn.
What was left out is counted, journaled with the model's step and told to the model.
Tokens are estimated as a quarter of the UTF-8 bytes: close for prose and code, high for
other scripts, and the same on every machine, so a recovery cuts at the same place.
"""

from dataclasses import dataclass, field

from pydantic import BaseModel

from cadre.engine.models import ContextTooLong
from cadre.kernel.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    TextPart,
    ToolMessage,
    UserMessage,
)

_BYTES_PER_TOKEN = 4
_MESSAGE_TOKENS = 4
_IMAGE_TOKENS = 1000
_HEAD, _TAIL = 400, 200


class LeftOut(BaseModel):
    """What of the conversation the model was not shown. Tokens are estimates."""

    turns: int = 0
    rounds: int = 0
    tool_outputs_compressed: int = 0
    tokens_before: int = 0
    tokens_after: int = 0

    def sentence(self) -> str:
        """For the model and for whoever watches."""
        parts = [
            f"{number} {what}"
            for number, what in (
                (self.turns, "earlier turns"),
                (self.rounds, "earlier rounds of tool calls"),
            )
            if number
        ]
        if self.tool_outputs_compressed:
            parts.append(f"the middle of {self.tool_outputs_compressed} earlier tool outputs")
        return f"Left out for lack of room: {', '.join(parts)}."


def tokens_of(message: Message) -> int:
    """The estimate for one message."""
    match message:
        case SystemMessage() | ToolMessage():
            return _estimate(message.text) + _MESSAGE_TOKENS
        case AssistantMessage():
            calls = sum(_estimate(call.name) + _estimate(call.arguments) for call in message.calls)
            return _estimate(message.text) + calls + _MESSAGE_TOKENS
        case UserMessage():
            parts = (
                _estimate(part.text) if isinstance(part, TextPart) else _IMAGE_TOKENS
                for part in message.parts
            )
            return sum(parts) + _MESSAGE_TOKENS


def total_tokens(messages: list[Message]) -> int:
    return sum(map(tokens_of, messages))


def fit(messages: list[Message], *, max_tokens: int) -> tuple[list[Message], LeftOut | None]:
    """Return what fits into `max_tokens` and what was left out, or raise `ContextTooLong`.

    `messages` begin with a user's; the last user's message and what follows it stay longest.
    """
    before = total_tokens(messages)
    if before <= max_tokens:
        return messages, None
    cut = _Cut(_turns(messages), max_tokens)
    cut.compress_tool_outputs()
    cut.drop_turns()
    cut.drop_rounds()
    if not cut.fits:
        raise ContextTooLong(
            f"This turn alone needs about {cut.tokens} tokens and the agent's context has room "
            f"for {max_tokens}. Raise context.max_tokens or ask for less at once."
        )
    cut.left_out.tokens_before = before
    cut.left_out.tokens_after = cut.tokens
    return [message for turn in cut.turns for message in turn], cut.left_out


@dataclass
class _Cut:
    turns: list[list[Message]]
    max_tokens: int
    left_out: LeftOut = field(default_factory=LeftOut)

    def __post_init__(self) -> None:
        self.tokens = sum(total_tokens(turn) for turn in self.turns)

    @property
    def fits(self) -> bool:
        return self.tokens <= self.max_tokens

    def compress_tool_outputs(self) -> None:
        """Oldest first; those of the last round stay whole until nothing else helps."""
        for turn in self.turns:
            is_last = turn is self.turns[-1]
            last_round = _start_of_last_round(turn) if is_last else len(turn)
            for place, message in enumerate(turn[:last_round]):
                if self.fits:
                    return
                if isinstance(message, ToolMessage):
                    self._replace(turn, place, _compressed(message))

    def drop_turns(self) -> None:
        while not self.fits and len(self.turns) > 1:
            self.tokens -= total_tokens(self.turns.pop(0))
            self.left_out.turns += 1

    def drop_rounds(self) -> None:
        """Drop calls with their answers together: a model refuses one without the other."""
        turn = self.turns[0]
        while not self.fits and _start_of_last_round(turn) > 1:
            end = next(
                place for place in range(2, len(turn)) if isinstance(turn[place], AssistantMessage)
            )
            self.tokens -= total_tokens(turn[1:end])
            del turn[1:end]
            self.left_out.rounds += 1
        for place, message in enumerate(turn):
            if not self.fits and isinstance(message, ToolMessage):
                self._replace(turn, place, _compressed(message))

    def _replace(self, turn: list[Message], place: int, smaller: Message) -> None:
        saved = tokens_of(turn[place]) - tokens_of(smaller)
        if saved > 0:
            turn[place] = smaller
            self.tokens -= saved
            self.left_out.tool_outputs_compressed += 1


def _turns(messages: list[Message]) -> list[list[Message]]:
    turns: list[list[Message]] = []
    for message in messages:
        if isinstance(message, UserMessage) or not turns:
            turns.append([])
        turns[-1].append(message)
    return turns


def _start_of_last_round(turn: list[Message]) -> int:
    places = [place for place, message in enumerate(turn) if isinstance(message, AssistantMessage)]
    return places[-1] if places else len(turn)


def _compressed(message: ToolMessage) -> ToolMessage:
    text = message.text
    if len(text) <= _HEAD + _TAIL + 100:
        return message
    gone = len(text) - _HEAD - _TAIL
    short = f"{text[:_HEAD]}\n[... {gone} characters left out ...]\n{text[-_TAIL:]}"
    return message.model_copy(update={"text": short})


def _estimate(text: str) -> int:
    return -(-len(text.encode("utf-8", "replace")) // _BYTES_PER_TOKEN)
