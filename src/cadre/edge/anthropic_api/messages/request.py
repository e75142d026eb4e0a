"""A Messages request as a kernel request, for models that speak otherwise.

Hints that change no answer's shape (metadata, service tier, top_k) are left out; what another
dialect can't say at all is refused, so that nobody gets something else than he asked for.
"""

from typing import TypeGuard

from cadre.edge.anthropic_api.messages.turns import Turns
from cadre.infra.asgi import Fields, RequestFiles, check_schema
from cadre.kernel.messages import (
    AnswerFormat,
    Json,
    Message,
    ModelRequest,
    ReasoningEffort,
    SystemMessage,
    ToolSpec,
)
from cadre.kernel.values import is_list, is_object

_EFFORTS: dict[str, ReasoningEffort] = {
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "high",
    "max": "high",
}
_THINKING = ("enabled", "disabled", "adaptive", "between_tools")
_NOT_TRANSLATED = {
    "container": "Ask a model of Anthropic's.",
    "mcp_servers": "Ask a model of Anthropic's.",
}


async def read_request(body: Fields, model: str, files: RequestFiles) -> ModelRequest:
    """`body` for `model`; raises `BadField` or `NotSupported` and names the field."""
    for name, why in _NOT_TRANSLATED.items():
        if body.data.get(name):
            body.unsupported(name, why)
    tools = [_tool(tool) for tool in body.objects("tools")]
    choice = body.object_or_none("tool_choice")
    return ModelRequest(
        model=model,
        messages=await read_messages(body, files),
        tools=tools,
        tool_choice=_tool_choice(choice, tools),
        parallel_calls=_parallel_calls(choice),
        answer_format=_answer_format(body),
        temperature=body.number("temperature", 0, 1),
        top_p=body.number("top_p", 0, 1),
        stop=body.texts("stop_sequences"),
        max_tokens=body.whole("max_tokens"),
        reasoning_effort=_effort(body),
        cache_prompt=_asks_for_cache(body.data),
    )


async def read_messages(body: Fields, files: RequestFiles) -> list[Message]:
    """The system prompt and the turns."""
    system = "\n\n".join(_system(body))
    first: list[Message] = [SystemMessage(text=system)] if system else []
    said = await Turns(files).read(body)
    if not said:
        body.refuse("messages", "is missing: it has to be a list of at least one message")
    return first + said


def _system(body: Fields) -> list[str]:
    if isinstance(body.data.get("system"), str):
        return [body.text("system")]
    return [block.text("text") for block in body.objects("system")]


def _tool(tool: Fields) -> ToolSpec:
    if tool.text("type", "custom") != "custom":
        tool.unsupported("type", "Anthropic's own tools work with Anthropic's models only.")
    schema = tool.object("input_schema").data
    check_schema(schema, tool.place("input_schema"))
    if schema.get("type") != "object":
        tool.refuse("input_schema", 'has to describe an object: `"type": "object"`')
    return ToolSpec(
        name=tool.text("name"), description=tool.text("description", ""), parameters=schema
    )


def _tool_choice(choice: Fields | None, tools: list[ToolSpec]) -> str:
    if choice is None:
        return "auto"
    match choice.choice("type", ("auto", "any", "tool", "none")):
        case "any":
            return "required"
        case "none":
            return "none"
        case "tool":
            name = choice.text("name")
            if name not in {tool.name for tool in tools}:
                choice.refuse("name", f"is {name[:80]!r}, which is not among `tools`")
            return name
        case _:
            return "auto"


def _parallel_calls(choice: Fields | None) -> bool | None:
    is_off = choice is not None and choice.flag("disable_parallel_tool_use")
    return False if is_off else None


def _answer_format(body: Fields) -> AnswerFormat | None:
    config = body.object_or_none("output_config")
    form = config.object_or_none("format") if config is not None else None
    if form is None:
        form = body.object_or_none("output_format")
    if form is None:
        return None
    form.choice("type", ("json_schema",))
    schema = form.object("schema").data
    check_schema(schema, form.place("schema"))
    return AnswerFormat(json_schema=schema)


def _effort(body: Fields) -> ReasoningEffort | None:
    """How much to think: said in words, else by a number of tokens."""
    thinking = body.object_or_none("thinking")
    kind = None if thinking is None else thinking.choice("type", _THINKING)
    config = body.object_or_none("output_config")
    said = None
    if config is not None and "effort" in config:
        said = _EFFORTS[config.choice("effort", tuple(_EFFORTS))]
    if kind == "disabled":
        return "none"
    if thinking is None or kind != "enabled":
        return said or (None if kind is None else "medium")
    tokens = thinking.whole("budget_tokens", low=1024) or 1024
    return "low" if tokens <= 4096 else "medium" if tokens <= 16_384 else "high"


def _asks_for_cache(value: Json) -> bool:
    """Whether the request, its system prompt, a tool or a block of a turn carries a mark."""
    if _has_mark(value):
        return True
    blocks = [*_list(value.get("system")), *_list(value.get("tools"))]
    for message in _list(value.get("messages")):
        blocks += _list(message.get("content"))
    return any(map(_has_mark, blocks))


def _has_mark(value: Json) -> TypeGuard[dict[str, Json]]:
    return is_object(value) and value.get("cache_control") is not None


def _list(value: Json) -> list[Json]:
    return value if is_list(value) else []
