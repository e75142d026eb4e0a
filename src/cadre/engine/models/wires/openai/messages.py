"""Our messages in OpenAI's words.

Arguments that a model wrote as broken JSON go back wrapped in an object: several
compatible servers parse them when they render the history, and answer 500 if they can't.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import assert_never

import orjson

from cadre.engine.models.errors import ModelRefused
from cadre.engine.models.wires.openai.deviations import Deviations, is_text
from cadre.kernel.messages import (
    AssistantMessage,
    AudioPart,
    DocumentPart,
    ImagePart,
    Json,
    Message,
    ModelRequest,
    Part,
    SystemMessage,
    TextPart,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from cadre.kernel.values import is_object

MALFORMED = "malformed_arguments"
_AUDIO_FORMATS = {
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/vnd.wave": "wav",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
}


def encode_messages(
    request: ModelRequest, files: Mapping[str, bytes], deviations: Deviations
) -> list[Json]:
    """The conversation as `messages`; `files` holds the content of every blob it speaks of."""
    encoded = [_message(message, files, deviations) for message in request.messages]
    if request.cache_prompt and deviations.cache == "marks":
        _mark_prompt(encoded)
    if deviations.alternates_roles:
        encoded = _alternating(encoded)
    flag = deviations.continues_by
    if flag and encoded and isinstance(request.messages[-1], AssistantMessage):
        encoded[-1][flag] = True
    return encoded


def _message(message: Message, files: Mapping[str, bytes], deviations: Deviations) -> Json:
    match message:
        case SystemMessage():
            return {"role": "system", "content": message.text}
        case UserMessage():
            return {"role": "user", "content": _content(message, files, deviations)}
        case AssistantMessage():
            return _assistant(message, deviations)
        case ToolMessage():
            return {"role": "tool", "tool_call_id": message.call_id, "content": message.text}
        case _:
            assert_never(message)


def _content(message: UserMessage, files: Mapping[str, bytes], deviations: Deviations) -> Json:
    texts = [part.text for part in message.parts if isinstance(part, TextPart)]
    if len(texts) == len(message.parts):
        return "\n\n".join(texts)
    return [_part(part, files, deviations) for part in message.parts]


def _part(part: Part, files: Mapping[str, bytes], deviations: Deviations) -> Json:
    match part:
        case TextPart():
            return {"type": "text", "text": part.text}
        case ImagePart():
            url = _data_url(part.media_type, files[part.blob])
            return {"type": "image_url", "image_url": {"url": url}}
        case DocumentPart():
            return _document(part, files[part.blob], deviations)
        case AudioPart():
            return _audio(part, files[part.blob], deviations)
        case _:
            assert_never(part)


def _document(part: DocumentPart, content: bytes, deviations: Deviations) -> Json:
    if is_text(part.media_type):
        text = content.decode("utf-8", "replace")
        name = part.name.replace('"', "'")
        return {"type": "text", "text": f'<document name="{name}">\n{text}\n</document>'}
    if deviations.document_as == "file_url":
        encoded = b64encode(content).decode()
        return {"type": "file_url", "file_url": {"url": encoded}, "file_name": part.name}
    url = _data_url(part.media_type, content)
    return {"type": "file", "file": {"filename": part.name, "file_data": url}}


def _audio(part: AudioPart, content: bytes, deviations: Deviations) -> Json:
    form = _AUDIO_FORMATS.get(part.media_type.split(";")[0].strip().lower())
    if form is None:
        raise ModelRefused(
            f"Models hear wav and mp3 only, not {part.media_type}: convert the sound, "
            "or have it written down by a transcription model first.",
            field="messages",
        )
    encoded = b64encode(content).decode()
    data = f"data:;base64,{encoded}" if deviations.audio_as == "data_url" else encoded
    return {"type": "input_audio", "input_audio": {"data": data, "format": form}}


def _data_url(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{b64encode(content).decode()}"


def _assistant(message: AssistantMessage, deviations: Deviations) -> Json:
    encoded: dict[str, Json] = {"role": "assistant", "content": message.text}
    if deviations.reasoning_back:
        encoded[deviations.reasoning_back] = message.reasoning
    if message.calls:
        encoded["content"] = message.text or None
        encoded["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": arguments_text(call)},
            }
            for call in message.calls
        ]
    return encoded


def arguments_text(call: ToolCall) -> str:
    """The arguments as they go back: always the JSON of an object."""
    try:
        well_formed = is_object(orjson.loads(call.arguments))
    except orjson.JSONDecodeError:
        well_formed = False
    if well_formed:
        return call.arguments
    return orjson.dumps({MALFORMED: call.arguments.encode("utf-8", "replace").decode()}).decode()


def _mark_prompt(encoded: list[Json]) -> None:
    """Mark the end of the first system message: what lies before it is kept for next time."""
    if encoded and encoded[0]["role"] == "system":
        text, mark = encoded[0]["content"], {"type": "ephemeral"}
        encoded[0]["content"] = [{"type": "text", "text": text, "cache_control": mark}]


def _alternating(encoded: list[Json]) -> list[Json]:
    """System messages in front, and neighbours of one role as one message."""
    ordered = [message for message in encoded if message["role"] == "system"]
    ordered += [message for message in encoded if message["role"] != "system"]
    merged: list[Json] = []
    for message in ordered:
        if merged and merged[-1]["role"] == message["role"]:
            merged[-1]["content"] = _joined(merged[-1]["content"], message["content"])
        else:
            merged.append(message)
    return merged


def _joined(first: Json, second: Json) -> Json:
    if isinstance(first, str) and isinstance(second, str):
        return f"{first}\n\n{second}".strip()
    return [*_as_parts(first), *_as_parts(second)]


def _as_parts(content: Json) -> list[Json]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content
