"""xAI: reasoning is counted beside the output, and the reply says what it cost.

Only some models let their effort be told, and stop sequences are an error for those that
reason. Searching by `search_parameters` is gone from the service, so it is never sent.
"""

from dataclasses import replace

from cadre.engine.models.providers.known import KnownProvider
from cadre.engine.models.wires.openai import Deviations, efforts

_PLAIN = Deviations(
    max_tokens_field="max_completion_tokens",
    refuses=frozenset({"documents", "audio"}),
    efforts={},
    inlines_thinking=False,
    reports_cost=True,
    error_words={
        "incorrect api key": "auth",
        "maximum prompt length": "too_long",
        "spending limit": "no_credit",
        "available credits": "no_credit",
    },
)
_REASONING = replace(_PLAIN, refuses=frozenset({"documents", "audio", "stop"}))
_GROK_3_MINI = replace(
    _REASONING, efforts=efforts(none="low", minimal="low", low="low", medium="low", high="high")
)
_GROK_4_3 = replace(
    _REASONING,
    efforts=efforts(none="none", minimal="low", low="low", medium="medium", high="high"),
)
_GROK_4_5 = replace(
    _REASONING,
    efforts=efforts(none="low", minimal="low", low="low", medium="medium", high="high"),
)

XAI = KnownProvider(
    name="xai",
    title="xAI",
    wire="openai",
    base_url="https://api.x.ai/v1",
    key_variable="XAI_API_KEY",
    url_variable="XAI_BASE_URL",
    docs="https://docs.x.ai/docs/api-reference",
    deviations=replace(
        _REASONING,
        families=(
            (r"non-reasoning|grok-2|grok-3(?!-mini)", _PLAIN),
            (r"grok-3-mini", _GROK_3_MINI),
            (r"grok-4\.3", _GROK_4_3),
            (r"grok-(4\.[5-9]|[5-9])", _GROK_4_5),
        ),
    ),
)
