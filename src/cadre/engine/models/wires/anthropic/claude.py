"""What a Claude model accepts, told by its name: a wrong field costs the whole request.

A Claude without a number in its name is taken for the newest. Models that are not Claude,
behind a server that speaks these words, get what the wire knew from its beginning.
"""

import re
from dataclasses import dataclass
from typing import Literal

from cadre.engine.models.wires.parts import version_of

_NUMBER = re.compile(r"claude-(?:[a-z]+-)?(?P<major>\d{1,2})(?:[-.](?P<minor>\d{1,2}))?(?!\d)")
_NEWEST: tuple[int, int] = (5, 5)

Thinking = Literal["none", "budget", "adaptive"]


@dataclass(frozen=True, slots=True)
class Traits:
    """`thinks_unasked`: no `thinking` field means that it thinks. `off`: what stops that.

    `binds_thoughts`: its thoughts are refused after any change to what came before them.
    """

    thinking: Thinking = "budget"
    thinks_unasked: bool = False
    off: Literal["disabled", "between_tools"] | None = "disabled"
    takes_sampling: bool = True
    takes_format: bool = False
    takes_forced_calls: bool = True
    binds_thoughts: bool = False
    output_tokens: int = 8192


def traits_of(model: str) -> Traits:
    """What `model` accepts. `output_tokens` is a limit that surely works, not the highest."""
    if "claude" not in model:
        return Traits()
    number: tuple[int, int] = version_of(model, _NUMBER) or _NEWEST
    is_always_on = any(name in model for name in ("fable", "mythos"))
    is_always_on |= "opus" in model and number >= (5, 5)
    is_between = "sonnet" in model and number >= (5, 5)
    return Traits(
        thinking=_thinking(number),
        thinks_unasked=number >= (5, 0),
        off=None if is_always_on else "between_tools" if is_between else "disabled",
        takes_sampling=number < (4, 7),
        takes_format=number >= (4, 5),
        takes_forced_calls=not is_always_on and not is_between,
        binds_thoughts=number >= (5, 1),
        output_tokens=_output_tokens(number),
    )


def _thinking(number: tuple[int, int]) -> Thinking:
    if number < (3, 7):
        return "none"
    return "budget" if number < (4, 6) else "adaptive"


def _output_tokens(number: tuple[int, int]) -> int:
    if number < (3, 5):
        return 4096
    return 8192 if number < (3, 7) else 32_000
