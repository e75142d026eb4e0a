"""A request in OpenAI's words: the body of a chat completion."""

from collections.abc import Mapping
from hashlib import sha256

import orjson

from cadre.engine.models.errors import FeatureMissing
from cadre.engine.models.wires.openai.deviations import Deviations
from cadre.engine.models.wires.openai.messages import encode_messages
from cadre.kernel.messages import AnswerFormat, Json, ModelRequest, SystemMessage, ToolSpec

_MODES = {"auto", "none", "required"}
_CHOICES = {"required_tool", "named_tool"}
_NAMES = {
    "tools": "tools",
    "required_tool": "way to make a tool call sure",
    "named_tool": "way to have one tool called",
    "parallel_calls": "limit of one call at a time",
    "answer_format": "answers in JSON",
    "json_schema": "answers by JSON Schema",
    "stop": "stop sequences",
    "images": "images",
    "documents": "documents",
    "audio": "audio",
}
_FIELDS = {
    "required_tool": "tool_choice",
    "named_tool": "tool_choice",
    "json_schema": "answer_format",
    "images": "messages",
    "documents": "messages",
    "audio": "messages",
}


def encode_request(
    request: ModelRequest,
    *,
    provider: str,
    model: str,
    files: Mapping[str, bytes],
    deviations: Deviations,
) -> bytes:
    """Return the JSON body, or raise `FeatureMissing` for what the model lacks.

    `files` holds the content of every blob of the request.
    """
    check_features(request, provider, model, deviations)
    body: dict[str, Json] = {
        "model": model,
        "messages": encode_messages(request, files, deviations),
        **_stream(request, deviations),
        **_tools(request, deviations),
        **sampling(request, deviations),
        **thinking(request, deviations),
        **deviations.always,
    }
    if request.answer_format is not None:
        body["response_format"] = format_of(request.answer_format, deviations)
    if request.cache_prompt and deviations.cache == "key":
        body["prompt_cache_key"] = cache_key(request)
    return orjson.dumps(body)


def check_features(
    request: ModelRequest, provider: str, model: str, deviations: Deviations
) -> None:
    """Raise `FeatureMissing` for what `request` can't do without and the model lacks."""
    missing = deviations.refused(request)
    if missing is not None:
        raise FeatureMissing(
            f"{provider} has no {_NAMES[missing]} for {model}: leave `{_FIELDS.get(missing, missing)}` "
            "out or take another model.",
            field=_FIELDS.get(missing, missing),
        )


def _stream(request: ModelRequest, deviations: Deviations) -> dict[str, Json]:
    by_schema = request.answer_format is not None and request.answer_format.json_schema is not None
    if by_schema and not deviations.streams_schemas:
        return {"stream": False}
    if not deviations.has_stream_options:
        return {"stream": True}
    return {"stream": True, "stream_options": {"include_usage": True}}


def _tools(request: ModelRequest, deviations: Deviations) -> dict[str, Json]:
    is_hidden = request.tool_choice == "none" and has_no_choice(deviations)
    if not request.tools or is_hidden:
        return {}
    fields: dict[str, Json] = {"tools": [_tool(tool) for tool in request.tools]}
    choice = request.tool_choice
    if choice != "auto":
        named = {"type": "function", "function": {"name": choice}}
        fields["tool_choice"] = choice if choice in _MODES else named
    if request.parallel_calls is not None and not deviations.leaves_out & {"parallel_calls"}:
        fields["parallel_tool_calls"] = request.parallel_calls
    return fields


def has_no_choice(deviations: Deviations) -> bool:
    """Whether no choice of tool can be told at all: then "none" is to show no tools."""
    return deviations.refuses >= _CHOICES


def _tool(tool: ToolSpec) -> Json:
    return {"type": "function", "function": tool.model_dump(mode="json")}


def sampling(request: ModelRequest, deviations: Deviations) -> dict[str, Json]:
    """The fields that say how tokens are chosen, and how many and until what."""
    wishes: dict[str, Json] = {"seed": request.seed}
    if not deviations.samples_only_unreasoned or request.reasoning_effort == "none":
        wishes |= {"temperature": _temperature(request, deviations), "top_p": request.top_p}
    fields = {
        name: value
        for name, value in wishes.items()
        if value is not None and name not in deviations.leaves_out
    }
    if request.stop:
        fields["stop"] = request.stop
    if request.max_tokens is not None:
        fields[deviations.max_tokens_field] = request.max_tokens
    return fields


def _temperature(request: ModelRequest, deviations: Deviations) -> float | None:
    highest = deviations.highest_temperature
    if request.temperature is None or highest is None:
        return request.temperature
    return min(request.temperature, highest)


def thinking(request: ModelRequest, deviations: Deviations) -> Mapping[str, Json]:
    """The fields that say how much to think."""
    if request.answer_format is not None and deviations.with_answer_format:
        return deviations.with_answer_format
    if request.reasoning_effort is None:
        return {}
    return deviations.efforts.get(request.reasoning_effort, {})


def format_of(wanted: AnswerFormat, deviations: Deviations) -> Json:
    """The `response_format` for `wanted`."""
    if wanted.json_schema is not None:
        schema = {"name": wanted.name, "schema": wanted.json_schema, "strict": wanted.strict}
        return {"type": "json_schema", "json_schema": schema}
    if deviations.has_json_object:
        return {"type": "json_object"}
    any_object = {"name": wanted.name, "schema": {"type": "object"}}
    return {"type": "json_schema", "json_schema": any_object}


def cache_key(request: ModelRequest) -> str:
    """The same for all requests that begin alike, so that they meet in one cache."""
    texts = [message.text for message in request.messages if isinstance(message, SystemMessage)]
    tools = [tool.model_dump(mode="json") for tool in request.tools]
    return sha256(orjson.dumps([texts[:1], tools])).hexdigest()[:32]
