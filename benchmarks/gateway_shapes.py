"""The three shapes of request that every gateway is asked, and what the upstream answers to each.

An upstream and a load generator that both read this module agree without talking: a request
with tools is answered with tool-argument deltas, another stream with text, the rest at once.
"""

from dataclasses import dataclass
from typing import Any

import orjson

MODEL = "gpt-4.1-mini"
PIECES = 20
USAGE = {"prompt_tokens": 120, "completion_tokens": 60, "total_tokens": 180}
DONE = b"data: [DONE]\n\n"

_SENTENCE = "The quick brown fox jumps over the lazy dog, and then it does it again. "
_NUMBER = "00000000"
_HEAD = {"id": "chatcmpl-bench", "created": 1_750_000_000, "model": MODEL}


@dataclass(frozen=True, slots=True)
class Shape:
    """`told` is what the document calls it."""

    name: str
    told: str
    is_stream: bool

    def body(self, model: str) -> tuple[bytes, bytes]:
        """What stands before and after eight digits that make each request its own."""
        asked = _agent() if self.name == "agent" else _question()
        if self.is_stream:
            asked |= {"stream": True, "stream_options": {"include_usage": True}}
        before, _, after = orjson.dumps({"model": model, **asked}).partition(_NUMBER.encode())
        return before, after


SHAPES = (
    Shape("plain", "plain", is_stream=False),
    Shape("stream", f"a stream of {PIECES} pieces", is_stream=True),
    Shape("agent", "an agent's turn", is_stream=True),
)


def whole_answer() -> bytes:
    """The JSON of a plain answer."""
    message = {"role": "assistant", "content": _SENTENCE * 4, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return orjson.dumps({**_HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE})


def text_pieces() -> list[bytes]:
    """The events of a stream of text."""
    texts = [{"content": _SENTENCE[:24]} for _ in range(PIECES)]
    return _events([{"role": "assistant", "content": ""}, *texts], "stop")


def tool_pieces() -> list[bytes]:
    """The events of a stream that calls a tool, its arguments in small pieces."""
    function = {"name": "tool_3", "arguments": ""}
    call = {"index": 0, "id": "call_bench", "type": "function", "function": function}
    arguments = orjson.dumps({"query": _SENTENCE * 3, "limit": 20}).decode()
    size = len(arguments) // PIECES + 1
    texts = [arguments[at : at + size] for at in range(0, len(arguments), size)]
    deltas = [{"tool_calls": [{"index": 0, "function": {"arguments": each}}]} for each in texts]
    first = {"role": "assistant", "content": None, "tool_calls": [call]}
    return _events([first, *deltas], "tool_calls")


def _events(deltas: list[dict[str, Any]], reason: str) -> list[bytes]:
    chunks = [_chunk(delta, None) for delta in deltas]
    usage: dict[str, Any] = {
        **_HEAD,
        "object": "chat.completion.chunk",
        "choices": [],
        "usage": USAGE,
    }
    chunks += [_chunk({}, reason), usage]
    return [b"data: " + orjson.dumps(chunk) + b"\n\n" for chunk in chunks] + [DONE]


def _chunk(delta: dict[str, Any], reason: str | None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    return {**_HEAD, "object": "chat.completion.chunk", "choices": [choice]}


def _question() -> dict[str, Any]:
    messages = [
        {"role": "system", "content": "You are brief."},
        {"role": "user", "content": f"Question {_NUMBER}: what does the fox do?"},
    ]
    return {"messages": messages, "max_tokens": 200, "temperature": 0}


def _agent() -> dict[str, Any]:
    """About 40 KB: a long instruction, twelve tools, and ten calls with their results."""
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": _SENTENCE * 80},
        {"role": "user", "content": f"Task {_NUMBER}: find out what the fox does."},
    ]
    for number in range(10):
        function = {"name": f"tool_{number}", "arguments": '{"query": "fox", "limit": 20}'}
        call = {"id": f"call_{number}", "type": "function", "function": function}
        messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
        result = {"role": "tool", "tool_call_id": f"call_{number}", "content": _SENTENCE * 25}
        messages.append(result)
    tools = [_tool(number) for number in range(12)]
    return {"messages": messages, "tools": tools, "tool_choice": "auto", "max_tokens": 400}


def _tool(number: int) -> dict[str, Any]:
    properties = {
        "query": {"type": "string", "description": _SENTENCE},
        "limit": {"type": "integer", "minimum": 1, "maximum": 100, "description": _SENTENCE},
        "kind": {"type": "string", "enum": ["a", "b", "c"], "description": _SENTENCE},
    }
    parameters = {"type": "object", "properties": properties, "required": ["query"]}
    told = {"name": f"tool_{number}", "description": _SENTENCE * 8, "parameters": parameters}
    return {"type": "function", "function": told}
