"""A streamed chat completion on its way through: looked at, not changed.

The extra chunk with usage, which we ask for, is left out again if the caller did not.
"""

import orjson

from cadre.edge.gateway import Passage
from cadre.edge.openai_api.chat.reply import DONE
from cadre.engine.models import ModelReplyBroken, Passing
from cadre.kernel.messages import Json
from cadre.kernel.values import is_list, is_object

SERVER = "an OpenAI-compatible server"


class ChunkPassage(Passage):
    """One stream of chunks."""

    event = "a chunk of a chat completion"
    server = SERVER
    grows = False

    def __init__(self, passing: Passing, provider: str, *, with_usage: bool) -> None:
        super().__init__(passing, provider)
        self._with_usage = with_usage
        self._is_finished = False

    def close(self) -> bytes:
        """As with any, but some servers leave out the end of it."""
        last = b""
        if not self.is_done and self.rest.strip():
            last = self._last(self.rest)
        if self._is_finished and not self.is_done:
            return last + DONE
        return last + super().close()

    def takes(self, data: bytes) -> bool:
        if data == b"[DONE]":
            self.is_done = True
            return True
        chunk = self.parse(data)
        if error := chunk.get("error"):
            raise self.broke_off(error)
        choices: Json = chunk.get("choices")
        if choices:
            self._look_at(choices)
        return not self.count(chunk) or self._with_usage or bool(choices)

    def _last(self, rest: bytes) -> bytes:
        """An event without its blank line still counts, unless it is cut off."""
        try:
            event = rest.rstrip(b"\r\n") + b"\n\n"
            return event if self.passes(event) else b""
        except ModelReplyBroken:
            return b""

    def _look_at(self, choices: Json) -> None:
        if not is_list(choices) or not is_object(choices[0]):
            raise self.nonsense(orjson.dumps(choices))
        if choices[0].get("finish_reason"):
            self._is_finished = True
            self.is_cut = is_cut(choices)
        delta: Json = choices[0].get("delta")
        if is_object(delta):
            self.characters += _characters(delta)


def is_cut(choices: Json) -> bool:
    """Whether an answer ended by a limit or a filter."""
    first = choices[0] if is_list(choices) and choices else None
    return is_object(first) and first.get("finish_reason") in ("length", "content_filter")


def _characters(delta: dict[str, Json]) -> int:
    content: Json = delta.get("content")
    if isinstance(content, str) and content:
        return len(content)
    if calls := delta.get("tool_calls"):
        return len(str(calls))
    thought: Json = delta.get("reasoning_content") or delta.get("reasoning")
    return len(thought) if isinstance(thought, str) else 0
