"""What access needs to know of people, which accounts keep."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from cadre.infra.database import Work


@dataclass(frozen=True, slots=True)
class Person:
    """`is_active`: they can sign in."""

    id: str
    name: str
    is_active: bool


class People(Protocol):
    """The people of an org."""

    async def people(self, work: Work, ids: Collection[str] | None = None) -> Sequence[Person]:
        """Everybody; of `ids` those who are there."""
        ...
