"""What keys need to know of usage, which knows no keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from cadre.infra.database import Work


@dataclass(frozen=True, slots=True)
class Used:
    """What was asked with a key in the present month."""

    calls: int
    cost_usd: Decimal


class KeyUsage(Protocol):
    """Usage by key."""

    async def this_month(self, work: Work) -> Mapping[str, Used]:
        """What was used with each key, by its id; keys that were not used are left out."""
        ...
