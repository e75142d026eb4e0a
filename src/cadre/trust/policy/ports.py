"""What policies need to know of agents and tools, which lie on a floor above."""

from typing import Protocol

from cadre.infra.database import Work
from cadre.trust.policy.given import PolicyInput
from cadre.trust.policy.sketch import CallSketch


class Composer(Protocol):
    """Completes a call that is only imagined."""

    async def compose(self, work: Work, sketch: CallSketch) -> PolicyInput:
        """What a policy would be told of it."""
        ...
