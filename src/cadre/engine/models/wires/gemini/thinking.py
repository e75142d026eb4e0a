"""What differs from one Gemini to the next: thinking by a level from 3 on, by a budget before.

A Gemini without a number in its name is taken for the newest; other models think as they like.
"""

import re

from cadre.engine.models.wires.parts import version_of
from cadre.kernel.messages import Json, ReasoningEffort

_NUMBER = re.compile(r"gemini-(?P<major>\d{1,2})(?:\.(?P<minor>\d{1,2}))?")
_NEWEST: tuple[int, int] = (3, 5)
_LEAST_BUDGET = 512
_BUDGETS: dict[ReasoningEffort, int] = {
    "none": 0,
    "minimal": 512,
    "low": 4096,
    "medium": 12_288,
    "high": 24_576,
}
_LEVELS: dict[ReasoningEffort, str] = {
    "none": "MINIMAL",
    "minimal": "MINIMAL",
    "low": "LOW",
    "medium": "MEDIUM",
    "high": "HIGH",
}


def number_of(model: str) -> tuple[int, int] | None:
    """Which generation of Gemini `model` is; None if it is none."""
    if "gemini" not in model:
        return None
    return version_of(model, _NUMBER) or _NEWEST


def is_third(model: str) -> bool:
    """Whether `model` is of the third generation or later.

    These refuse calls in the history that carry no signature; earlier ones refuse a request
    that has both tools and a format of the answer.
    """
    number = number_of(model)
    return number is not None and number >= (3, 0)


def thinking_config(
    model: str, effort: ReasoningEffort | None, max_tokens: int | None
) -> dict[str, Json] | None:
    """The `thinkingConfig` for `effort`; None leaves it to the model."""
    number = number_of(model)
    if effort is None or number is None or number < (2, 5):
        return None
    config: dict[str, Json] = {}
    is_light = "flash" in model
    if number >= (3, 0):
        is_minimal = _LEVELS[effort] == "MINIMAL"
        config["thinkingLevel"] = "LOW" if is_minimal and not is_light else _LEVELS[effort]
    else:
        config["thinkingBudget"] = _budget(effort, max_tokens, can_stop=is_light)
    if effort != "none":
        config["includeThoughts"] = True
    return config


def _budget(effort: ReasoningEffort, max_tokens: int | None, *, can_stop: bool) -> int:
    """Thoughts count as output: they get at most three quarters of what may be written."""
    budget = _BUDGETS[effort]
    if max_tokens is not None:
        budget = min(budget, max_tokens * 3 // 4)
    if budget >= _LEAST_BUDGET:
        return budget
    return 0 if can_stop else 128
