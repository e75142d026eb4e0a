"""A responses request as a kernel request. What needs kept state, or OpenAI's own tools, is refused."""

from cadre.edge.openai_api.responses.items import Items
from cadre.edge.openai_api.tools import answer_format, reasoning_effort, tool_spec
from cadre.infra.asgi import Fields, RequestFiles
from cadre.kernel.messages import (
    AnswerFormat,
    Json,
    Message,
    ModelRequest,
    ReasoningEffort,
    SystemMessage,
    ToolSpec,
)

_NOT_KEPT = "Responses are not kept here: send the earlier items in `input`."
_NOT_HERE = {
    "previous_response_id": _NOT_KEPT,
    "conversation": _NOT_KEPT,
    "background": "Start a run through /api/v1/runs to have work done in the background.",
    "prompt": "Prompts are not kept here: send `instructions`.",
    "top_logprobs": "Most models don't tell them.",
}


async def read_request(body: Fields, model: str, files: RequestFiles) -> ModelRequest:
    """`body` for `model`; raises `BadField` or `NotSupported` and names the field."""
    for name, why in _NOT_HERE.items():
        if body.data.get(name):
            body.unsupported(name, why)
    tools = [_tool(tool) for tool in body.objects("tools")]
    return ModelRequest(
        model=model,
        messages=await _messages(body, files),
        tools=tools,
        tool_choice=_tool_choice(body, tools),
        parallel_calls=body.flag("parallel_tool_calls"),
        answer_format=_answer_format(body),
        temperature=body.number("temperature", 0, 2),
        top_p=body.number("top_p", 0, 1),
        max_tokens=body.whole("max_output_tokens"),
        reasoning_effort=_effort(body),
    )


async def _messages(body: Fields, files: RequestFiles) -> list[Message]:
    instructions = body.text("instructions", "")
    first: list[Message] = [SystemMessage(text=instructions)] if instructions else []
    said = await Items(files).read(body)
    if not said:
        body.refuse("input", "is missing: it has to be a text or a list of items")
    return first + said


def _tool(tool: Fields) -> ToolSpec:
    if tool.text("type") != "function":
        tool.unsupported("type", "Only tools of type `function` are.")
    return tool_spec(tool)


def _tool_choice(body: Fields, tools: list[ToolSpec]) -> str:
    chosen: Json = body.data.get("tool_choice")
    if chosen is None:
        return "auto"
    if isinstance(chosen, str):
        return body.choice("tool_choice", ("auto", "none", "required"))
    choice = body.object("tool_choice")
    if choice.text("type") != "function":
        choice.unsupported("type", "Name one function, or say auto, none or required.")
    name = choice.text("name")
    if name not in {tool.name for tool in tools}:
        choice.refuse("name", f"is {name[:80]!r}, which is not among `tools`")
    return name


def _answer_format(body: Fields) -> AnswerFormat | None:
    text = body.object_or_none("text")
    form = text.object_or_none("format") if text is not None else None
    if form is None:
        return None
    match form.choice("type", ("text", "json_object", "json_schema")):
        case "json_schema":
            return answer_format(form)
        case "json_object":
            return AnswerFormat()
        case _:
            return None


def _effort(body: Fields) -> ReasoningEffort | None:
    reasoning = body.object_or_none("reasoning")
    return None if reasoning is None else reasoning_effort(reasoning, "effort")
