"""DashScope (Alibaba Model Studio): Qwen, whose thinking is a switch and a budget.

An effort becomes `enable_thinking` with a budget of tokens; models of one mode only get
none of it. JSON and thinking exclude each other. Prompts are cached where they are marked, ten
texts are embedded at once, and `insufficient_quota` is a limit of rate here.
"""

from dataclasses import replace

from cadre.engine.models.providers.known import KnownProvider
from cadre.engine.models.wires.openai import Deviations
from cadre.kernel.messages import Json


def _thinking(budget: int | None = None) -> dict[str, Json]:
    switch: dict[str, Json] = {"enable_thinking": True}
    return switch if budget is None else {**switch, "thinking_budget": budget}


_ONE_MODE = Deviations(
    refuses=frozenset({"required_tool", "documents"}),
    efforts={},
    audio_as="data_url",
    cache="marks",
    continues_by="partial",
    inlines_thinking=False,
    embeds_at_once=10,
    error_words={
        "insufficient_quota": "limited",
        "throttling": "limited",
        "limit_requests": "limited",
        "arrearage": "no_credit",
        "range of input length": "too_long",
        "inspection_failed": "refused",
        "inspectionfailed": "refused",
    },
)
_HYBRID = replace(
    _ONE_MODE,
    efforts={
        "none": {"enable_thinking": False},
        "minimal": _thinking(1024),
        "low": _thinking(4096),
        "medium": _thinking(16384),
        "high": _thinking(),
    },
    with_answer_format={"enable_thinking": False},
)

DASHSCOPE = KnownProvider(
    name="dashscope",
    title="Qwen (DashScope)",
    wire="openai",
    base_url="https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    key_variable="DASHSCOPE_API_KEY",
    url_variable="DASHSCOPE_BASE_URL",
    docs="https://www.alibabacloud.com/help/en/model-studio/use-qwen-by-calling-api",
    deviations=replace(
        _ONE_MODE,
        families=(
            (r"instruct|thinking|coder|omni|qwen2|qwen1|qwq|qvq|embedding", _ONE_MODE),
            (r"qwen-?3|qwen-(plus|turbo|flash)", _HYBRID),
        ),
    ),
)
