"""OpenAI's words as ours: chunks of a streamed chat completion become one reply.

Servers that call themselves compatible differ: the index of a call may be missing or
always 0, ids may be missing, reasoning has several names, usage may never come.
"""

from dataclasses import dataclass, field

import orjson

from cadre.engine.models.errors import ModelReplyBroken
from cadre.engine.models.wires.openai.citations import CitationList
from cadre.engine.models.wires.openai.thinking import ThinkingSplitter
from cadre.engine.models.wires.openai.usage import find_usage
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
from cadre.kernel.values import is_object

REPLY_CHARACTERS = 4_000_000
REPLY_CALLS = 128

_NONE: list[Json] = []
_NOTHING: dict[str, Json] = {}
_STOPS: dict[str, StopReason] = {
    "stop": "end",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "length": "length",
    "max_tokens": "length",
    "content_filter": "refused",
    "sensitive": "refused",
}


@dataclass
class _Call:
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list[str])


class ReplyBuilder:
    """Takes chunks, gives deltas, and holds the whole answer in the end."""

    def __init__(self, *, inlines_thinking: bool = False) -> None:
        """With `inlines_thinking`, an answer may begin with reasoning in <think> tags."""
        self.usage: dict[str, Json] | None = None
        self.model = ""
        self.is_finished = False
        self._stop: StopReason = "end"
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: list[_Call] = []
        self._slots: dict[int, int] = {}
        self._citations = CitationList()
        self._splitter = ThinkingSplitter() if inlines_thinking else None
        self._size = 0

    def take(self, chunk: dict[str, Json]) -> list[Delta]:
        """Add one chunk, or an answer in one piece; return what is new in it.

        Raises `ModelReplyBroken` on nonsense.
        """
        try:
            return self._read(chunk)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ModelReplyBroken(
                "The model server sent a chunk that is not a chat completion's: "
                f"{str(chunk)[:200]}. Check that it speaks OpenAI's chat completions."
            ) from error

    def close(self) -> list[Delta]:
        """Return what was held back until it was clear what it is."""
        thought, text = self._splitter.close() if self._splitter else ("", "")
        return [*self._add_reasoning(thought), *self._add_text(text)]

    def finish(self, model: str, usage: Usage) -> ModelReply:
        """Return the whole answer of `model` as it is so far."""
        calls = [
            ToolCall(id=call.id, name=call.name, arguments="".join(call.arguments) or "{}")
            for call in self._calls
        ]
        stop = "tool_calls" if calls and self._stop == "end" else self._stop
        message = AssistantMessage(
            text="".join(self._text),
            reasoning="".join(self._reasoning),
            calls=calls,
            citations=self._citations.all(),
        )
        return ModelReply(message=message, usage=usage, stop=stop, model=model)

    def _read(self, chunk: dict[str, Json]) -> list[Delta]:
        self.model = chunk.get("model") or self.model
        self.usage = find_usage(chunk) or self.usage
        self._citations.take_chunk(chunk)
        deltas: list[Delta] = []
        for choice in chunk.get("choices") or _NONE:
            if choice.get("index", 0) == 0:
                said = choice["delta"] if "delta" in choice else choice.get("message")
                deltas += self._read_delta(said or _NOTHING)
                self._read_stop(choice.get("finish_reason"))
        return deltas

    def _read_stop(self, reason: Json) -> None:
        if reason:
            self.is_finished = True
            if self._stop != "refused":
                self._stop = _STOPS.get(str(reason), "end")

    def _read_delta(self, delta: dict[str, Json]) -> list[Delta]:
        thought, text = _content(delta.get("content"))
        thought += _first_text(delta.get("reasoning_content"), delta.get("reasoning"))
        deltas = self._add_reasoning(thought)
        if text and self._splitter is not None:
            thought, text = self._splitter.feed(text)
            deltas += self._add_reasoning(thought)
        deltas += self._add_text(text)
        if refusal := delta.get("refusal"):
            self._stop = "refused"
            deltas += self._add_text(refusal)
        for part in delta.get("tool_calls") or _NONE:
            deltas.append(self._read_call(part))
        self._citations.take_delta(delta)
        return deltas

    def _add_reasoning(self, thought: str) -> list[Delta]:
        if not thought:
            return []
        self._reasoning.append(self._counted(thought))
        return [ReasoningDelta(text=thought)]

    def _add_text(self, text: str) -> list[Delta]:
        if not text:
            return []
        self._text.append(self._counted(text))
        return [TextDelta(text=text)]

    def _read_call(self, part: dict[str, Json]) -> CallDelta:
        function = part.get("function") or _NOTHING
        call_id, name = part.get("id") or "", function.get("name") or ""
        number = self._slot(part.get("index"), call_id, name)
        call = self._calls[number]
        starts = not call.id
        call.id = call.id or call_id or new_id("call")
        new_name = name if name and not call.name else ""
        call.name = call.name or name
        arguments = self._counted(_arguments(function.get("arguments")))
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


def _content(content: Json) -> tuple[str, str]:
    """Reasoning and text of `content`, which is a text or, with some servers, typed parts."""
    if not content or isinstance(content, str):
        return "", content or ""
    thought = "".join(_content(p["thinking"])[1] for p in content if p.get("type") == "thinking")
    return thought, "".join(part["text"] for part in content if part.get("type") == "text")


def _first_text(*candidates: Json) -> str:
    return next((text for text in candidates if text and isinstance(text, str)), "")


def _arguments(arguments: Json) -> str:
    """Arguments are text; a server that sends the object itself means its JSON."""
    if is_object(arguments):
        return orjson.dumps(arguments).decode()
    return arguments or ""
