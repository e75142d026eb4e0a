"""What a chat completion used, from the places where servers put it.

OpenAI's counts are the rule. Groq also has them in `x_groq`, Moonshot in the choice; xAI
counts reasoning beside the output instead of in it; Perplexity and xAI add searches.
"""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from cadre.engine.models.prices import Price
from cadre.kernel.messages import Json, Usage
from cadre.kernel.values import is_object

_NOTHING: dict[str, Json] = {}
_TICKS_A_DOLLAR = Decimal(10_000_000_000)


def find_usage(chunk: dict[str, Json]) -> dict[str, Json] | None:
    """The object with the counts in a chunk or a whole answer, if it has one."""
    if usage := chunk.get("usage"):
        return usage
    if usage := (chunk.get("x_groq") or _NOTHING).get("usage"):
        return usage
    for choice in chunk.get("choices") or ():
        if usage := choice.get("usage"):
            return usage
    return None


def read_usage(usage: dict[str, Json], *, searches_each_time: bool = False) -> Usage:
    """Return the counts as ours, without a cost."""
    heard = _details(usage, "prompt_tokens_details")
    said = _details(usage, "completion_tokens_details")
    output = usage.get("completion_tokens") or 0
    reasoning = said.get("reasoning_tokens") or usage.get("reasoning_tokens") or 0
    if _is_beside(usage, output, reasoning):
        output += reasoning
    return Usage(
        input_tokens=usage.get("prompt_tokens") or 0,
        cached_tokens=_cached(usage, heard),
        cache_write_tokens=_written(heard),
        audio_input_tokens=heard.get("audio_tokens") or 0,
        output_tokens=output,
        reasoning_tokens=min(reasoning, output),
        audio_output_tokens=said.get("audio_tokens") or 0,
        searches=_searches(usage) or int(searches_each_time),
    )


def read_response_usage(usage: dict[str, Json]) -> Usage:
    """Return the counts of OpenAI's Responses as ours, without a cost."""
    heard = _details(usage, "input_tokens_details")
    said = _details(usage, "output_tokens_details")
    tools = _details(usage, "tool_calls_details")
    searches = sum(
        int(tool.get("invocation") or 0) for name, tool in tools.items() if "search" in name
    )
    return Usage(
        input_tokens=usage.get("input_tokens") or 0,
        cached_tokens=heard.get("cached_tokens") or heard.get("cache_read_input_tokens") or 0,
        cache_write_tokens=_written(heard),
        output_tokens=usage.get("output_tokens") or 0,
        reasoning_tokens=said.get("reasoning_tokens") or 0,
        searches=searches,
    )


def priced(
    counts: dict[str, Json] | None,
    read: Callable[[dict[str, Json]], Usage],
    price: Price | None,
    *,
    is_exact: bool,
) -> Usage:
    """What `counts` say with its cost; nothing, at an unknown cost, if they can't be read.

    The cost is the provider's own figure if that `is_exact` or no price is known.
    """
    try:
        usage = read(counts or {})
        reported = reported_cost(counts or {})
    except (TypeError, ValueError, AttributeError):
        return Usage()
    if reported is not None and (is_exact or price is None):
        usage.cost_usd = reported
    elif price is not None and counts:
        usage.cost_usd = price.cost_usd(usage)
    return usage


def reported_cost(usage: dict[str, Json]) -> Decimal | None:
    """What the provider itself says the answer cost in USD, if it says so."""
    if (ticks := usage.get("cost_in_usd_ticks")) is not None:
        amount, per = ticks, _TICKS_A_DOLLAR
    else:
        cost = usage.get("cost")
        amount, per = (cost.get("total_cost") if is_object(cost) else cost), Decimal(1)
    if not isinstance(amount, int | float | str):
        return None
    try:
        said = Decimal(str(amount)) / per
    except InvalidOperation:
        return None
    return said if said.is_finite() and said >= 0 else None


def _details(usage: dict[str, Json], name: str) -> dict[str, Json]:
    return usage.get(name) or _NOTHING


def _cached(usage: dict[str, Json], heard: dict[str, Json]) -> int:
    for count in (heard.get("cached_tokens"), usage.get("cached_tokens")):
        if count:
            return count
    return usage.get("prompt_cache_hit_tokens") or 0


def _written(heard: dict[str, Json]) -> int:
    return heard.get("cache_write_tokens") or heard.get("cache_creation_input_tokens") or 0


def _is_beside(usage: dict[str, Json], output: int, reasoning: int) -> bool:
    """Whether the total shows that reasoning was counted beside the output."""
    total = usage.get("total_tokens") or 0
    return 0 < reasoning == total - output - (usage.get("prompt_tokens") or 0)


def _searches(usage: dict[str, Json]) -> int:
    return usage.get("num_search_queries") or usage.get("num_sources_used") or 0
