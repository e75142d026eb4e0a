"""Facts: what routing and money need to know of a chat completion's body."""

from cadre.edge.gateway import Seen
from cadre.engine.models import Ask
from cadre.infra.asgi import Fields
from cadre.kernel.messages import Json
from cadre.kernel.values import is_list, is_object
from cadre.trust.budgets import Spender

_FILES = {"image_url": "image", "file": "document", "input_audio": "audio"}


def ask_of(body: Fields, size: int, spender: Spender) -> Ask:
    """The facts of `body`, which is `size` bytes long."""
    data, seen = body.data, Seen()
    seen.take(data.get("messages"), "content", lambda part: _part(seen, part))
    tools, form = data.get("tools"), data.get("response_format")
    return seen.ask(
        spender,
        size,
        tools=len(tools) if is_list(tools) else 0,
        wants_json=is_object(form) and form.get("type") not in (None, "text"),
        wants_reasoning=data.get("reasoning_effort") not in (None, "none"),
        max_tokens=body.whole("max_completion_tokens") or body.whole("max_tokens"),
    )


def _part(seen: Seen, part: Json) -> str:
    """The words of a part, if it has some; a file is counted."""
    if not is_object(part):
        return ""
    kind: Json = part.get("type")
    if isinstance(kind, str) and kind in _FILES:
        seen.file(_FILES[kind], _size(part))
        return ""
    text: Json = part.get("text")
    return text if isinstance(text, str) else ""


def _size(part: dict[str, Json]) -> int:
    """How much of the body is the file itself."""
    inner = (value for value in part.values() if is_object(value))
    texts = [*part.values(), *(text for one in inner for text in one.values())]
    return max((len(text) for text in texts if isinstance(text, str)), default=0)
