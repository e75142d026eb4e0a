"""The events of OpenAI's Responses become one reply.

A server may leave out the deltas and say everything in the item or the response that ends;
what was not seen before is taken from there, and nothing is taken twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cadre.engine.models.errors import ModelReplyBroken
from cadre.engine.models.wires.openai.citations import CitationList
from cadre.engine.models.wires.openai.reply import REPLY_CALLS, REPLY_CHARACTERS
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

_NOTHING: dict[str, Json] = {}
_REASONING = {"response.reasoning_text.delta", "response.reasoning_summary_text.delta"}
_ENDS = {"response.completed", "response.incomplete"}


@dataclass
class _Call:
    id: str
    name: str
    arguments: list[str] = field(default_factory=list[str])


class ResponseBuilder:
    """Takes events, gives deltas, and holds the whole answer in the end."""

    def __init__(self) -> None:
        self.usage: dict[str, Json] | None = None
        self.model = ""
        self.is_finished = False
        self._stop: StopReason = "end"
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: list[_Call] = []
        self._slots: dict[str, int] = {}
        self._thoughts: dict[str, dict[str, Json]] = {}
        self._citations = CitationList()
        self._size = 0

    def take(self, event: dict[str, Json]) -> list[Delta]:
        """Add one event; return what is new in it. Raises `ModelReplyBroken` on nonsense."""
        try:
            return list(self._read(event))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ModelReplyBroken(
                "The model server sent an event that is not of OpenAI's Responses: "
                f"{str(event)[:200]}. Check that it speaks them."
            ) from error

    def take_whole(self, response: dict[str, Json]) -> list[Delta]:
        """Add an answer that came in one piece."""
        return self.take({"type": "response.completed", "response": response})

    def finish(self, provider: str, model: str, usage: Usage) -> ModelReply:
        """Return the whole answer as it is so far."""
        calls = [
            ToolCall(id=call.id, name=call.name, arguments="".join(call.arguments) or "{}")
            for call in self._calls
        ]
        thoughts = list(self._thoughts.values())
        message = AssistantMessage(
            text="".join(self._text),
            reasoning="".join(self._reasoning),
            calls=calls,
            citations=self._citations.all(),
            state={"provider": provider, "thoughts": thoughts} if thoughts else None,
        )
        stop = "tool_calls" if calls and self._stop == "end" else self._stop
        return ModelReply(
            message=message, usage=usage, stop=stop, model=f"{provider}:{self.model or model}"
        )

    def _read(self, event: dict[str, Json]) -> Iterator[Delta]:
        kind = str(event.get("type"))
        if kind == "response.output_text.delta":
            yield from self._add_text(event["delta"])
        elif kind == "response.refusal.delta":
            self._stop = "refused"
            yield from self._add_text(event["delta"])
        elif kind in _REASONING:
            yield from self._add_reasoning(event["delta"])
        elif kind == "response.function_call_arguments.delta":
            yield self._add_arguments(str(event["item_id"]), event["delta"])
        elif kind in _ENDS:
            yield from self._end(event["response"])
        else:
            yield from self._read_item(kind, event)

    def _read_item(self, kind: str, event: dict[str, Json]) -> Iterator[Delta]:
        if kind == "response.output_item.added":
            yield from self._begin_call(event["item"])
        elif kind == "response.output_item.done":
            yield from self._take_item(event["item"])
        elif kind == "response.output_text.annotation.added":
            self._cite(event.get("annotation"))
        elif kind.startswith("response.reasoning."):
            # Perplexity's own: what it thinks and finds while it searches.
            yield from self._add_reasoning(event.get("thought") or "")
            self._citations.take_chunk({"search_results": event.get("results")})
            self._citations.take_chunk({"search_results": event.get("contents")})

    def _end(self, response: dict[str, Json]) -> Iterator[Delta]:
        has_text = bool(self._text)
        for item in response.get("output") or ():
            if item["type"] != "message" or not has_text:
                yield from self._take_item(item)
        self.model = response.get("model") or self.model
        self.usage = response.get("usage") or self.usage
        self.is_finished = True
        reason = (response.get("incomplete_details") or _NOTHING).get("reason")
        if reason is not None and self._stop != "refused":
            self._stop = "refused" if reason == "content_filter" else "length"

    def _take_item(self, item: dict[str, Json]) -> Iterator[Delta]:
        match item["type"]:
            case "function_call":
                yield from self._end_call(item)
            case "message":
                yield from self._take_message(item)
            case "reasoning":
                if item.get("encrypted_content"):
                    self._thoughts[str(item.get("id"))] = item
            case "search_results" | "fetch_url_results":
                self._citations.take_chunk({"search_results": item.get("results")})
                self._citations.take_chunk({"search_results": item.get("contents")})
            case _:
                return

    def _take_message(self, item: dict[str, Json]) -> Iterator[Delta]:
        has_text = bool(self._text)
        for part in item.get("content") or ():
            for annotation in part.get("annotations") or ():
                self._cite(annotation)
            if part.get("type") == "refusal":
                self._stop = "refused"
            if not has_text:
                yield from self._add_text(part.get("text") or part.get("refusal") or "")

    def _begin_call(self, item: dict[str, Json]) -> Iterator[Delta]:
        if item["type"] != "function_call" or _key(item) in self._slots:
            return
        if len(self._calls) >= REPLY_CALLS:
            raise ModelReplyBroken(f"The model asked for more than {REPLY_CALLS} calls at once.")
        call = _Call(item.get("call_id") or new_id("call"), item["name"])
        self._slots[_key(item)] = len(self._calls)
        self._calls.append(call)
        yield CallDelta(index=len(self._calls) - 1, id=call.id, name=call.name)

    def _end_call(self, item: dict[str, Json]) -> Iterator[Delta]:
        yield from self._begin_call(item)
        if not self._calls[self._slots[_key(item)]].arguments and item.get("arguments"):
            yield self._add_arguments(_key(item), item["arguments"])

    def _add_arguments(self, key: str, arguments: str) -> Delta:
        index = self._slots[key]
        self._calls[index].arguments.append(self._counted(arguments))
        return CallDelta(index=index, arguments=arguments)

    def _add_text(self, text: str) -> Iterator[Delta]:
        if text:
            self._text.append(self._counted(text))
            yield TextDelta(text=text)

    def _add_reasoning(self, thought: str) -> Iterator[Delta]:
        if thought:
            self._reasoning.append(self._counted(thought))
            yield ReasoningDelta(text=thought)

    def _cite(self, annotation: Json) -> None:
        if annotation:
            self._citations.take_chunk({"search_results": [annotation]})

    def _counted(self, text: str) -> str:
        self._size += len(text)
        if self._size > REPLY_CHARACTERS:
            raise ModelReplyBroken(
                f"The model's answer has more than {REPLY_CHARACTERS} characters. "
                "Set a smaller limit of tokens."
            )
        return text


def _key(item: dict[str, Json]) -> str:
    return str(item.get("id") or item.get("call_id"))
