"""A body of generateContent as a kernel request, for models that speak otherwise.

Hints that change no answer's shape (safety settings, labels, topK, penalties) are left out; what
another dialect can't say at all is refused, so that nobody gets something else than he asked for.
"""

from cadre.edge.gemini_api.generate.contents import Contents
from cadre.edge.gemini_api.generate.schema import json_schema
from cadre.edge.gemini_api.generate.tools import read_tools
from cadre.edge.gemini_api.spelling import several
from cadre.infra.asgi import Fields, RequestFiles, check_schema
from cadre.kernel.messages import (
    AnswerFormat,
    Message,
    ModelRequest,
    ReasoningEffort,
    SystemMessage,
)

_NOTHING = Fields({})
_LEVELS: dict[str, ReasoningEffort] = {
    "MINIMAL": "minimal",
    "LOW": "low",
    "MEDIUM": "medium",
    "HIGH": "high",
}
_BUDGETS: tuple[tuple[int, ReasoningEffort], ...] = (
    (0, "none"),
    (512, "minimal"),
    (4096, "low"),
    (16_384, "medium"),
)
_NOT_TRANSLATED = {
    "speechConfig": "This model answers with text.",
    "imageConfig": "This model answers with text.",
    "responseLogprobs": "This model's provider does not tell them.",
    "logprobs": "This model's provider does not tell them.",
}


async def read_request(body: Fields, model: str, files: RequestFiles) -> ModelRequest:
    """`body` for `model`; raises `BadField` or `NotSupported` and names the field."""
    if "cachedContent" in body:
        body.unsupported("cachedContent", "Send the content itself.")
    config = body.object_or_none("generationConfig") or _NOTHING
    _refuse_untranslatable(config)
    tools, choice = read_tools(body)
    return ModelRequest(
        model=model,
        messages=[*_system(body), *await Contents(files).read(body)],
        tools=tools,
        tool_choice=choice,
        answer_format=_answer_format(config),
        temperature=config.number("temperature", 0, 2),
        top_p=config.number("topP", 0, 1),
        stop=config.texts("stopSequences"),
        seed=config.whole("seed", low=-(1 << 63), high=(1 << 63) - 1),
        max_tokens=config.whole("maxOutputTokens"),
        reasoning_effort=_effort(config),
    )


def wants_thoughts(body: Fields) -> bool:
    """Whether thoughts are to be told."""
    config = body.object_or_none("generationConfig") or _NOTHING
    thinking = config.object_or_none("thinkingConfig") or _NOTHING
    return thinking.flag("includeThoughts") is True


def _refuse_untranslatable(config: Fields) -> None:
    for name, why in _NOT_TRANSLATED.items():
        if config.data.get(name):
            config.unsupported(name, why)
    if (config.whole("candidateCount", low=1, high=8) or 1) > 1:
        config.unsupported("candidateCount", "This model gives one answer to a request.")
    if {kind.upper() for kind in config.texts("responseModalities")} - {"TEXT"}:
        config.unsupported("responseModalities", "This model answers with text.")


def _system(body: Fields) -> list[Message]:
    if isinstance(body.data.get("systemInstruction"), str):
        return [SystemMessage(text=body.text("systemInstruction"))]
    instruction = body.object_or_none("systemInstruction")
    if instruction is None:
        return []
    text = "\n\n".join(part.text("text") for part in several(instruction, "parts"))
    return [SystemMessage(text=text)] if text else []


def _answer_format(config: Fields) -> AnswerFormat | None:
    kind = config.text("responseMimeType", "text/plain")
    if kind == "text/plain":
        return None
    if kind != "application/json":
        config.unsupported("responseMimeType", "Ask for text/plain or application/json.")
    for name in ("responseJsonSchema", "_responseJsonSchema"):
        if name in config:
            schema = config.object(name).data
            check_schema(schema, config.place(name))
            return AnswerFormat(json_schema=schema)
    described = config.object_or_none("responseSchema")
    return AnswerFormat(json_schema=None if described is None else json_schema(described))


def _effort(config: Fields) -> ReasoningEffort | None:
    """How much to think: said in words, else by a number of tokens."""
    thinking = config.object_or_none("thinkingConfig")
    if thinking is None:
        return None
    level = thinking.text("thinkingLevel", "").upper()
    if level and level != "THINKING_LEVEL_UNSPECIFIED":
        if level not in _LEVELS:
            thinking.refuse("thinkingLevel", f"has to be one of: {', '.join(_LEVELS)}")
        return _LEVELS[level]
    tokens = thinking.whole("thinkingBudget", low=-1)
    if tokens is None or tokens < 0:  # as much as the model likes
        return "medium" if thinking.flag("includeThoughts") else None
    for most, effort in _BUDGETS:
        if tokens <= most:
            return effort
    return "high"
