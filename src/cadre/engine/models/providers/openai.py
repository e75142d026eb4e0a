"""OpenAI: the rule, and what its reasoning models refuse.

They know only `max_completion_tokens`; a temperature is an error unless a model from GPT-5.1
on is told not to think; stop sequences are an error. An effort that a model does not have
becomes the nearest that it has. The pro and codex models answer through Responses only.
"""

from dataclasses import replace

from cadre.engine.models.providers.known import KnownProvider
from cadre.engine.models.wires.openai import Deviations, efforts

CLASSIC = Deviations(
    max_tokens_field="max_completion_tokens",
    efforts={},
    cache="key",
    inlines_thinking=False,
    embeds_as="base64",
)
O_SERIES = replace(
    CLASSIC,
    leaves_out=frozenset({"temperature", "top_p", "parallel_calls"}),
    efforts=efforts(none="low", minimal="low", low="low", medium="medium", high="high"),
)
O3 = replace(O_SERIES, refuses=frozenset({"stop"}))
GPT_5 = replace(
    CLASSIC,
    leaves_out=frozenset({"temperature", "top_p"}),
    refuses=frozenset({"stop"}),
    efforts=efforts(none="minimal", minimal="minimal", low="low", medium="medium", high="high"),
)
GPT_5_1 = replace(
    GPT_5,
    leaves_out=frozenset(),
    samples_only_unreasoned=True,
    efforts=efforts(none="none", minimal="low", low="low", medium="medium", high="high"),
)
RESPONSES = replace(
    GPT_5_1,
    speaks="responses",
    keeps_thoughts=True,
    refuses=frozenset({"stop", "audio"}),
)
O_PRO = replace(
    RESPONSES,
    samples_only_unreasoned=False,
    leaves_out=O_SERIES.leaves_out,
    efforts=O_SERIES.efforts,
)
GPT_5_PRO = replace(
    O_PRO,
    efforts=efforts(none="high", minimal="high", low="high", medium="high", high="high"),
)
SEARCH = replace(
    CLASSIC,
    leaves_out=frozenset({"temperature", "top_p", "seed", "parallel_calls"}),
    searches_each_time=True,
)
SPEECH = replace(CLASSIC, tells_speech_usage=True)

FAMILIES = (
    (r"search-(preview|api)", SEARCH),
    (r"(^|/)gpt-.*-tts", SPEECH),
    (r"(^|/)(o\d-pro|o\d.*deep-research)", O_PRO),
    (r"(^|/)gpt-5-pro", GPT_5_PRO),
    (r"(^|/)(gpt-.*(-pro|codex)|codex)", RESPONSES),
    (r"(^|/)(o3|o4-mini)(?!-mini)", O3),
    (r"(^|/)o\d", O_SERIES),
    (r"(^|/)gpt-5-chat", CLASSIC),
    (r"(^|/)gpt-5(-|$)", GPT_5),
    (r"(^|/)gpt-(5\.\d|[6-9]|\d\d)", GPT_5_1),
)

OPENAI = KnownProvider(
    name="openai",
    title="OpenAI",
    wire="openai",
    base_url="https://api.openai.com/v1",
    key_variable="OPENAI_API_KEY",
    url_variable="OPENAI_BASE_URL",
    docs="https://platform.openai.com/docs/api-reference/chat",
    deviations=replace(CLASSIC, families=FAMILIES),
)
