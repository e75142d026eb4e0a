"""What generated content used. Gemini's count of output leaves out the thoughts."""

from collections.abc import Mapping

from cadre.kernel.messages import Json, Usage
from cadre.kernel.values import is_list, is_object

_SEARCHES = "webSearchQueries"


def find_usage(said: Mapping[str, Json]) -> dict[str, Json] | None:
    """The counts in an answer or a chunk of one, and the searches that went before it."""
    counts = said.get("usageMetadata")
    found: dict[str, Json] = {**counts} if is_object(counts) else {}
    if queries := _queries(said):
        found[_SEARCHES] = queries
    return found or None


def read_usage(counts: Mapping[str, Json]) -> Usage:
    """Return the counts as ours, without a cost; nothing if they can't be read."""
    try:
        return _read(counts)
    except (TypeError, ValueError, AttributeError):
        return Usage()


def _read(counts: Mapping[str, Json]) -> Usage:
    thoughts = counts.get("thoughtsTokenCount") or 0
    return Usage(
        input_tokens=(counts.get("promptTokenCount") or 0)
        + (counts.get("toolUsePromptTokenCount") or 0),
        cached_tokens=counts.get("cachedContentTokenCount") or 0,
        audio_input_tokens=_sound(counts.get("promptTokensDetails")),
        output_tokens=(counts.get("candidatesTokenCount") or 0) + thoughts,
        reasoning_tokens=thoughts,
        audio_output_tokens=_sound(counts.get("candidatesTokensDetails")),
        searches=len(counts.get(_SEARCHES) or ()),
    )


def _queries(said: Mapping[str, Json]) -> Json:
    candidates = said.get("candidates")
    first = candidates[0] if is_list(candidates) and candidates else None
    grounding = first.get("groundingMetadata") if is_object(first) else None
    return grounding.get(_SEARCHES) if is_object(grounding) else None


def _sound(details: Json) -> int:
    return sum(
        detail.get("tokenCount") or 0
        for detail in details or ()
        if detail.get("modality") == "AUDIO"
    )
