"""Our messages in OpenAI's words: the body of a chat completion request.

Arguments that a model wrote as broken JSON go back wrapped in an object: several
compatible servers parse them when they render the history, and answer 500 if they can't.
"""

from collections.abc import Mapping
from typing import assert_never

import orjson

from cadre.kernel.messages import (
    AssistantMessage,
    ImagePart,
    Json,
    Message,
    ModelRequest,
    SystemMessage,
    TextPart,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from cadre.kernel.values import is_object

MALFORMED = "malformed_arguments"


def encode_request(
    request: ModelRequest, *, model: str, images: Mapping[str, str], official: bool
) -> bytes:
    """Return the JSON body; `images` holds a data URL per blob of the request's images.

    `official` is OpenAI's own service, whose newer models know only `max_completion_tokens`.
    """
    body: dict[str, Json] = {
        "model": model,
        "messages": [_message(message, images) for message in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.tools:
        body["tools"] = [
            {"type": "function", "function": tool.model_dump(mode="json")} for tool in request.tools
        ]
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.max_tokens is not None:
        body["max_completion_tokens" if official else "max_tokens"] = request.max_tokens
    return orjson.dumps(body)


def image_blobs(request: ModelRequest) -> dict[str, str]:
    """Return the media type of every image that the request speaks of, by its blob."""
    return {
        part.blob: part.media_type
        for message in request.messages
        if isinstance(message, UserMessage)
        for part in message.parts
        if isinstance(part, ImagePart)
    }


def _message(message: Message, images: Mapping[str, str]) -> Json:
    match message:
        case SystemMessage():
            return {"role": "system", "content": message.text}
        case UserMessage():
            return {"role": "user", "content": _content(message, images)}
        case AssistantMessage():
            return _assistant(message)
        case ToolMessage():
            return {"role": "tool", "tool_call_id": message.call_id, "content": message.text}
        case _:
            assert_never(message)


def _content(message: UserMessage, images: Mapping[str, str]) -> Json:
    texts = [part.text for part in message.parts if isinstance(part, TextPart)]
    if len(texts) == len(message.parts):
        return "\n\n".join(texts)
    return [
        {"type": "text", "text": part.text}
        if isinstance(part, TextPart)
        else {"type": "image_url", "image_url": {"url": images[part.blob]}}
        for part in message.parts
    ]


def _assistant(message: AssistantMessage) -> Json:
    if not message.calls:
        return {"role": "assistant", "content": message.text}
    return {
        "role": "assistant",
        "content": message.text or None,
        "tool_calls": [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": _arguments(call)},
            }
            for call in message.calls
        ],
    }


def _arguments(call: ToolCall) -> str:
    try:
        well_formed = is_object(orjson.loads(call.arguments))
    except orjson.JSONDecodeError:
        well_formed = False
    if well_formed:
        return call.arguments
    return orjson.dumps({MALFORMED: call.arguments.encode("utf-8", "replace").decode()}).decode()
