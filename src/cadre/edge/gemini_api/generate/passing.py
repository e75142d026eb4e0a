"""A stream of generated content on its way through: looked at, not changed."""

from contextlib import suppress

from cadre.edge.gateway import Passage
from cadre.edge.gemini_api.generate.framing import Form, Framing
from cadre.engine.models import ModelReplyBroken, Passing, data_of
from cadre.kernel.messages import Json
from cadre.kernel.values import is_list, is_object

SERVER = "a server with Gemini's generateContent"
_FIELDS = {"candidates", "promptFeedback", "usageMetadata", "modelVersion", "responseId"}
_WHOLE = ("STOP", "FINISH_REASON_UNSPECIFIED")


class ContentPassage(Passage):
    """One stream of chunks; as events each is the provider's own bytes, as a list its data is."""

    event = "a chunk of generated content"
    server = SERVER

    def __init__(self, passing: Passing, provider: str, form: Form) -> None:
        super().__init__(passing, provider)
        self._framing = Framing(form)

    def feed(self, chunk: bytes) -> bytes:
        """What is to be sent on of `chunk`, or raise what a broken event means."""
        if self._framing.is_events:
            return super().feed(chunk)
        return b"".join(map(self._framed, self.events(chunk)))

    def close(self) -> bytes:
        """As with any, but the last event may lack its blank line."""
        last = b""
        if self.rest.strip():
            with suppress(ModelReplyBroken):  # it is cut off
                last = self._last(self.rest.rstrip(b"\r\n") + b"\r\n\r\n")
        return last + super().close() + self._framing.end()

    def takes(self, data: bytes) -> bool:
        said = self.parse(data)
        if error := said.get("error"):
            raise self.broke_off(error)
        if not _FIELDS & said.keys():
            raise self.nonsense(data)
        self.count(said)
        if is_done(said):
            self.is_done = True
            self.is_cut = is_cut(said)
        self.characters += sum(map(_characters, _parts(said)))
        return True

    def _last(self, event: bytes) -> bytes:
        if not self._framing.is_events:
            return self._framed(event)
        return event if self.passes(event) else b""

    def _framed(self, event: bytes) -> bytes:
        data = data_of(event)
        return self._framing.put(data) if data and self.takes(data) else b""


def is_answer(said: dict[str, Json]) -> bool:
    return "candidates" in said or "promptFeedback" in said


def is_done(said: dict[str, Json]) -> bool:
    """Whether it says why the model stopped, or that it did not begin."""
    return bool(_candidate(said).get("finishReason")) or _is_blocked(said)


def is_cut(said: dict[str, Json]) -> bool:
    """Whether an answer ended by a limit or a filter."""
    return _candidate(said).get("finishReason") not in _WHOLE or _is_blocked(said)


def _is_blocked(said: dict[str, Json]) -> bool:
    feedback = said.get("promptFeedback")
    return is_object(feedback) and bool(feedback.get("blockReason"))


def _candidate(said: dict[str, Json]) -> dict[str, Json]:
    candidates = said.get("candidates")
    first = candidates[0] if is_list(candidates) and candidates else None
    return first if is_object(first) else {}


def _parts(said: dict[str, Json]) -> list[Json]:
    content = _candidate(said).get("content")
    parts = content.get("parts") if is_object(content) else None
    return parts if is_list(parts) else []


def _characters(part: Json) -> int:
    if not is_object(part):
        return 0
    text: Json = part.get("text")
    return len(text) if isinstance(text, str) else len(str(part))
