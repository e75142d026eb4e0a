"""What keeps reservations: a ledger per kind of database, with the same promises.

A claim is held in all its lines or in none, and only while settled and reserved together stay
within each limit. Holding does not wait for the disk: a reservation has to survive its
process, and the machine's end is its process's end too.
"""

from typing import Literal, Protocol

from cadre.trust.budgets.reservation import Claim, Line, Refused

Verdict = Literal["held", "stale"] | Refused


class Ledger(Protocol):
    """Raises `LedgerUnavailable` where the database can't be written."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def revision(self, org: str) -> int:
        """The number of changes that the budgets of `org` have seen."""
        ...

    async def hold(self, owner: str, claim: Claim) -> Verdict:
        """Hold `claim`; "stale" if the budgets of the org changed since its revision."""
        ...

    async def release(self, reservation_id: str) -> None:
        """Give back what `reservation_id` holds, if it still does."""
        ...

    async def lower(self, reservation_id: str, nano: int) -> None:
        """Give back `nano` of what `reservation_id` holds in each line, at most once.

        Where the answer is lost nobody knows whether it was done: what is left is there until
        the reservation is released.
        """
        ...

    async def release_owner(self, owner: str) -> int:
        """Give back all that `owner` holds, and forget it; returns how many reservations."""
        ...

    async def beat(self, owner: str) -> None:
        """Write down that `owner` lives."""
        ...

    async def beats(self) -> dict[str, int | None]:
        """The beat of every owner, also of those that hold something but never had one."""
        ...

    async def refuse(self, org: str, line: Line, settled_nano: int, limit_nano: int) -> None:
        """Note that a call was refused, once in a window."""
        ...
