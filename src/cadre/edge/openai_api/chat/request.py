"""A chat completion request as a kernel request, for models that speak otherwise.

Hints that change no answer's shape (user, metadata, service tier, penalties) are left out; what
another dialect can't say at all is refused, so that nobody gets something else than he asked for.
"""

from cadre.edge.openai_api.tools import answer_format, reasoning_effort, tool_spec
from cadre.infra.asgi import BadField, Fields, RequestFiles, kind
from cadre.kernel.messages import (
    AnswerFormat,
    AssistantMessage,
    Json,
    Message,
    ModelRequest,
    Part,
    SystemMessage,
    TextPart,
    ToolCall,
    ToolMessage,
    ToolSpec,
    UserMessage,
)

_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_SOUNDS = {"wav": "audio/wav", "mp3": "audio/mpeg"}
_NOT_TRANSLATED = {
    "functions": "Use `tools`.",
    "function_call": "Use `tool_choice`.",
    "audio": "Ask a model of a provider that speaks OpenAI's words.",
    "web_search_options": "Ask a model that searches by itself.",
    "logit_bias": "Models behind other dialects don't take it.",
    "prediction": "Models behind other dialects don't take it.",
}


async def read_request(body: Fields, model: str, files: RequestFiles) -> ModelRequest:
    """`body` for `model`; raises `BadField` or `NotSupported` and names the field."""
    _refuse_untranslatable(body)
    tools = [_tool(tool) for tool in body.objects("tools")]
    return ModelRequest(
        model=model,
        messages=await _Messages(files).read(body),
        tools=tools,
        tool_choice=_tool_choice(body, tools),
        parallel_calls=body.flag("parallel_tool_calls"),
        answer_format=_answer_format(body),
        temperature=body.number("temperature", 0, 2),
        top_p=body.number("top_p", 0, 1),
        stop=body.texts("stop"),
        seed=body.whole("seed", low=-(1 << 63), high=(1 << 63) - 1),
        max_tokens=body.whole("max_completion_tokens") or body.whole("max_tokens"),
        reasoning_effort=reasoning_effort(body, "reasoning_effort"),
    )


def _refuse_untranslatable(body: Fields) -> None:
    for name, why in _NOT_TRANSLATED.items():
        if body.data.get(name):
            body.unsupported(name, why)
    if (body.whole("n", low=1, high=128) or 1) > 1:
        body.unsupported("n", "This model gives one answer to a request.")
    if body.flag("logprobs"):
        body.unsupported("logprobs", "This model's provider does not tell them.")
    if set(body.texts("modalities")) - {"text"}:
        body.unsupported("modalities", "This model answers with text.")


