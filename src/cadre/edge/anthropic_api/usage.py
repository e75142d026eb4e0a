"""Usage in Anthropic's words. Their input count leaves out what the cache had or got."""

from cadre.kernel.messages import Json, Usage


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
