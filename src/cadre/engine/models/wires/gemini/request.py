"""Our request in the words of Gemini's generateContent."""

from collections.abc import Mapping

import orjson

from cadre.engine.models.wires.gemini.content import Contents, system_instruction
from cadre.engine.models.wires.gemini.thinking import is_third, thinking_config
from cadre.engine.models.wires.json_schema import fit_schema
from cadre.kernel.messages import Json, ModelRequest, ToolSpec

_KEYWORDS = {
    "$ref",
    "$defs",
    "type",
    "format",
    "title",
    "enum",
    "anyOf",
    "properties",
    "additionalProperties",
    "required",
    "propertyOrdering",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
}
_MODES = {"auto": "AUTO", "none": "NONE", "required": "ANY"}


def encode_request(
    request: ModelRequest, *, provider: str, model: str, files: Mapping[str, bytes]
) -> dict[str, Json]:
    """The body; `files` holds the content of the request's blobs."""
    body: dict[str, Json] = {"contents": Contents(provider, model, files).encode(request)}
    said = _format_in_words(request) if _is_format_said(request, model) else ()
    if (instruction := system_instruction(request, *said)) is not None:
        body["systemInstruction"] = instruction
    if request.tools:
        body["tools"] = [{"functionDeclarations": [_declaration(tool) for tool in request.tools]}]
        body["toolConfig"] = {"functionCallingConfig": _calling(request.tool_choice)}
    if config := _generation(request, model):
        body["generationConfig"] = config
    return body


def _declaration(tool: ToolSpec) -> Json:
    declaration: dict[str, Json] = {"name": tool.name, "description": tool.description}
    if tool.parameters.get("properties"):
        declaration["parametersJsonSchema"] = _fitted(tool.parameters)
    return declaration


def _calling(choice: str) -> Json:
    if choice in _MODES:
        return {"mode": _MODES[choice]}
    return {"mode": "ANY", "allowedFunctionNames": [choice]}


def _generation(request: ModelRequest, model: str) -> dict[str, Json]:
    config: dict[str, Json] = {
        "temperature": request.temperature,
        "topP": request.top_p,
        "maxOutputTokens": request.max_tokens,
        "seed": request.seed,
        "stopSequences": request.stop or None,
        "thinkingConfig": thinking_config(model, request.reasoning_effort, request.max_tokens),
    }
    form = request.answer_format
    if form is not None and not _is_format_said(request, model):
        config["responseMimeType"] = "application/json"
        config["responseJsonSchema"] = _fitted(form.json_schema) if form.json_schema else None
    return {name: value for name, value in config.items() if value is not None}


def _is_format_said(request: ModelRequest, model: str) -> bool:
    return request.answer_format is not None and bool(request.tools) and not is_third(model)


def _format_in_words(request: ModelRequest) -> tuple[str]:
    words = "When you give your final answer, give one JSON object and nothing else."
    schema = request.answer_format.json_schema if request.answer_format else None
    shape = f" It matches this JSON Schema: {orjson.dumps(schema).decode()}" if schema else ""
    return (words + shape,)


def _fitted(schema: dict[str, Json]) -> dict[str, Json]:
    return fit_schema(schema, lambda keyword, _: keyword in _KEYWORDS)