class _Messages:
    """Reads messages in order; names of tools are known from the calls before."""

    def __init__(self, files: RequestFiles) -> None:
        self._files = files
        self._called: dict[str, str] = {}

    async def read(self, body: Fields) -> list[Message]:
        found = [await self._message(message) for message in body.objects("messages")]
        if not found:
            body.refuse("messages", "is missing: it has to be a list of at least one message")
        return found

    async def _message(self, message: Fields) -> Message:
        role = message.choice("role", _ROLES)
        if role in {"system", "developer"}:
            return SystemMessage(text=_text(message))
        if role == "user":
            return UserMessage(parts=await self._parts(message))
        if role == "assistant":
            return self._assistant(message)
        if role == "tool":
            return self._tool(message)
        return message.unsupported("role", "Use `tool` in place of `function`.")

    def _assistant(self, message: Fields) -> AssistantMessage:
        calls = [_call(call) for call in message.objects("tool_calls")]
        self._called |= {call.id: call.name for call in calls}
        if "function_call" in message:
            message.unsupported("function_call", "Use `tool_calls`.")
        text = _text(message) if "content" in message else message.text("refusal", "")
        reasoning = message.text("reasoning_content", "") or message.text("reasoning", "")
        return AssistantMessage(text=text, reasoning=reasoning, calls=calls)

    def _tool(self, message: Fields) -> ToolMessage:
        call_id = message.text("tool_call_id")
        if call_id not in self._called:
            message.refuse("tool_call_id", f"answers {call_id[:80]!r}, which nobody called before")
        return ToolMessage(call_id=call_id, name=self._called[call_id], text=_text(message))

    async def _parts(self, message: Fields) -> list[Part]:
        if isinstance(message.data.get("content"), str):
            return [TextPart(text=message.text("content"))]
        parts = [await self._part(part) for part in message.objects("content")]
        if not parts:
            message.refuse("content", "is missing: it has to be a text or a list of parts")
        return parts

    async def _part(self, part: Fields) -> Part:
        match part.text("type"):
            case "text":
                return TextPart(text=part.text("text"))
            case "image_url":
                image = part.object("image_url")
                place = image.place("url")
                return await self._files.image(
                    await self._files.at(image.text("url"), place), place
                )
            case "input_audio":
                sound = part.object("input_audio")
                form = sound.choice("format", tuple(_SOUNDS))
                place = sound.place("data")
                content = self._files.inside(sound.text("data"), _SOUNDS[form], place)
                return await self._files.audio(content)
            case "file":
                return await self._file(part.object("file"))
            case other:
                return part.refuse(
                    "type", f"is {other[:80]!r}; it has to be text, image_url, input_audio or file"
                )

    async def _file(self, file: Fields) -> Part:
        if "file_id" in file:
            file.unsupported("file_id", "Send the file itself as `file_data`.")
        place = file.place("file_data")
        content = await self._files.at(file.text("file_data"), place)
        return await self._files.document(content, file.text("filename", "document"), place)


def _text(message: Fields) -> str:
    """The content as one text: a string, or parts that are texts or a refusal."""
    content: Json = message.data.get("content")
    if isinstance(content, str):
        return content
    if content is None:
        message.refuse("content", "is missing: it has to be a text")
    texts: list[str] = []
    for part in message.objects("content"):
        if part.choice("type", ("text", "refusal")) == "text":
            texts.append(part.text("text"))
        else:
            texts.append(part.text("refusal"))
    return "".join(texts)


def _call(call: Fields) -> ToolCall:
    if call.text("type", "function") != "function":
        call.unsupported("type", "Only tools of type `function` are.")
    function = call.object("function")
    return ToolCall(
        id=call.text("id"),
        name=function.text("name"),
        arguments=function.text("arguments", "{}"),
    )


def _tool(tool: Fields) -> ToolSpec:
    if tool.text("type") != "function":
        tool.unsupported("type", "Only tools of type `function` are.")
    return tool_spec(tool.object("function"))


def _tool_choice(body: Fields, tools: list[ToolSpec]) -> str:
    chosen: Json = body.data.get("tool_choice")
    if chosen is None:
        return "auto"
    if isinstance(chosen, str):
        return body.choice("tool_choice", ("auto", "none", "required"))
    choice = body.object("tool_choice")
    if choice.text("type") != "function":
        choice.unsupported("type", "Name one tool, or say auto, none or required.")
    function = choice.object("function")
    name = function.text("name")
    if name not in {tool.name for tool in tools}:
        function.refuse("name", f"is {name[:80]!r}, which is not among `tools`")
    return name


def _answer_format(body: Fields) -> AnswerFormat | None:
    asked: Json = body.data.get("response_format")
    if asked is None:
        return None
    if isinstance(asked, str):
        raise BadField(
            f"`response_format` should be an object, but is {kind(asked)}.",
            field="response_format",
        )
    form = body.object("response_format")
    match form.choice("type", ("text", "json_object", "json_schema")):
        case "json_schema":
            return answer_format(form.object("json_schema"))
        case "json_object":
            return AnswerFormat()
        case _:
            return None
