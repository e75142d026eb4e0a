"""A kernel answer as generated content: whole, or in chunks as Gemini sends them.

Calls come whole and last. What a provider wants back with its answer is in the signature of the
first call, or of a last empty text.
"""

from collections.abc import Iterator

import orjson

from cadre.edge.gateway import Writer, sealed
from cadre.edge.gemini_api.generate.framing import Framing
from cadre.edge.gemini_api.usage import usage_json
from cadre.kernel.ids import new_id
from cadre.kernel.messages import (
    AssistantMessage,
    CallDelta,
    Citation,
    Delta,
    Json,
    ModelReply,
    ReasoningDelta,
    ReplyDone,
    StopReason,
    TextDelta,
    ToolCall,
)
from cadre.kernel.values import is_object

FINISH: dict[StopReason, str] = {
    "end": "STOP",
    "tool_calls": "STOP",
    "length": "MAX_TOKENS",
    "stop_sequence": "STOP",
    "refused": "SAFETY",
    "cancelled": "STOP",
}
# What the API itself names for calls that it did not sign: those of another model.
UNSIGNED = "skip_thought_signature_validator"
# A key for arguments that are no object, which this dialect has no other way to say.
MALFORMED = "malformed_arguments"


def content(reply: ModelReply, *, with_thoughts: bool) -> bytes:
    """The whole answer."""
    said = reply.message
    parts: list[Json] = []
    if said.reasoning and with_thoughts:
        parts.append({"text": said.reasoning, "thought": True})
    if said.text:
        parts.append({"text": said.text})
    parts += _last_parts(said) or ([] if parts else [{"text": ""}])
    return orjson.dumps(_last(reply, parts, new_id("resp")))


class ContentWriter(Writer):
    """Turns deltas into chunks; the model's name is the one asked for until it is known."""

    def __init__(self, model: str, framing: Framing, *, with_thoughts: bool) -> None:
        self._model = model
        self._framing = framing
        self._with_thoughts = with_thoughts
        self._id = new_id("resp")

    def write(self, delta: Delta) -> bytes:
        """The chunk that says `delta`, if it is said."""
        match delta:
            case TextDelta():
                return self._chunk({"text": delta.text})
            case ReasoningDelta() if self._with_thoughts:
                return self._chunk({"text": delta.text, "thought": True})
            case ReasoningDelta() | CallDelta():
                return b""
            case ReplyDone():
                return self._end(delta.reply)

    def _chunk(self, part: Json) -> bytes:
        said = {"content": {"parts": [part], "role": "model"}, "index": 0}
        chunk = {"candidates": [said], "modelVersion": self._model, "responseId": self._id}
        return self._framing.put(orjson.dumps(chunk))

    def _end(self, reply: ModelReply) -> bytes:
        parts = _last_parts(reply.message) or [{"text": ""}]
        chunk = orjson.dumps(_last(reply, parts, self._id))
        return self._framing.put(chunk) + self._framing.end()


def _last(reply: ModelReply, parts: list[Json], response_id: str) -> dict[str, Json]:
    candidate: dict[str, Json] = {
        "content": {"parts": parts, "role": "model"},
        "finishReason": FINISH[reply.stop],
        "index": 0,
    }
    if reply.message.citations:
        candidate["groundingMetadata"] = _grounding(reply.message.citations)
    return {
        "candidates": [candidate],
        "usageMetadata": usage_json(reply.usage),
        "modelVersion": reply.model,
        "responseId": response_id,
    }


def _last_parts(said: AssistantMessage) -> list[Json]:
    """The calls, the first of them signed; without any, a signature if there is one."""
    seal = sealed(said.state) if said.state else None
    if not said.calls:
        return [{"text": "", "thoughtSignature": seal}] if seal else []
    first, *others = (_call(call) for call in said.calls)
    return [{**first, "thoughtSignature": seal or UNSIGNED}, *others]


def _call(call: ToolCall) -> dict[str, Json]:
    try:
        arguments: Json = orjson.loads(call.arguments or "{}")
    except orjson.JSONDecodeError:
        arguments = None
    if not is_object(arguments):
        arguments = {MALFORMED: call.arguments}
    return {"functionCall": {"id": call.id, "name": call.name, "args": arguments}}


def _grounding(citations: list[Citation]) -> dict[str, Json]:
    """Each source, and the statements that it supports where the provider told them."""
    chunks = [{"web": {"uri": one.url, "title": one.title or one.url}} for one in citations]
    return {"groundingChunks": chunks, "groundingSupports": [*_supports(citations)]}


def _supports(citations: list[Citation]) -> Iterator[dict[str, Json]]:
    for number, citation in enumerate(citations):
        if citation.text:
            yield {"segment": {"text": citation.text}, "groundingChunkIndices": [number]}
