"""Groq: quick hardware for open models, with checks of its own on what models write.

Reasoning comes apart from the text only if asked for (`reasoning_format`), answers by schema
do not stream, counts come in `x_groq`, and a tool call that Groq itself finds malformed
is an error of the answer, not of the request.
"""

from dataclasses import replace

from cadre.engine.models.providers.known import KnownProvider
from cadre.engine.models.wires.openai import Deviations, efforts

_GROQ = Deviations(
    max_tokens_field="max_completion_tokens",
    streams_schemas=False,
    refuses=frozenset({"documents", "audio"}),
    efforts={},
    error_words={
        "tool_use_failed": "broken",
        "json_validate_failed": "broken",
        "request too large": "too_long",
        "reduce the length": "too_long",
        "over capacity": "busy",
        "capacity_exceeded": "busy",
    },
)
_GPT_OSS = replace(
    _GROQ,
    efforts=efforts(none="low", minimal="low", low="low", medium="medium", high="high"),
)
_QWEN = replace(
    _GROQ,
    always={"reasoning_format": "parsed"},
    efforts=efforts(
        none="none", minimal="default", low="default", medium="default", high="default"
    ),
)
_R1 = replace(_GROQ, always={"reasoning_format": "parsed"})

GROQ = KnownProvider(
    name="groq",
    title="Groq",
    wire="openai",
    base_url="https://api.groq.com/openai/v1",
    key_variable="GROQ_API_KEY",
    url_variable="GROQ_BASE_URL",
    docs="https://console.groq.com/docs/api-reference",
    deviations=replace(
        _GROQ,
        families=(
            (r"gpt-oss", _GPT_OSS),
            (r"qwen[-/]?3|qwen3", _QWEN),
            (r"deepseek-r1", _R1),
        ),
    ),
)
