"""What the gate needs to know of those who begin runs."""

from typing import Protocol

from cadre.infra.database import Work
from cadre.kernel.grants import EVERYTHING, Grants


class Starters(Protocol):
    """What those who began runs may do."""

    async def grants(self, work: Work) -> Grants:
        """What the principal of the work's scope may do at this moment."""
        ...


class OwnersOnly:
    """Where only owners begin runs, everybody who does may do everything."""

    async def grants(self, work: Work) -> Grants:
        del work
        return EVERYTHING
