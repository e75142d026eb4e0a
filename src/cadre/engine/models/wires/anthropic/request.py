"""Our request in the words of the Messages API.

`max_tokens` of the request is never exceeded, for thoughts neither: money was set aside
for that many.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cadre.engine.models.wires.anthropic.claude import Traits, traits_of
from cadre.engine.models.wires.anthropic.content import Turns, begins_with_thoughts, system_blocks
from cadre.engine.models.wires.json_schema import fit_schema
from cadre.kernel.messages import AnswerFormat, Json, ModelRequest, ReasoningEffort, ToolSpec
from cadre.kernel.values import is_list, is_object

_CACHED: Json = {"type": "ephemeral"}
_LEAST_BUDGET = 1024
_BUDGETS: dict[ReasoningEffort, int] = {
    "minimal": 1024,
    "low": 4096,
    "medium": 12_288,
    "high": 24_576,
}
_EFFORTS: dict[ReasoningEffort, str] = {
    "none": "low",
    "minimal": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
}
_NOT_IN_NAME = re.compile(r"[^a-zA-Z0-9_-]")
_KEYWORDS = {
    "$ref",
    "$defs",
    "type",
    "enum",
    "const",
    "anyOf",
    "allOf",
    "title",
    "properties",
    "additionalProperties",
    "required",
    "items",
}
_FORMATS = {
    "date-time",
    "time",
    "date",
    "duration",
    "email",
    "hostname",
    "uri",
    "ipv4",
    "ipv6",
    "uuid",
}


@dataclass(frozen=True, slots=True)
class Encoded:
    """The body, and the name of the tool whose input is the answer, if that was needed."""

    body: dict[str, Json]
    answer_tool: str | None = None


def encode_request(
    request: ModelRequest,
    *,
    provider: str,
    model: str,
    files: Mapping[str, bytes],
    output_tokens: int | None = None,
) -> Encoded:
    """The body without `stream`; `files` holds the content of the request's blobs."""
    traits = traits_of(model)
    answer_tool = _answer_tool(request, traits)
    turns = Turns(provider, model, files, binds_thoughts=traits.binds_thoughts).encode(request)
    body: dict[str, Json] = {
        "model": model,
        "max_tokens": request.max_tokens or output_tokens or traits.output_tokens,
        "messages": turns,
    }
    tools = [_tool(tool) for tool in request.tools]
    if answer_tool is not None:
        tools.append(_tool(answer_tool))
    if tools:
        body["tools"] = tools
        body["tool_choice"] = _tool_choice(request, traits, answer_tool)
    _add_system(body, request, traits)
    _add_sampling(body, request, traits)
    _add_thinking(body, request, traits)
    if request.answer_format and request.answer_format.json_schema and answer_tool is None:
        body.setdefault("output_config", {})["format"] = _format(request.answer_format)
    if request.cache_prompt:
        _mark(body)
    return Encoded(body, answer_tool.name if answer_tool else None)


def _tool(tool: ToolSpec) -> dict[str, Json]:
    schema = tool.parameters if "type" in tool.parameters else {"type": "object", **tool.parameters}
    return {"name": tool.name, "description": tool.description, "input_schema": schema}


def _answer_tool(request: ModelRequest, traits: Traits) -> ToolSpec | None:
    """The tool that stands in for a format, where the model has none or the shape is free."""
    form = request.answer_format
    if form is None or not traits.takes_forced_calls:
        return None
    if traits.takes_format and form.json_schema:
        return None
    taken = {tool.name for tool in request.tools}
    name = _NOT_IN_NAME.sub("_", form.name)[:60] or "answer"
    while name in taken:
        name += "_"
    return ToolSpec(
        name=name,
        description="Give the final answer. Its input is the whole answer.",
        parameters=form.json_schema or {"type": "object"},
    )


def _tool_choice(request: ModelRequest, traits: Traits, answer: ToolSpec | None) -> Json:
    choice: dict[str, Json] = _wanted_choice(request, answer)
    if choice["type"] in {"any", "tool"} and not traits.takes_forced_calls:
        choice["type"] = "auto"
        choice.pop("name", None)
    if request.parallel_calls is not None and choice["type"] != "none":
        choice["disable_parallel_tool_use"] = not request.parallel_calls
    return choice


