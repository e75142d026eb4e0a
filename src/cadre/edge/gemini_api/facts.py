"""Facts: what routing and money need to know of a body of generateContent."""

from functools import partial

from cadre.edge.gateway import Seen
from cadre.engine.models import Ask
from cadre.infra.asgi import Fields
from cadre.kernel.messages import Json
from cadre.kernel.values import is_list, is_object
from cadre.trust.budgets import Spender


def ask_of(body: Fields, size: int, spender: Spender) -> Ask:
    """The facts of `body`, which is `size` bytes long and spelled in camel case."""
    data, seen = body.data, Seen()
    contents = data.get("contents")
    turns = [contents] if is_object(contents) else contents
    seen.take(turns, "parts", partial(_part, seen))
    config = body.object_or_none("generationConfig") or Fields({})
    thinking = config.data.get("thinkingConfig")
    return seen.ask(
        spender,
        size,
        tools=_declared(data.get("tools")),
        wants_json=config.data.get("responseMimeType") == "application/json",
        wants_reasoning=is_object(thinking) and thinking.get("thinkingBudget") != 0,
        max_tokens=config.whole("maxOutputTokens"),
    )


def _declared(tools: Json) -> int:
    """How many functions are declared."""
    several = tools if is_list(tools) else [tools]
    declared = [tool.get("functionDeclarations") for tool in several if is_object(tool)]
    return sum(len(functions) for functions in declared if is_list(functions))


def _part(seen: Seen, part: Json) -> str:
    """The words of a part, if it has some; a file is counted."""
    if not is_object(part):
        return ""
    for name, content in (("inlineData", "data"), ("fileData", "fileUri")):
        file: Json = part.get(name)
        if is_object(file):
            kind, data = str(file.get("mimeType")).partition("/")[0], file.get(content)
            seen.file(kind, len(data) if isinstance(data, str) else 0)
            return ""
    text: Json = part.get("text")
    return text if isinstance(text, str) else ""
