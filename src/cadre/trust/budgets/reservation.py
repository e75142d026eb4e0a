"""Reservations: which budgets a call counts against, and what it sets aside in them.

Only hard budgets hold money: a soft one never refuses, so it costs no write before the call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cadre.trust.budgets.money import to_usd


@dataclass(frozen=True, slots=True)
class Line:
    """One window of one budget."""

    budget_id: str
    subject: str
    window_id: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """What one call may cost. `lines` are all windows it counts in, whether or not they hold.

    `advance_id` is the advance that it is held in, if it has no row of its own.
    """

    id: str
    held_nano: int = 0
    lines: tuple[Line, ...] = ()
    advance_id: str = ""

    @property
    def amount(self) -> Decimal:
        """USD set aside in each hard budget; 0 where nothing had to be."""
        return to_usd(self.held_nano)


NOTHING = Reservation("")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a ledger is asked to hold: `nano` in every line, or in none."""

    id: str
    org: str
    revision: int
    nano: int
    lines: tuple[Line, ...]
    limits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a claim was not held: what line number `line` has already."""

    line: int
    settled_nano: int
    reserved_nano: int


def by_window(rows: Sequence[tuple[str, str, str, int]]) -> list[tuple[int, str, str, str]]:
    """Sums of `(budget, subject, window, nano)`, in the order in which windows are locked."""
    sums: dict[tuple[str, str, str], int] = {}
    for budget, subject, window, nano in rows:
        key = (budget, subject, window)
        sums[key] = sums.get(key, 0) + nano
    return [(sums[key], *key) for key in sorted(sums)]
