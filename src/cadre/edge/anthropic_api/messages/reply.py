"""A kernel answer as a message of the Messages API, and the blocks that it consists of."""

import orjson

from cadre.edge.anthropic_api.usage import usage_json
from cadre.edge.gateway import sealed
from cadre.kernel.ids import new_id
from cadre.kernel.messages import Citation, Json, ModelReply, StopReason, ToolCall, Usage
from cadre.kernel.values import is_object

STOP: dict[StopReason, str] = {
    "end": "end_turn",
    "tool_calls": "tool_use",
    "length": "max_tokens",
    "stop_sequence": "stop_sequence",
    "refused": "refusal",
    "cancelled": "end_turn",
}
# A key for arguments that are no object, which this dialect has no other way to say.
MALFORMED = "malformed_arguments"


def message(reply: ModelReply) -> bytes:
    """The whole answer."""
    said = reply.message
    content: list[Json] = []
    if said.reasoning or said.state:
        content.append(thinking(said.reasoning, said.state))
    if said.text:
        block: dict[str, Json] = {"type": "text", "text": said.text}
        if said.citations:
            block["citations"] = [citation_json(citation) for citation in said.citations]
        content.append(block)
    content += [_call(call) for call in said.calls]
    whole = empty_message(new_id("msg"), reply.model, reply.usage)
    whole |= {"content": content, "stop_reason": STOP[reply.stop]}
    return orjson.dumps(whole)


def thinking(text: str, state: dict[str, Json] | None) -> dict[str, Json]:
    """A block of thoughts; its signature is our seal, so that no provider is sent it."""
    return {"type": "thinking", "thinking": text, "signature": sealed(state)}


def empty_message(message_id: str, model: str, usage: Usage) -> dict[str, Json]:
    """A message before anything was said."""
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage_json(usage),
    }


def citation_json(citation: Citation) -> dict[str, Json]:
    return {
        "type": "web_search_result_location",
        "url": citation.url,
        "title": citation.title or None,
        "cited_text": citation.text,
        "encrypted_index": "",
    }


def _call(call: ToolCall) -> dict[str, Json]:
    try:
        arguments: Json = orjson.loads(call.arguments or "{}")
    except orjson.JSONDecodeError:
        arguments = None
    if not is_object(arguments):
        arguments = {MALFORMED: call.arguments}
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": arguments}