def _wanted_choice(request: ModelRequest, answer: ToolSpec | None) -> dict[str, Json]:
    has_choice = bool(request.tools) and request.tool_choice != "none"
    match request.tool_choice:
        case _ if answer is not None and not has_choice:
            return {"type": "tool", "name": answer.name, "disable_parallel_tool_use": True}
        case "auto" if answer is None:
            return {"type": "auto"}
        case "auto" | "required":
            return {"type": "any"}
        case "none":
            return {"type": "none"}
        case name:
            return {"type": "tool", "name": name}


def _add_system(body: dict[str, Json], request: ModelRequest, traits: Traits) -> None:
    blocks = list(system_blocks(request))
    form = request.answer_format
    if form and not traits.takes_forced_calls and not form.json_schema:
        blocks.append({"type": "text", "text": "Answer with one JSON object and nothing else."})
    if request.tools and not traits.takes_forced_calls:
        blocks += _nudge(request.tool_choice)
    if blocks:
        body["system"] = blocks


def _nudge(choice: str) -> list[Json]:
    """Said in words to models that can't be forced."""
    if choice in {"auto", "none"}:
        return []
    which = "one of the tools" if choice == "required" else f"the tool `{choice}`"
    return [{"type": "text", "text": f"Your next answer must be a call of {which}."}]


def _add_sampling(body: dict[str, Json], request: ModelRequest, traits: Traits) -> None:
    if stops := [stop for stop in request.stop if stop.strip()]:
        body["stop_sequences"] = stops
    if not traits.takes_sampling:
        return
    if request.temperature is not None:
        # Ours, as with most providers, goes up to 2; this one's ends at 1.
        body["temperature"] = min(request.temperature, 1.0)
    elif request.top_p is not None:  # newer ones refuse both together
        body["top_p"] = request.top_p


def _add_thinking(body: dict[str, Json], request: ModelRequest, traits: Traits) -> None:
    effort = request.reasoning_effort
    is_forced = body.get("tool_choice", {}).get("type") in {"any", "tool"}
    if traits.thinking == "adaptive" and effort is not None:
        body["output_config"] = {"effort": _EFFORTS[effort]}
    if is_forced or effort is None or effort == "none":
        # Forced calls are refused while a model thinks.
        must_stop = traits.thinks_unasked and (is_forced or effort == "none")
        if must_stop and traits.off:
            body["thinking"] = {"type": traits.off}
    elif traits.thinking == "adaptive":
        body["thinking"] = {"type": "adaptive", "display": "summarized"}
    elif traits.thinking == "budget":
        _add_budget(body, _BUDGETS[effort])
    if "thinking" in body and body["thinking"]["type"] in {"adaptive", "enabled"}:
        body.pop("temperature", None)
        body.pop("top_p", None)


def _add_budget(body: dict[str, Json], budget: int) -> None:
    """Thoughts get at most three quarters; a loop that began without them goes on without."""
    budget = min(budget, body["max_tokens"] * 3 // 4)
    if budget >= _LEAST_BUDGET and begins_with_thoughts(body["messages"]):
        body["thinking"] = {"type": "enabled", "budget_tokens": budget}


def _format(form: AnswerFormat) -> Json:
    schema = _closed(fit_schema(form.json_schema, _is_kept))
    return {"type": "json_schema", "schema": schema}


def _is_kept(keyword: str, value: Json) -> bool:
    if keyword == "format":
        return value in _FORMATS
    if keyword == "minItems":
        return value in {0, 1}
    return keyword in _KEYWORDS


def _closed(schema: Json) -> Json:
    """Every object says that it has no other properties: the wire insists."""
    if is_list(schema):
        return [_closed(inner) for inner in schema]
    if not is_object(schema):
        return schema
    closed: dict[str, Json] = {name: _closed(inner) for name, inner in schema.items()}
    if closed.get("type") == "object":
        closed["additionalProperties"] = False
    return closed


def _mark(body: dict[str, Json]) -> None:
    """Ask to keep tools and system messages, each up to its last block."""
    for name in ("tools", "system"):
        if blocks := body.get(name):
            blocks[-1]["cache_control"] = _CACHED
