"""Chunks of a Gemini stream become one reply.

Calls come whole, thoughts are parts marked as such, and the last usage is the total.
"""

from collections.abc import Iterator

import orjson

from cadre.engine.models.errors import ModelRefused, ModelReplyBroken, ModelUnavailable
from cadre.engine.models.wires.draft import Draft
from cadre.engine.models.wires.gemini.usage import find_usage, read_usage
from cadre.kernel.messages import (
    Citation,
    Delta,
    Json,
    ModelReply,
    StopReason,
    Usage,
)

_NONE: list[Json] = []
_NOTHING: dict[str, Json] = {}
_REFUSED = {
    "SAFETY",
    "RECITATION",
    "LANGUAGE",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "MODEL_ARMOR",
    "ESCALATION",
    "PUP_LIMITED_DISABLED",
}
_CUT_SHORT = {"MAX_TOKENS", "CONTINUATION"}
_FAILED = {"MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL"}


class ReplyBuilder:
    """Takes chunks, gives deltas, and holds the whole answer in the end."""

    def __init__(self, provider: str) -> None:
        self.draft = Draft()
        self.model = ""
        self._provider = provider
        self._usage: dict[str, Json] = {}
        self._grounding: dict[str, Json] = {}
        self._finish: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the model said why it stopped."""
        return self._finish is not None

    @property
    def has_usage(self) -> bool:
        return bool(self._usage)

    def take(self, chunk: dict[str, Json]) -> list[Delta]:
        """Add one chunk; return what is new in it. Raises `ModelReplyBroken` on nonsense."""
        try:
            return self._read(chunk)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ModelReplyBroken(
                "The model server sent a chunk that is not generated content: "
                f"{str(chunk)[:200]}. Check that it speaks Gemini's generateContent."
            ) from error

    def usage(self) -> Usage:
        """What was used."""
        return read_usage(self._usage)

    def finish(self, model: str, answered: str) -> ModelReply:
        """The whole answer; `answered` is the full name of the model that gave it."""
        for citation in _citations(self._grounding):
            self.draft.cite(citation)
        message = self.draft.message(self._provider, model)
        return ModelReply(message=message, usage=self.usage(), stop=self._stop(), model=answered)

    def _stop(self) -> StopReason:
        if self._finish in _REFUSED:
            return "refused"
        if self._finish in _CUT_SHORT:
            return "length"
        return "tool_calls" if self.draft.has_calls else "end"

    def _read(self, chunk: dict[str, Json]) -> list[Delta]:
        self.model = chunk.get("modelVersion") or self.model
        self._usage.update(find_usage(chunk) or _NOTHING)
        if reason := (chunk.get("promptFeedback") or _NOTHING).get("blockReason"):
            raise ModelRefused(
                f"{self._provider} refuses to answer this ({reason}). Change what is asked."
            )
        deltas: list[Delta] = []
        for candidate in chunk.get("candidates") or _NONE:
            if candidate.get("index", 0) == 0:
                deltas += self._read_candidate(candidate)
        return deltas

    def _read_candidate(self, candidate: dict[str, Json]) -> list[Delta]:
        deltas: list[Delta] = []
        for part in (candidate.get("content") or _NOTHING).get("parts") or _NONE:
            deltas += self._read_part(part)
        self._grounding.update(candidate.get("groundingMetadata") or _NOTHING)
        quoted = candidate.get("citationMetadata") or _NOTHING
        for source in quoted.get("citationSources") or quoted.get("citations") or _NONE:
            if url := source.get("uri"):
                self.draft.cite(Citation(url=url, title=source.get("title") or ""))
        self._read_finish(candidate)
        return deltas

    def _read_finish(self, candidate: dict[str, Json]) -> None:
        reason = candidate.get("finishReason")
        if reason in _FAILED:
            told = candidate.get("finishMessage") or reason
            raise ModelUnavailable(
                f"The model of {self._provider} wrote a call that can't be read: "
                f"{str(told)[:200]}. Try again."
            )
        self._finish = reason or self._finish

    def _read_part(self, part: dict[str, Json]) -> list[Delta]:
        signature = part.get("thoughtSignature")
        sealed: dict[str, Json] | None = {"thoughtSignature": signature} if signature else None
        if part.get("thought"):
            return [*self.draft.think(part.get("text") or "")]
        if (call := part.get("functionCall")) is not None:
            opened = self.draft.open_call(call.get("id") or "", call["name"], sealed)
            arguments = orjson.dumps(call.get("args") or {}).decode()
            written = self.draft.write(opened.index, arguments)
            return [opened.model_copy(update={"arguments": written.arguments})]
        if "text" in part:
            return [*self.draft.say(part["text"] or "", sealed)]
        return []


def _citations(grounding: dict[str, Json]) -> Iterator[Citation]:
    """A source for each statement that it supports; sources of no statement come last."""
    sources = [chunk.get("web") or _NOTHING for chunk in grounding.get("groundingChunks") or _NONE]
    cited: set[int] = set()
    for support in grounding.get("groundingSupports") or _NONE:
        text = (support.get("segment") or _NOTHING).get("text") or ""
        for index in support.get("groundingChunkIndices") or _NONE:
            if index < len(sources) and sources[index].get("uri"):
                cited.add(index)
                yield _citation(sources[index], text)
    for index, source in enumerate(sources):
        if index not in cited and source.get("uri"):
            yield _citation(source, "")


def _citation(source: dict[str, Json], text: str) -> Citation:
    return Citation(url=source["uri"], title=source.get("title") or "", text=text)
