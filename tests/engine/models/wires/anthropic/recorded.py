"""Events in the shapes that Anthropic's reference gives, for what aimock does not send."""

from typing import Any

Event = dict[str, Any]


def start(**usage: Any) -> Event:
    counts = {"input_tokens": 10, "output_tokens": 1, **usage}
    message: Event = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
    message |= {
        "model": "claude-haiku-4-5-20251001",
        "stop_reason": None,
        "stop_sequence": None,
        "usage": counts,
    }
    return {"type": "message_start", "message": message}


def block(index: int, opening: Event, *deltas: Event) -> list[Event]:
    return [
        {"type": "content_block_start", "index": index, "content_block": opening},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def text(index: int, *pieces: str) -> list[Event]:
    deltas = [{"type": "text_delta", "text": piece} for piece in pieces]
    return block(index, {"type": "text", "text": ""}, *deltas)


def thinking(index: int, *pieces: str, signature: str = "c2lnbmVk") -> list[Event]:
    deltas: list[Event] = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
    signed = {"type": "signature_delta", "signature": signature}
    opening = {"type": "thinking", "thinking": "", "signature": ""}
    return block(index, opening, *deltas, signed)


def redacted(index: int, data: str = "ZW5jcnlwdGVk") -> list[Event]:
    return block(index, {"type": "redacted_thinking", "data": data})


def call(index: int, call_id: str, name: str, *pieces: str) -> list[Event]:
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    return block(index, {"type": "tool_use", "id": call_id, "name": name, "input": {}}, *deltas)


def end(stop: str = "end_turn", details: Event | None = None, **usage: Any) -> list[Event]:
    delta = {"stop_reason": stop, "stop_sequence": None, "stop_details": details}
    return [
        {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 20, **usage}},
        {"type": "message_stop"},
    ]


PING: Event = {"type": "ping"}
OVERLOADED: Event = {
    "type": "error",
    "error": {"type": "overloaded_error", "message": "Overloaded"},
    "request_id": "req_1",
}
