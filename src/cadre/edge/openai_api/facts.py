"""Facts: what routing and money need to know of a body before anything of it is translated.

Read from the raw JSON in one pass over the messages, because most calls are passed through.
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
    tools = data.get("tools")
    effort, form = data.get("reasoning_effort"), data.get("response_format")
    return Ask.by(
        spender,
        tokens=max(0, size - seen.file_bytes) // _BYTES_PER_TOKEN + seen.files * _ATTACHMENT_TOKENS,
        messages=len(turns) if is_list(turns) else 1,
        tools=len(tools) if is_list(tools) else 0,
        has_images=seen.has_images,
        has_documents=seen.has_documents,
        has_audio=seen.has_audio,
        wants_json=is_object(form) and form.get("type") not in {None, "text"},
        wants_reasoning=effort not in {None, "none"},
        max_tokens=body.whole("max_completion_tokens") or body.whole("max_tokens"),
        text=seen.words[:_TEXT_CHARACTERS],
    )


class _Seen:
    """What the turns hold; `words` are the last user's."""

    __slots__ = ("file_bytes", "files", "has_audio", "has_documents", "has_images", "words")

    def __init__(self) -> None:
        self.words = ""
        self.files = self.file_bytes = 0
        self.has_images = self.has_documents = self.has_audio = False

    def take(self, turn: Json) -> None:
        if not is_object(turn):
            return
        content: Json = turn.get("content")
        is_user = turn.get("role") == "user"
        if isinstance(content, str):
            if is_user:
                self.words = content
        elif is_list(content):
            words = [word for part in content if (word := self._part(part))]
            if is_user and words:
                self.words = "\n".join(words)

    def _part(self, part: Json) -> str:
        """The words of a part, if it has some; anything else is counted."""
        if not is_object(part):
            return ""
        kind: Json = part.get("type")
        if kind == "image_url":
            self.has_images = True
        elif kind == "file":
            self.has_documents = True
        elif kind == "input_audio":
            self.has_audio = True
        else:
            text: Json = part.get("text")
            return text if isinstance(text, str) else ""
        self.files += 1
        self.file_bytes += _size(part)
        return ""


def _size(part: dict[str, Json]) -> int:
    """How much of the body is the file itself."""
    inner = (value for value in part.values() if is_object(value))
    texts = [*part.values(), *(text for one in inner for text in one.values())]
    return max((len(text) for text in texts if isinstance(text, str)), default=0)
