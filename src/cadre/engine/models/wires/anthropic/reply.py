"""Events of a Messages stream become one reply.

Counts in events are totals so far, not additions. Kinds of events, blocks and deltas that
are not known are passed over: the wire may gain new ones at any time.
"""

from dataclasses import dataclass

import orjson

from cadre.engine.models.errors import ModelReplyBroken
from cadre.engine.models.wires.anthropic.usage import read_usage
from cadre.engine.models.wires.draft import Draft
from cadre.kernel.messages import Citation, Delta, Json, ModelReply, StopReason, Usage
from cadre.kernel.values import is_object

_NOTHING: dict[str, Json] = {}
_STOPS: dict[str, StopReason] = {
    "end_turn": "end",
    "pause_turn": "end",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "stop_sequence": "stop_sequence",
    "refusal": "refused",
}


@dataclass(slots=True)
class _Open:
    """A block under way: `call` is the index of its call, `is_answer` a call that is the answer."""

    block: dict[str, Json]
    call: int | None = None
    is_answer: bool = False
    has_input: bool = False


class ReplyBuilder:
    """Takes events, gives deltas, and holds the whole answer in the end."""

    def __init__(self, *, answer_tool: str | None = None) -> None:
        """The input of the tool `answer_tool`, if one is named, is the text of the answer."""
        self.draft = Draft()
        self.model = ""
        self.is_over = False
        self.has_usage = False
        self._answer_tool = answer_tool
        self._open: dict[int, _Open] = {}
        self._usage: dict[str, Json] = {}
        self._stop: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the model said why it stopped: what is missing then is only a farewell."""
        return self.is_over or self._stop is not None

    def take(self, event: dict[str, Json]) -> list[Delta]:
        """Add one event; return what is new in it. Raises `ModelReplyBroken` on nonsense."""
        try:
            return self._read(event)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ModelReplyBroken(
                "The model server sent an event that is not one of a message: "
                f"{str(event)[:200]}. Check that it speaks Anthropic's Messages API."
            ) from error

    def usage(self) -> Usage:
        """What was used."""
        return read_usage(self._usage)

    def finish(
        self, provider: str, model: str, answered: str, after: str | None = None
    ) -> ModelReply:
        """The whole answer; `answered` is the full name of the model that gave it."""
        message = self.draft.message(provider, model, after)
        stop = _STOPS.get(self._stop or "", "end")
        if stop in {"end", "tool_calls"}:
            stop = "tool_calls" if message.calls else "end"
        return ModelReply(message=message, usage=self.usage(), stop=stop, model=answered)

    def _read(self, event: dict[str, Json]) -> list[Delta]:
        match event.get("type"):
            case "message_start":
                self._start(event["message"])
            case "content_block_start":
                return self._open_block(event["index"], event["content_block"])
            case "content_block_delta":
                return self._read_delta(self._open[event["index"]], event["delta"])
            case "content_block_stop":
                return self._close_block(self._open.pop(event["index"]))
            case "message_delta":
                return self._read_end(event)
            case "message_stop":
                self.is_over = True
            case _:
                pass
        return []

    def _start(self, message: dict[str, Json]) -> None:
        self.model = message.get("model") or ""
        self._count(message.get("usage"))

    def _read_end(self, event: dict[str, Json]) -> list[Delta]:
        self._count(event.get("usage"))
        delta = event["delta"]
        self._stop = delta.get("stop_reason") or self._stop
        details = delta.get("stop_details") or _NOTHING
        if self.draft.is_empty and (explanation := details.get("explanation")):
            return [*self.draft.say(explanation)]
        return []

    def _count(self, usage: Json) -> None:
        if is_object(usage):
            self.has_usage = True
            self._usage.update({name: count for name, count in usage.items() if count is not None})

    def _open_block(self, index: int, block: dict[str, Json]) -> list[Delta]:
        opened = _Open(dict(block))
        self._open[index] = opened
        match block["type"]:
            case "text":
                return [*self.draft.say(block.get("text") or "")]
            case "thinking":
                return [*self.draft.think(block.get("thinking") or "")]
            case "tool_use":
                return self._open_call(opened)
            case _:
                return []

    def _open_call(self, opened: _Open) -> list[Delta]:
        name = str(opened.block["name"])
        if name == self._answer_tool:
            opened.is_answer = True
            return []
        delta = self.draft.open_call(str(opened.block.get("id") or ""), name)
        opened.call = delta.index
        return [delta]

    def _read_delta(self, opened: _Open, delta: dict[str, Json]) -> list[Delta]:
        match delta["type"]:
            case "text_delta":
                return [*self.draft.say(delta["text"])]
            case "thinking_delta":
                opened.block["thinking"] = (opened.block.get("thinking") or "") + delta["thinking"]
                return [*self.draft.think(delta["thinking"])]
            case "signature_delta":
                opened.block["signature"] = delta["signature"]
            case "input_json_delta":
                return self._write(opened, delta["partial_json"])
            case "citations_delta":
                self._cite(delta["citation"])
            case _:
                pass
        return []

    def _write(self, opened: _Open, arguments: str) -> list[Delta]:
        opened.has_input |= bool(arguments)
        if opened.is_answer:
            return [*self.draft.say(arguments)]
        if opened.call is not None and arguments:
            return [self.draft.write(opened.call, arguments)]
        return []

    def _close_block(self, opened: _Open) -> list[Delta]:
        block = opened.block
        # Thoughts without their signature would be refused.
        is_signed = block["type"] == "thinking" and block.get("signature")
        if is_signed or block["type"] == "redacted_thinking":
            self.draft.seal(block)
        elif block["type"] == "tool_use" and not opened.has_input and block.get("input"):
            # Some servers send the input whole, with the start of the block.
            return self._write(opened, orjson.dumps(block["input"]).decode())
        return []

    def _cite(self, citation: dict[str, Json]) -> None:
        url = citation.get("url") or citation.get("source")
        title = citation.get("title") or citation.get("document_title") or ""
        if url or title:
            text = citation.get("cited_text") or ""
            self.draft.cite(Citation(url=url or "", title=title, text=text))
