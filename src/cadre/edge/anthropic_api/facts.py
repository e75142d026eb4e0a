"""Facts: what routing and money need to know of a message's body."""

from functools import partial

from cadre.edge.gateway import Seen
from cadre.engine.models import Ask
from cadre.infra.asgi import Fields
from cadre.kernel.messages import Json
from cadre.kernel.values import is_list, is_object
from cadre.trust.budgets import Spender


def ask_of(body: Fields, size: int, spender: Spender) -> Ask:
    """The facts of `body`, which is `size` bytes long."""
    data, seen = body.data, Seen()
    seen.take(data.get("messages"), "content", partial(_block, seen))
    tools, thinking, config = data.get("tools"), data.get("thinking"), data.get("output_config")
    return seen.ask(
        spender,
        size,
        tools=len(tools) if is_list(tools) else 0,
        wants_json=is_object(config) and config.get("format") is not None,
        wants_reasoning=is_object(thinking) and thinking.get("type") != "disabled",
        max_tokens=body.whole("max_tokens"),
    )


def _block(seen: Seen, block: Json) -> str:
    """The words of a block, if it has some; files are counted, in results of tools too."""
    if not is_object(block):
        return ""
    match block.get("type"):
        case "text":
            text: Json = block.get("text")
            return text if isinstance(text, str) else ""
        case "image" | "document" as kind:
            seen.file(kind, _size(block))
        case "tool_result":
            inner: Json = block.get("content")
            for one in inner if is_list(inner) else []:
                _block(seen, one)
        case _:
            pass
    return ""


def _size(block: dict[str, Json]) -> int:
    source: Json = block.get("source")
    data: Json = source.get("data") if is_object(source) else None
    return len(data) if isinstance(data, str) else 0
