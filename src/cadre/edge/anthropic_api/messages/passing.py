"""A streamed message on its way through: looked at, not changed."""

import orjson

from cadre.edge.anthropic_api.usage import UsageReader
from cadre.engine.models import EventCutter, ModelReplyBroken, ModelUnavailable, data_of
from cadre.kernel.errors import CadreError
from cadre.kernel.messages import Json, Usage
from cadre.kernel.values import is_object

_CHARACTERS_PER_TOKEN = 4


class MessagePassage:
    """One answer of `provider`; `characters` is how much of it was said so far."""

    def __init__(self, provider: str) -> None:
        self._usage: Usage | None = None
        self.is_done = False
        self.characters = 0
        self._provider = provider
        self._reader = UsageReader()
        self._cutter = EventCutter()

    def feed(self, chunk: bytes) -> bytes:
        """What is to be sent on of `chunk`, or raise what a broken event means."""
        events = list(self._cutter.feed(chunk))
        for event in events:
            self._look_at(event)
        return events[0] if len(events) == 1 else b"".join(events)

    def close(self) -> bytes:
        """The provider said all; raise if that was not all of its answer."""
        if self.is_done:
            return b""
        raise ModelUnavailable(
            f"{self._provider} broke off in the middle of its answer. Try again."
        )

    def usage_so_far(self) -> Usage | None:
        """What the provider told; before its last word, the output is counted by characters."""
        if self._usage is None or self.is_done:
            return self._usage
        seen = -(-self.characters // _CHARACTERS_PER_TOKEN)
        output = max(self._usage.output_tokens, seen)
        return self._usage.model_copy(update={"output_tokens": output})

    def _look_at(self, event: bytes) -> None:
        data = data_of(event)
        if not data:
            return
        said = self._parse(data)
        match said.get("type"):
            case "content_block_delta":
                self.characters += _characters(said.get("delta"))
            case "message_start":
                message: Json = said.get("message")
                self._usage = self._reader.take(
                    message.get("usage") if is_object(message) else None
                )
            case "message_delta":
                self._usage = self._reader.take(said.get("usage"))
            case "message_stop":
                self.is_done = True
            case "error":
                raise _broke_off(self._provider, said.get("error"))
            case None:
                raise self._nonsense(data)
            case _:
                pass

    def _parse(self, data: bytes) -> dict[str, Json]:
        try:
            said: Json = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise self._nonsense(data) from error
        if not is_object(said):
            raise self._nonsense(data)
        return said

    def _nonsense(self, data: bytes) -> ModelReplyBroken:
        shown = data[:120].decode("utf-8", "replace")
        return ModelReplyBroken(
            f"{self._provider} sent something that is not an event of a message: {shown!r}. "
            "Check that its base URL is that of a server with Anthropic's Messages API."
        )


def _characters(delta: Json) -> int:
    if not is_object(delta):
        return 0
    said = delta.get("text") or delta.get("thinking") or delta.get("partial_json")
    return len(said) if isinstance(said, str) else 0


def _broke_off(provider: str, error: Json) -> CadreError:
    said = error.get("message") if is_object(error) else error
    return ModelUnavailable(f"{provider} broke off its answer: {str(said)[:400]}.")
