"""Usage in Anthropic's words, and back. Their input count leaves out what the cache had or got."""

from cadre.kernel.messages import Json, Usage
from cadre.kernel.values import is_object


def usage_json(usage: Usage) -> dict[str, Json]:
    """As the Messages API tells it."""
    from_cache = usage.cached_tokens + usage.cache_write_tokens
    said: dict[str, Json] = {
        "input_tokens": max(0, usage.input_tokens - from_cache),
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
    }
    if usage.reasoning_tokens:
        said["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    if usage.searches:
        said["server_tool_use"] = {
            "web_search_requests": usage.searches,
            "web_fetch_requests": 0,
        }
    return said


class UsageReader:
    """Adds up what the events of one answer say: later counts stand in for earlier ones."""

    def __init__(self) -> None:
        self._said: dict[str, Json] = {}

    def take(self, said: Json) -> Usage:
        """What is known with `said`, a usage object or nothing."""
        if is_object(said):
            self._said |= {name: value for name, value in said.items() if value is not None}
        cached, written = self._count("cache_read_input_tokens"), self._written()
        return Usage(
            input_tokens=self._count("input_tokens") + cached + written,
            cached_tokens=cached,
            cache_write_tokens=written,
            output_tokens=self._count("output_tokens"),
            reasoning_tokens=self._inside("output_tokens_details", "thinking_tokens"),
            searches=self._inside("server_tool_use", "web_search_requests"),
        )

    def _written(self) -> int:
        return self._count("cache_creation_input_tokens")

    def _count(self, name: str) -> int:
        value = self._said.get(name)
        return value if isinstance(value, int) and value > 0 else 0

    def _inside(self, name: str, inner: str) -> int:
        value = self._said.get(name)
        count = value.get(inner) if is_object(value) else 0
        return count if isinstance(count, int) and count > 0 else 0
