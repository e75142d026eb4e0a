"""A streamed chat completion on its way through: looked at, not changed.

Every event is read as JSON, which takes less than a microsecond and shows at once what is broken;
what is sent on are the provider's own bytes. The extra chunk with usage, which we ask for, is left
out again if the caller did not.
"""

import orjson

from cadre.edge.openai_api.chat.reply import DONE
from cadre.edge.openai_api.usage import read_usage
from cadre.engine.models import EventCutter, ModelReplyBroken, ModelUnavailable, data_of
from cadre.kernel.messages import Json, Usage
from cadre.kernel.values import is_list, is_object


class ChunkPassage:
    """One answer of `provider`. `usage` is None as long as it has not been told.

    `characters` is how much was said so far, for an answer that never tells its usage.
    """

    def __init__(self, provider: str, *, with_usage: bool) -> None:
        self.usage: Usage | None = None
        self.is_done = False
        self.characters = 0
        self._provider = provider
        self._with_usage = with_usage
        self._is_finished = False
        self._cutter = EventCutter()

    def feed(self, chunk: bytes) -> bytes:
        """What is to be sent on of `chunk`, or raise what a broken event means."""
        passed = [event for event in self._cutter.feed(chunk) if self._passes(event)]
        return passed[0] if len(passed) == 1 else b"".join(passed)

    def close(self) -> bytes:
        """The provider said all; what is missing of the end, or raise that it broke off."""
        last = b""
        if not self.is_done and self._cutter.rest.strip():
            last = self._last(self._cutter.rest)
        if self.is_done:
            return last
        if self._is_finished:  # some servers leave [DONE] out
            return last + DONE
        raise ModelUnavailable(
            f"{self._provider} broke off in the middle of its answer. Try again."
        )

    def _last(self, rest: bytes) -> bytes:
        """An event without its blank line still counts, unless it is cut off."""
        try:
            event = rest.rstrip(b"\r\n") + b"\n\n"
            return event if self._passes(event) else b""
        except ModelReplyBroken:
            return b""

    def _passes(self, event: bytes) -> bool:
        data = data_of(event)
        if not data:
            return True
        if data == b"[DONE]":
            self.is_done = True
            return True
        chunk = self._parse(data)
        if error := chunk.get("error"):
            raise _broke_off(self._provider, error)
        choices: Json = chunk.get("choices")
        if choices:
            self._look_at(choices)
        if usage := chunk.get("usage"):
            self.usage = read_usage(usage) or self.usage
            return self._with_usage or bool(choices)
        return True

    def _parse(self, data: bytes) -> dict[str, Json]:
        try:
            chunk: Json = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise self._nonsense(data) from error
        if not is_object(chunk):
            raise self._nonsense(data)
        return chunk

    def _look_at(self, choices: Json) -> None:
        if not is_list(choices) or not is_object(choices[0]):
            raise self._nonsense(orjson.dumps(choices))
        if choices[0].get("finish_reason"):
            self._is_finished = True
        delta: Json = choices[0].get("delta")
        if is_object(delta):
            self.characters += _characters(delta)

    def _nonsense(self, data: bytes) -> ModelReplyBroken:
        shown = data[:120].decode("utf-8", "replace")
        return ModelReplyBroken(
            f"{self._provider} sent something that is not a chunk of a chat completion: "
            f"{shown!r}. Check that its base URL is that of an OpenAI-compatible server."
        )


def _characters(delta: dict[str, Json]) -> int:
    content: Json = delta.get("content")
    if isinstance(content, str) and content:
        return len(content)
    if calls := delta.get("tool_calls"):
        return len(str(calls))
    thought: Json = delta.get("reasoning_content") or delta.get("reasoning")
    return len(thought) if isinstance(thought, str) else 0


def _broke_off(provider: str, error: Json) -> ModelUnavailable:
    said = error.get("message") if is_object(error) else error
    return ModelUnavailable(f"{provider} broke off its answer: {str(said)[:400]}.")
