"""Usage in OpenAI's words, and back."""

from cadre.kernel.messages import Json, Usage
from cadre.kernel.values import is_object

_NOTHING: dict[str, Json] = {}


def chat_usage(usage: Usage) -> dict[str, Json]:
    """As chat completions tell it."""
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {
            "cached_tokens": usage.cached_tokens,
            "audio_tokens": usage.audio_input_tokens,
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": usage.audio_output_tokens,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def responses_usage(usage: Usage) -> dict[str, Json]:
    """As responses tell it."""
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        },
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }


def read_usage(said: Json) -> Usage | None:
    """What a server that speaks either of the two said; None if that is no usage."""
    if not is_object(said):
        return None
    heard = _first(said, "prompt_tokens_details", "input_tokens_details")
    spoken = _first(said, "completion_tokens_details", "output_tokens_details")
    return Usage(
        input_tokens=_count(said, "prompt_tokens") or _count(said, "input_tokens"),
        cached_tokens=_count(heard, "cached_tokens"),
        cache_write_tokens=_count(heard, "cache_write_tokens"),
        audio_input_tokens=_count(heard, "audio_tokens"),
        output_tokens=_count(said, "completion_tokens") or _count(said, "output_tokens"),
        reasoning_tokens=_count(spoken, "reasoning_tokens"),
        audio_output_tokens=_count(spoken, "audio_tokens"),
    )


def _first(said: dict[str, Json], *names: str) -> dict[str, Json]:
    return next((said[name] for name in names if is_object(said.get(name))), _NOTHING)


def _count(said: dict[str, Json], name: str) -> int:
    value = said.get(name)
    return value if isinstance(value, int) and value > 0 else 0
