"""A kernel answer as a response: the object, and its output items."""

import time
from dataclasses import dataclass, field

from cadre.edge.gateway import sealed
from cadre.edge.openai_api.usage import responses_usage
from cadre.infra.asgi import Fields
from cadre.kernel.ids import new_id
from cadre.kernel.messages import Citation, Json, ModelReply, Usage

_INCOMPLETE = {"length": "max_output_tokens", "refused": "content_filter"}


@dataclass(slots=True)
class Ids:
    """The ids of one response's parts, made as they are needed."""

    reasoning: str = field(default_factory=lambda: new_id("rs"))
    message: str = field(default_factory=lambda: new_id("msg"))
    calls: dict[int, str] = field(default_factory=dict[int, str])

    def call(self, index: int) -> str:
        return self.calls.setdefault(index, new_id("fc"))


class ResponseObject:
    """The response to `body`, as it is at any time."""

    def __init__(self, body: Fields, model: str) -> None:
        self._body = body.data
        self._id = new_id("resp")
        self._created_at = int(time.time())
        self.model = model

    def at_work(self) -> dict[str, Json]:
        return self._shown("in_progress", [], None)

    def done(self, reply: ModelReply, output: list[Json]) -> dict[str, Json]:
        """Complete, or incomplete and why."""
        reason = _INCOMPLETE.get(reply.stop)
        status = "completed" if reason is None else "incomplete"
        shown = self._shown(status, output, reply.usage)
        if reason is not None:
            shown["incomplete_details"] = {"reason": reason}
        return shown

    def failed(self, code: str, message: str, output: list[Json]) -> dict[str, Json]:
        shown = self._shown("failed", output, None)
        shown["error"] = {"code": code, "message": message}
        return shown

    def _shown(self, status: str, output: list[Json], usage: Usage | None) -> dict[str, Json]:
        asked = self._body
        return {
            "id": self._id,
            "object": "response",
            "created_at": self._created_at,
            "status": status,
            "background": False,
            "error": None,
            "incomplete_details": None,
            "instructions": asked.get("instructions"),
            "max_output_tokens": asked.get("max_output_tokens"),
            "metadata": asked.get("metadata") or {},
            "model": self.model,
            "output": output,
            "parallel_tool_calls": asked.get("parallel_tool_calls") is not False,
            "previous_response_id": None,
            "reasoning": asked.get("reasoning") or {"effort": None, "summary": None},
            "service_tier": "default",
            "store": False,
            "temperature": asked.get("temperature"),
            "text": asked.get("text") or {"format": {"type": "text"}},
            "tool_choice": asked.get("tool_choice") or "auto",
            "tools": asked.get("tools") or [],
            "top_p": asked.get("top_p"),
            "truncation": "disabled",
            "usage": None if usage is None else responses_usage(usage),
            "user": asked.get("user"),
        }


def output_items(reply: ModelReply, ids: Ids) -> list[Json]:
    """What was said, as items: thoughts, text, calls."""
    said = reply.message
    status = "completed" if reply.stop not in _INCOMPLETE else "incomplete"
    items: list[Json] = []
    if said.reasoning or said.state:
        items.append(reasoning_item(ids.reasoning, said.reasoning, said.state))
    if said.text or not said.calls:
        part = text_part(said.text, said.citations)
        items.append(message_item(ids.message, [part], status))
    for index, call in enumerate(said.calls):
        items.append(call_item(ids.call(index), call.id, call.name, call.arguments))
    return items


def reasoning_item(
    item_id: str, text: str, state: dict[str, Json] | None = None
) -> dict[str, Json]:
    """`state` is what the provider wants back, sealed."""
    summary = [{"type": "summary_text", "text": text}] if text else []
    item: dict[str, Json] = {"id": item_id, "type": "reasoning", "summary": summary}
    return {**item, "encrypted_content": sealed(state)} if state else item


def message_item(item_id: str, content: list[Json], status: str) -> dict[str, Json]:
    return {
        "id": item_id,
        "type": "message",
        "status": status,
        "role": "assistant",
        "content": content,
    }


def call_item(
    item_id: str, call_id: str, name: str, arguments: str, status: str = "completed"
) -> dict[str, Json]:
    return {
        "id": item_id,
        "type": "function_call",
        "status": status,
        "call_id": call_id,
        "name": name,
        "arguments": arguments,
    }


def text_part(text: str, citations: list[Citation]) -> dict[str, Json]:
    annotations = [annotation(citation, len(text)) for citation in citations]
    return {"type": "output_text", "text": text, "annotations": annotations, "logprobs": []}


def annotation(citation: Citation, end: int) -> dict[str, Json]:
    """A citation of the whole text: providers don't say of which part."""
    return {
        "type": "url_citation",
        "url": citation.url,
        "title": citation.title,
        "start_index": 0,
        "end_index": end,
    }
