"""A kernel answer as the events of a message, in the order in which Anthropic sends them."""

from collections.abc import Iterator
from typing import Literal

import orjson

from cadre.edge.anthropic_api.messages.reply import STOP, citation_json, empty_message
from cadre.edge.anthropic_api.usage import usage_json
from cadre.edge.gateway import Writer, sealed
from cadre.engine.models import OneCallAtATime
from cadre.kernel.ids import new_id
from cadre.kernel.messages import (
    CallDelta,
    Citation,
    Delta,
    Json,
    ModelReply,
    ReasoningDelta,
    ReplyDone,
    TextDelta,
    Usage,
)

_Event = tuple[str, dict[str, Json]]
_THINKING = {"type": "thinking", "thinking": "", "signature": ""}
_Kind = Literal["text", "thinking"] | int  # a call is known by its number


class EventWriter(Writer):
    """Turns deltas into events; one block is open at a time and closed before the next begins."""

    def __init__(self, model: str) -> None:
        """`model` is the name asked for: which one answers is not known when a message starts."""
        self._model = model
        self._order = OneCallAtATime()
        self._open: _Kind | None = None
        self._index = -1
        self._has_begun = False
        self._seal = sealed(None)

    def write(self, delta: Delta) -> bytes:
        """The events that say `delta`."""
        return b"".join(
            _event(*event) for one in self._order.order(delta) for event in self._say(one)
        )

    def _say(self, delta: Delta) -> Iterator[_Event]:
        if not self._has_begun:
            self._has_begun = True
            whole = empty_message(new_id("msg"), self._model, Usage())
            yield "message_start", {"message": whole}
            yield "ping", {}
        match delta:
            case TextDelta():
                yield from self._block("text", {"type": "text", "text": ""})
                yield self._delta({"type": "text_delta", "text": delta.text})
            case ReasoningDelta():
                yield from self._block("thinking", {**_THINKING})
                yield self._delta({"type": "thinking_delta", "thinking": delta.text})
            case CallDelta():
                yield from self._call(delta)
            case ReplyDone():
                yield from self._end(delta.reply)

    def _call(self, delta: CallDelta) -> Iterator[_Event]:
        empty: dict[str, Json] = {
            "type": "tool_use",
            "id": delta.id,
            "name": delta.name,
            "input": {},
        }
        yield from self._block(delta.index, empty)
        if delta.arguments:
            yield self._delta({"type": "input_json_delta", "partial_json": delta.arguments})

    def _end(self, reply: ModelReply) -> Iterator[_Event]:
        yield from self._cite(reply.message.citations)
        if reply.message.state:  # not known before: a last block, of no words
            yield from self._close()
            yield from self._block("thinking", {**_THINKING})
            self._seal = sealed(reply.message.state)
        yield from self._close()
        delta = {"stop_reason": STOP[reply.stop], "stop_sequence": None}
        yield "message_delta", {"delta": delta, "usage": usage_json(reply.usage)}
        yield "message_stop", {}

    def _cite(self, citations: list[Citation]) -> Iterator[_Event]:
        """Citations belong to text; providers tell them at the end, perhaps after a call."""
        if citations and self._open != "text":
            yield from self._block("text", {"type": "text", "text": ""})
        for citation in citations:
            yield self._delta({"type": "citations_delta", "citation": citation_json(citation)})

    def _block(self, kind: _Kind, empty: dict[str, Json]) -> Iterator[_Event]:
        if self._open == kind:
            return
        yield from self._close()
        self._open = kind
        self._index += 1
        yield "content_block_start", {"index": self._index, "content_block": empty}

    def _close(self) -> Iterator[_Event]:
        if self._open is None:
            return
        if self._open == "thinking":
            yield self._delta({"type": "signature_delta", "signature": self._seal})
        self._open = None
        yield "content_block_stop", {"index": self._index}

    def _delta(self, delta: dict[str, Json]) -> _Event:
        return "content_block_delta", {"index": self._index, "delta": delta}


def _event(kind: str, data: dict[str, Json]) -> bytes:
    body = orjson.dumps({"type": kind, **data})
    return b"event: " + kind.encode() + b"\ndata: " + body + b"\n\n"
