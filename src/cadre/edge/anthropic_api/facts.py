"""Facts: what routing and money need to know of a body before anything of it is translated.

Read from the raw JSON in one pass over the turns, because most calls are passed through.
"""

from cadre.engine.models import Ask
from cadre.infra.asgi import Fields
from cadre.kernel.messages import Json
from cadre.kernel.values import is_list, is_object
from cadre.trust.budgets import Spender

_BYTES_PER_TOKEN = 4
_ATTACHMENT_TOKENS = 1_000
_TEXT_CHARACTERS = 4_000


def ask_of(body: Fields, size: int, spender: Spender) -> Ask:
    """The facts of `body`, which is `size` bytes long."""
    data = body.data
    seen = _Seen()
    turns = data.get("messages")
    if is_list(turns):
        for turn in turns:
            seen.take(turn)
    tools, thinking, config = data.get("tools"), data.get("thinking"), data.get("output_config")
    return Ask.by(
        spender,
        tokens=max(0, size - seen.file_bytes) // _BYTES_PER_TOKEN + seen.files * _ATTACHMENT_TOKENS,
        messages=len(turns) if is_list(turns) else 1,
        tools=len(tools) if is_list(tools) else 0,
        has_images=seen.has_images,
        has_documents=seen.has_documents,
        wants_json=is_object(config) and config.get("format") is not None,
        wants_reasoning=is_object(thinking) and thinking.get("type") != "disabled",
        max_tokens=body.whole("max_tokens"),
        text=seen.words[:_TEXT_CHARACTERS],
    )


class _Seen:
    """What the turns hold; `words` are the last user's."""

    __slots__ = ("file_bytes", "files", "has_documents", "has_images", "words")

    def __init__(self) -> None:
        self.words = ""
        self.files = self.file_bytes = 0
        self.has_images = self.has_documents = False

    def take(self, turn: Json) -> None:
        if not is_object(turn):
            return
        content: Json = turn.get("content")
        is_user = turn.get("role") == "user"
        if isinstance(content, str):
            if is_user:
                self.words = content
        elif is_list(content):
            words = [word for block in content if (word := self._block(block))]
            if is_user and words:
                self.words = "\n".join(words)

    def _block(self, block: Json) -> str:
        """The words of a block, if it has some; files are counted, in results of tools too."""
        if not is_object(block):
            return ""
        match block.get("type"):
            case "text":
                text: Json = block.get("text")
                return text if isinstance(text, str) else ""
            case "image":
                self.has_images = True
                self._count(block)
            case "document":
                self.has_documents = True
                self._count(block)
            case "tool_result":
                inner: Json = block.get("content")
                for one in inner if is_list(inner) else []:
                    self._block(one)
            case _:
                pass
        return ""

    def _count(self, block: dict[str, Json]) -> None:
        source: Json = block.get("source")
        data: Json = source.get("data") if is_object(source) else None
        self.files += 1
        self.file_bytes += len(data) if isinstance(data, str) else 0
