"""Targets: who is asked, what one attempt at it has used, and how the attempt ended."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from cadre.kernel.errors import CadreError
from cadre.kernel.ids import OrgId
from cadre.kernel.messages import Usage

Item = TypeVar("Item")

End = Literal[
    "complete",  # the whole answer came
    "failed",  # the attempt raised, before or after its first item
    "abandoned",  # the caller cancelled or closed it
    "lost",  # a hedge beside it was quicker
]
_CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Target:
    """One model of one provider, asked for one org. `name` is "provider:model".

    `context_tokens` is the size of its window, None where it is not known.
    """

    org: OrgId
    name: str
    context_tokens: int | None = None


@dataclass(slots=True)
class Tally:
    """What one attempt has used so far; whoever reads its answer writes it down here.

    `reported` is the provider's own count. Until it is there, `output_characters` says how
    much of an answer was seen, and `input_tokens` is what the caller expects of the question.
    `is_cut`: it ended, but not where the model wanted (a limit, a filter), so it is not given twice.
    """

    reported: Usage | None = None
    input_tokens: int = 0
    output_characters: int = 0
    is_complete: bool = False
    is_cut: bool = False

    def usage(self) -> Usage | None:
        """The provider's count, else an estimate from what was seen; None if nothing was."""
        if self.reported is not None or not self.output_characters:
            return self.reported
        tokens = -(-self.output_characters // _CHARACTERS_PER_TOKEN)
        return Usage(input_tokens=self.input_tokens, output_tokens=tokens)


# Opens one attempt at a target. It may be carried on by another task than the one that took
# the first item, so no timeout, task group or context variable may span two of its items.
Attempt = Callable[[Target, Tally], AsyncIterator[Item]]


@dataclass(slots=True)
class AttemptOutcome:
    """How one attempt ended. Told exactly once for each that was opened, after it is closed.

    `started_at` is epoch seconds; the durations are counted from it. `usage` is to be paid
    whatever the end was; `is_estimate` where the provider did not get to count it.
    """

    target: Target
    end: End
    started_at: float
    first_item_seconds: float | None
    seconds: float
    error: CadreError | None
    usage: Usage | None
    is_estimate: bool
    is_hedge: bool = False
    is_cut: bool = False


OnAttempt = Callable[[AttemptOutcome], object]
