"""A kernel answer as a chat completion: whole, or as chunks in OpenAI's order."""

import time
from collections.abc import Iterator

import orjson

from cadre.edge.gateway import Writer
from cadre.edge.openai_api.usage import chat_usage
from cadre.kernel.ids import new_id
from cadre.kernel.messages import (
    CallDelta,
    Citation,
    Delta,
    Json,
    ModelReply,
    ReasoningDelta,
    ReplyDone,
    StopReason,
    TextDelta,
)

DONE = b"data: [DONE]\n\n"
FINISH: dict[StopReason, str] = {
    "end": "stop",
    "tool_calls": "tool_calls",
    "length": "length",
    "stop_sequence": "stop",
    "refused": "content_filter",
    "cancelled": "stop",
}


def completion(reply: ModelReply) -> bytes:
    """The whole answer."""
    said = reply.message
    message: dict[str, Json] = {
        "role": "assistant",
        "content": said.text if said.text or not said.calls else None,
        "refusal": None,
    }
    if said.reasoning:
        message["reasoning_content"] = said.reasoning
    if said.calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in said.calls
        ]
    if said.citations:
        message["annotations"] = [_annotation(citation) for citation in said.citations]
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": FINISH[reply.stop],
    }
    return orjson.dumps(
        {
            "id": new_id("chatcmpl"),
            "object": "chat.completion",
            "created": int(time.time()),
            "model": reply.model,
            "choices": [choice],
            "usage": chat_usage(reply.usage),
        }
    )


class ChunkWriter(Writer):
    """Turns deltas into chunks; the model's name is the one asked for until it is known."""

    def __init__(self, model: str, *, with_usage: bool) -> None:
        self._model = model
        self._with_usage = with_usage
        self._id = new_id("chatcmpl")
        self._created = int(time.time())
        self._has_begun = False

    def write(self, delta: Delta) -> bytes:
        """The events that say `delta`."""
        match delta:
            case TextDelta():
                return self._first() + self._chunk({"content": delta.text})
            case ReasoningDelta():
                return self._first() + self._chunk({"reasoning_content": delta.text})
            case CallDelta():
                return self._first() + self._chunk({"tool_calls": [_call(delta)]})
            case ReplyDone():
                return self._first() + b"".join(self._end(delta.reply))

    def _first(self) -> bytes:
        if self._has_begun:
            return b""
        self._has_begun = True
        return self._chunk({"role": "assistant", "content": "", "refusal": None})

    def _end(self, reply: ModelReply) -> Iterator[bytes]:
        self._model = reply.model
        if reply.message.citations:
            annotations = [_annotation(citation) for citation in reply.message.citations]
            yield self._chunk({"annotations": annotations})
        yield self._chunk({}, FINISH[reply.stop])
        if self._with_usage:
            yield self._event([], chat_usage(reply.usage))
        yield DONE

    def _chunk(self, delta: Json, finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return self._event([choice], None)

    def _event(self, choices: Json, usage: Json) -> bytes:
        chunk: dict[str, Json] = {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._model,
            "choices": choices,
        }
        if self._with_usage:
            chunk["usage"] = usage
        return b"data: " + orjson.dumps(chunk) + b"\n\n"


def _call(delta: CallDelta) -> dict[str, Json]:
    function: dict[str, Json] = {"arguments": delta.arguments}
    if not delta.id and not delta.name:
        return {"index": delta.index, "function": function}
    function = {"name": delta.name, **function}
    return {"index": delta.index, "id": delta.id, "type": "function", "function": function}


def _annotation(citation: Citation) -> dict[str, Json]:
    cited = {"url": citation.url, "title": citation.title, "start_index": 0, "end_index": 0}
    return {"type": "url_citation", "url_citation": cited}
