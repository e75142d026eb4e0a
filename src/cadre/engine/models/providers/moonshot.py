"""Moonshot: the Kimi models fix their sampling and want their reasoning back.

Temperatures end at 1, a last message of the assistant's is continued with `partial`, no call of
a tool can be forced, and one error type tells an empty account from a limit of rate.
"""

from dataclasses import replace

from cadre.engine.models.providers.known import KnownProvider
from cadre.engine.models.wires.openai import Deviations, efforts
from cadre.kernel.messages import Json

_THINK: dict[str, Json] = {"thinking": {"type": "enabled"}}
_DO_NOT: dict[str, Json] = {"thinking": {"type": "disabled"}}

_V1 = Deviations(
    highest_temperature=1.0,
    refuses=frozenset({"required_tool", "parallel_calls", "json_schema", "documents", "audio"}),
    leaves_out=frozenset({"parallel_calls"}),
    efforts={},
    continues_by="partial",
    inlines_thinking=False,
    error_words={
        "exceeded_current_quota": "no_credit",
        "rate_limit_reached": "limited",
        "engine_overloaded": "busy",
        "exceeded model token limit": "too_long",
        "content_filter": "refused",
    },
)
_KIMI = replace(
    _V1,
    max_tokens_field="max_completion_tokens",
    highest_temperature=None,
    refuses=frozenset({"required_tool", "named_tool", "parallel_calls", "documents", "audio"}),
    leaves_out=frozenset({"temperature", "top_p", "parallel_calls"}),
    reasoning_back="reasoning_content",
)
_KIMI_HYBRID = replace(
    _KIMI,
    efforts={"none": _DO_NOT, "minimal": _THINK, "low": _THINK, "medium": _THINK, "high": _THINK},
)
_KIMI_3 = replace(
    _KIMI, efforts=efforts(none="low", minimal="low", low="low", medium="high", high="high")
)

MOONSHOT = KnownProvider(
    name="moonshot",
    title="Moonshot",
    wire="openai",
    base_url="https://api.moonshot.ai/v1",
    key_variable="MOONSHOT_API_KEY",
    url_variable="MOONSHOT_BASE_URL",
    docs="https://platform.kimi.ai/docs/api/chat",
    deviations=replace(
        _V1,
        families=(
            (r"kimi-k2\.[56]", _KIMI_HYBRID),
            (r"kimi-k[3-9]", _KIMI_3),
            (r"kimi", _KIMI),
        ),
    ),
)
