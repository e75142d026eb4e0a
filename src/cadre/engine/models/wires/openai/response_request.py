"""A request in the words of OpenAI's Responses, which its newest models and Perplexity want.

Nothing is stored at the provider. Thoughts that it hands out encrypted ride along in the
message's `state` and go back in front of the calls that they led to.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import assert_never

import orjson

from cadre.engine.models.errors import ModelRefused
from cadre.engine.models.wires.openai.deviations import Deviations, is_text
from cadre.engine.models.wires.openai.messages import arguments_text
from cadre.engine.models.wires.openai.request import (
    cache_key,
    check_features,
    format_of,
    has_no_choice,
    sampling,
    thinking,
)
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
    ToolMessage,
    ToolSpec,
    UserMessage,
)

_MODES = {"auto", "none", "required"}
_RENAMED = {"max_tokens": "max_output_tokens", "max_completion_tokens": "max_output_tokens"}
_UNKNOWN = {"seed"}


def encode_response_request(
    request: ModelRequest,
    *,
    provider: str,
    model: str,
    files: Mapping[str, bytes],
    deviations: Deviations,
) -> bytes:
    """Return the JSON body, or raise `FeatureMissing` for what the model lacks."""
    check_features(request, provider, model, deviations)
    body: dict[str, Json] = {
        "model": model,
        "stream": True,
        **_conversation(request, provider, files),
        **_tools(request, deviations),
        **_sampling(request, deviations),
        **_reasoning(request, deviations),
        **deviations.always,
    }
    if request.answer_format is not None:
        body |= _answer_format(request, deviations)
    if deviations.keeps_thoughts:
        body |= {"store": False, "include": ["reasoning.encrypted_content"]}
    if request.cache_prompt and deviations.cache == "key":
        body["prompt_cache_key"] = cache_key(request)
    return orjson.dumps(body)


def _conversation(
    request: ModelRequest, provider: str, files: Mapping[str, bytes]
) -> dict[str, Json]:
    instructions: list[str] = []
    items: list[Json] = []
    for message in request.messages:
        if isinstance(message, SystemMessage) and not items:
            instructions.append(message.text)
        else:
            items += _items(message, provider, files)
    fields: dict[str, Json] = {"input": items}
    if instructions:
        fields["instructions"] = "\n\n".join(instructions)
    return fields


def _items(message: Message, provider: str, files: Mapping[str, bytes]) -> list[Json]:
    match message:
        case SystemMessage():
            return [_said("system", message.text)]
        case UserMessage():
            return [_said("user", _content(message, files))]
        case AssistantMessage():
            return _assistant(message, provider)
        case ToolMessage():
            output = {"call_id": message.call_id, "output": message.text}
            return [{"type": "function_call_output", **output}]
        case _:
            assert_never(message)


def _said(role: str, content: Json) -> Json:
    return {"type": "message", "role": role, "content": content}


def _content(message: UserMessage, files: Mapping[str, bytes]) -> Json:
    texts = [part.text for part in message.parts if isinstance(part, TextPart)]
    if len(texts) == len(message.parts):
        return "\n\n".join(texts)
    return [_part(part, files) for part in message.parts]


def _part(part: Part, files: Mapping[str, bytes]) -> Json:
    match part:
        case TextPart():
            return {"type": "input_text", "text": part.text}
        case ImagePart():
            url = _data_url(part.media_type, files[part.blob])
            return {"type": "input_image", "image_url": url}
        case DocumentPart():
            return _document(part, files[part.blob])
        case AudioPart():
            raise ModelRefused(
                "This model does not hear sound: have it written down first.", field="messages"
            )
        case _:
            assert_never(part)


def _document(part: DocumentPart, content: bytes) -> Json:
    if is_text(part.media_type):
        text = content.decode("utf-8", "replace")
        name = part.name.replace('"', "'")
        return {"type": "input_text", "text": f'<document name="{name}">\n{text}\n</document>'}
    url = _data_url(part.media_type, content)
    return {"type": "input_file", "filename": part.name, "file_data": url}


def _data_url(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{b64encode(content).decode()}"


def _assistant(message: AssistantMessage, provider: str) -> list[Json]:
    items: list[Json] = []
    if message.state and message.state.get("provider") == provider:
        items += message.state.get("thoughts") or []
    if message.text:
        items.append(_said("assistant", message.text))
    for call in message.calls:
        named = {"call_id": call.id, "name": call.name, "arguments": arguments_text(call)}
        items.append({"type": "function_call", **named})
    return items


def _tools(request: ModelRequest, deviations: Deviations) -> dict[str, Json]:
    choice = request.tool_choice
    is_hidden = choice == "none" and has_no_choice(deviations)
    shown = [] if is_hidden else [_tool(tool) for tool in request.tools]
    shown += deviations.own_tools
    if not shown:
        return {}
    fields: dict[str, Json] = {"tools": shown}
    if choice != "auto" and not is_hidden:
        fields["tool_choice"] = choice if choice in _MODES else {"type": "function", "name": choice}
    if request.parallel_calls is not None and "parallel_calls" not in deviations.leaves_out:
        fields["parallel_tool_calls"] = request.parallel_calls
    return fields


def _tool(tool: ToolSpec) -> Json:
    # Strict is the rule here, and few schemas are written for it.
    return {"type": "function", **tool.model_dump(mode="json"), "strict": False}


def _sampling(request: ModelRequest, deviations: Deviations) -> dict[str, Json]:
    wanted = sampling(request, deviations)
    return {_RENAMED.get(name, name): wanted[name] for name in wanted if name not in _UNKNOWN}


def _reasoning(request: ModelRequest, deviations: Deviations) -> dict[str, Json]:
    effort = thinking(request, deviations).get("reasoning_effort")
    return {} if effort is None else {"reasoning": {"effort": effort}}


def _answer_format(request: ModelRequest, deviations: Deviations) -> dict[str, Json]:
    assert request.answer_format is not None
    wanted: dict[str, Json] = format_of(request.answer_format, deviations)
    if deviations.format_as == "response_format":
        return {"response_format": wanted}
    schema: dict[str, Json] = wanted.get("json_schema") or {}
    return {"text": {"format": {"type": wanted["type"], **schema}}}
