"""Facts: what routing and money need to know of a body before anything of it is translated.

Read from the raw JSON in one pass over the turns, because most calls are passed through.
"""

from collections.abc import Callable, Iterable

from cadre.engine.models import Ask
from cadre.kernel.messages import Json
from cadre.kernel.values import is_list, is_object
from cadre.trust.budgets import Spender

_BYTES_PER_TOKEN = 4
_ATTACHMENT_TOKENS = 1_000
_TEXT_CHARACTERS = 4_000


class Seen:
    """What the turns of a chat hold; `words` are the last user's."""

    __slots__ = (
        "file_bytes",
        "files",
        "has_audio",
        "has_documents",
        "has_images",
        "turns",
        "words",
    )

    def __init__(self) -> None:
        self.words = ""
        self.turns = self.files = self.file_bytes = 0
        self.has_images = self.has_documents = self.has_audio = False

    def take(self, turns: Json, name: str, part: Callable[[Json], str], role: str = "user") -> None:
        """Look at each of `turns`: at its text, or at the parts in its field `name`.

        `part` gives the words of a part and notes what else it is.
        """
        if not is_list(turns):
            return
        self.turns = len(turns)
        for turn in turns:
            if is_object(turn):
                words = _words(turn.get(name), part)
                if words and turn.get("role", "user") == role:
                    self.words = words

    def file(self, kind: str, size: int) -> None:
        """Note a file whose text is `size` characters of the body; `kind` as "image", "audio"."""
        self.files += 1
        self.file_bytes += size
        if kind == "image":
            self.has_images = True
        elif kind == "audio":
            self.has_audio = True
        else:
            self.has_documents = True

    def ask(
        self,
        spender: Spender,
        size: int,
        *,
        tools: int,
        wants_json: bool,
        wants_reasoning: bool,
        max_tokens: int | None,
    ) -> Ask:
        """The facts of a body that is `size` bytes long."""
        said = max(0, size - self.file_bytes) // _BYTES_PER_TOKEN
        return Ask.by(
            spender,
            tokens=said + self.files * _ATTACHMENT_TOKENS,
            messages=self.turns or 1,
            tools=tools,
            has_images=self.has_images,
            has_documents=self.has_documents,
            has_audio=self.has_audio,
            wants_json=wants_json,
            wants_reasoning=wants_reasoning,
            max_tokens=max_tokens,
            text=self.words[:_TEXT_CHARACTERS],
        )


def _words(content: Json, part: Callable[[Json], str]) -> str:
    if isinstance(content, str):
        return content
    parts: Iterable[Json] = content if is_list(content) else (content,)
    return "\n".join(words for one in parts if (words := part(one)))
