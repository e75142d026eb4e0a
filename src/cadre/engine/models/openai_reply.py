"""OpenAI's words as ours: chunks of a streamed chat completion become one reply.

Servers that call themselves compatible differ: the index of a call may be missing or
always 0, ids may be missing, reasoning has two names, usage may never come.
"""

from dataclasses import dataclass, field

from cadre.engine.models.errors import ModelReplyBroken
from cadre.kernel.ids import new_id
from cadre.kernel.messages import (
    AssistantMessage,
    CallDelta,
    Delta,
    Json,
    ModelReply,
    ReasoningDelta,
    StopReason,
    TextDelta,
    ToolCall,
    Usage,
)

REPLY_CHARACTERS = 4_000_000
REPLY_CALLS = 128

_NONE: list[Json] = []
_NOTHING: dict[str, Json] = {}
_STOPS: dict[str, StopReason] = {
    "stop": "end",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "length": "length",
    "content_filter": "refused",
}


@dataclass
class _Call:
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list[str])


class ReplyBuilder:
    """Takes chunks, gives deltas, and holds the whole answer in the end."""

    def __init__(self) -> None:
        self.usage: Usage | None = None
        self.model = ""
        self.is_finished = False
        self._stop: StopReason = "end"
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: list[_Call] = []
        self._slots: dict[int, int] = {}
        self._size = 0

    def take(self, chunk: dict[str, Json]) -> list[Delta]:
        """Add one chunk; return what is new in it. Raises `ModelReplyBroken` on nonsense."""
        try:
            return self._read(chunk)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ModelReplyBroken(
                "The model server sent a chunk that is not a chat completion's: "
                f"{str(chunk)[:200]}. Check that it speaks OpenAI's chat completions."
            ) from error

    def finish(self, model: str) -> ModelReply:
        """Return the whole answer of `model` as it is so far."""
        calls = [
            ToolCall(id=call.id, name=call.name, arguments="".join(call.arguments) or "{}")
            for call in self._calls
        ]
        stop = "tool_calls" if calls and self._stop == "end" else self._stop
        message = AssistantMessage(
            text="".join(self._text), reasoning="".join(self._reasoning), calls=calls
        )
        return ModelReply(message=message, usage=self.usage or Usage(), stop=stop, model=model)

    def _read(self, chunk: dict[str, Json]) -> list[Delta]:
        self.model = chunk.get("model") or self.model
        if usage := chunk.get("usage"):
            self.usage = read_usage(usage)
        deltas: list[Delta] = []
        for choice in chunk.get("choices") or _NONE:
            if choice.get("index", 0) == 0:
                deltas += self._read_delta(choice.get("delta") or _NOTHING)
                self._read_stop(choice.get("finish_reason"))
        return deltas

    def _read_stop(self, reason: Json) -> None:
        if reason:
            self.is_finished = True
            self._stop = _STOPS.get(str(reason), "end")

    def _read_delta(self, delta: dict[str, Json]) -> list[Delta]:
        deltas: list[Delta] = []
        if reasoning := delta.get("reasoning_content") or delta.get("reasoning"):
            self._reasoning.append(self._counted(reasoning))
            deltas.append(ReasoningDelta(text=reasoning))
        if text := delta.get("content") or delta.get("refusal"):
            self._text.append(self._counted(text))
            deltas.append(TextDelta(text=text))
        for part in delta.get("tool_calls") or _NONE:
            deltas.append(self._read_call(part))
        return deltas

    def _read_call(self, part: dict[str, Json]) -> CallDelta:
        function = part.get("function") or _NOTHING
        call_id, name = part.get("id") or "", function.get("name") or ""
        number = self._slot(part.get("index"), call_id, name)
        call = self._calls[number]
        starts = not call.id
        call.id = call.id or call_id or new_id("call")
        new_name = name if name and not call.name else ""
        call.name = call.name or name
        arguments = self._counted(function.get("arguments") or "")
        call.arguments.append(arguments)
        return CallDelta(
            index=number, id=call.id if starts else "", name=new_name, arguments=arguments
        )

    def _slot(self, index: int | None, call_id: str, name: str) -> int:
        """Return which of our calls a piece belongs to; open a new one where it must be."""
        known = self._slots.get(index) if index is not None else len(self._calls) - 1
        if known is not None and known >= 0:
            call = self._calls[known]
            is_another = bool(name) and bool(call_id) and call_id != call.id
            if not is_another and not (index is None and name):
                return known
        if len(self._calls) >= REPLY_CALLS:
            raise ModelReplyBroken(f"The model asked for more than {REPLY_CALLS} calls at once.")
        self._calls.append(_Call())
        if index is not None:
            self._slots[index] = len(self._calls) - 1
        return len(self._calls) - 1

    def _counted(self, text: str) -> str:
        self._size += len(text)
        if self._size > REPLY_CHARACTERS:
            raise ModelReplyBroken(
                f"The model's answer has more than {REPLY_CHARACTERS} characters. "
                "Set a smaller limit of tokens."
            )
        return text


def read_usage(usage: dict[str, Json]) -> Usage:
    """Return OpenAI's `usage` object as ours, without a cost."""
    input_details = usage.get("prompt_tokens_details") or _NOTHING
    output_details = usage.get("completion_tokens_details") or _NOTHING
    return Usage(
        input_tokens=usage.get("prompt_tokens") or 0,
        cached_tokens=input_details.get("cached_tokens") or 0,
        output_tokens=usage.get("completion_tokens") or 0,
        reasoning_tokens=output_details.get("reasoning_tokens") or 0,
    )
