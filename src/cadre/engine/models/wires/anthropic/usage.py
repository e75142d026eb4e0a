"""What a message used. Anthropic's count of input leaves out what the cache holds or got."""

from cadre.kernel.messages import Json, Usage
from cadre.kernel.values import is_object

_NOTHING: dict[str, Json] = {}


def find_usage(said: dict[str, Json]) -> dict[str, Json] | None:
    """The counts in a message or an event of one. Each is a total so far, not an addition."""
    message = said.get("message")
    counts = said.get("usage") or (message.get("usage") if is_object(message) else None)
    if not is_object(counts):
        return None
    return {name: count for name, count in counts.items() if count is not None}


def read_usage(counts: dict[str, Json]) -> Usage:
    """Return the counts as ours, without a cost; nothing if they can't be read."""
    try:
        return _read(counts)
    except (TypeError, ValueError, AttributeError):
        return Usage()


def _read(counts: dict[str, Json]) -> Usage:
    cached = counts.get("cache_read_input_tokens") or 0
    written = counts.get("cache_creation_input_tokens") or 0
    thought = (counts.get("output_tokens_details") or _NOTHING).get("thinking_tokens")
    return Usage(
        input_tokens=(counts.get("input_tokens") or 0) + cached + written,
        cached_tokens=cached,
        cache_write_tokens=written,
        output_tokens=counts.get("output_tokens") or 0,
        reasoning_tokens=thought or 0,
        searches=(counts.get("server_tool_use") or _NOTHING).get("web_search_requests") or 0,
    )
