"""Retries: how long to wait before a target is asked again."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from cadre.engine.models.calling.faults import fault_of, retry_after_seconds
from cadre.kernel.errors import CadreError


@dataclass(frozen=True, slots=True)
class Retries:
    """Full jitter: callers that failed together must not come back together.

    `draw(low, high)` is where chance comes from.
    """

    per_target: int = 3
    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 8.0
    longest_retry_after_seconds: float = 60.0
    draw: Callable[[float, float], float] = field(
        default=random.SystemRandom().uniform, repr=False, compare=False
    )

    def pause_seconds(self, failures: int, error: CadreError) -> float | None:
        """How long to wait after the `failures`-th failure; None: don't ask it again."""
        asked = retry_after_seconds(error)
        if not fault_of(error).may_pass or asked > self.longest_retry_after_seconds:
            return None
        return asked + self.jitter_seconds(failures) if failures <= self.per_target else None

    def jitter_seconds(self, failures: int) -> float:
        """Anything from 0 to a bound that doubles with each failure."""
        bound = self.first_pause_seconds * 2 ** (min(failures, 30) - 1)
        return self.draw(0.0, min(self.longest_pause_seconds, bound))
