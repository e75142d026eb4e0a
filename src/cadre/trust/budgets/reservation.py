"""Reservations: which budgets a call counts against, and what it sets aside in them.

Only hard budgets hold money: a soft one never refuses, so it costs no write before the call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cadre.kernel.ids import new_id
from cadre.trust.budgets.money import to_nano_up, to_usd
from cadre.trust.budgets.periods import windows_now
from cadre.trust.budgets.schemas import EACH, Budget
from cadre.trust.budgets.spender import Spender


@dataclass(frozen=True, slots=True)
class Line:
    """One window of one budget."""

    budget_id: str
    subject: str
    window_id: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """What one call may cost. `lines` are all windows it counts in, whether or not they hold."""

    id: str
    held_nano: int = 0
    lines: tuple[Line, ...] = ()

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


@dataclass(frozen=True, slots=True)
class Rules:
    """The enabled budgets of an org, true as long as its revision is `revision`."""

    revision: int
    budgets: tuple[Budget, ...]

    def applying_to(self, spender: Spender) -> list[tuple[Budget, Line]]:
        """Budgets that a call of `spender` counts against now, in the order they are locked."""
        if not self.budgets:
            return []
        subjects, windows = _subjects(spender), windows_now()
        found: list[tuple[Budget, Line]] = []
        for budget in self.budgets:
            subject = subjects[budget.subject_kind]
            if subject is not None and budget.subject in {EACH, subject}:
                line = Line(budget.id, subject, windows[budget.period])
                found.append((budget, line))
        return found


@dataclass(frozen=True, slots=True)
class Plan:
    """What a call needs before it may be made: a claim to be held, or nothing.

    `objecting` is a budget that wants to know the price, which nobody does.
    """

    reservation: Reservation
    claim: Claim | None = None
    budgets: tuple[Budget, ...] = ()  # of the claim's lines
    objecting: Budget | None = None

    @classmethod
    def of(cls, rules: Rules, spender: Spender, worst_usd: Decimal | None) -> "Plan":
        applying = rules.applying_to(spender)
        if not applying:
            return _NO_PLAN
        lines = tuple(line for _, line in applying)
        id_ = new_id("rsv")
        if worst_usd is None:
            objecting = next((each for each, _ in applying if each.unpriced == "deny"), None)
            return cls(Reservation(id_, 0, lines), objecting=objecting)
        hard = [(budget, line) for budget, line in applying if budget.mode == "hard"]
        if not hard or worst_usd <= 0:
            return cls(Reservation(id_, 0, lines))
        nano = to_nano_up(worst_usd)
        held = tuple(line for _, line in hard)
        limits = tuple(budget.limit_nano for budget, _ in hard)
        claim = Claim(id_, spender.scope.org, rules.revision, nano, held, limits)
        return cls(Reservation(id_, nano, lines), claim, tuple(budget for budget, _ in hard))


_NO_PLAN = Plan(NOTHING)


def by_window(rows: Sequence[tuple[str, str, str, int]]) -> list[tuple[int, str, str, str]]:
    """Sums of `(budget, subject, window, nano)`, in the order in which windows are locked."""
    sums: dict[tuple[str, str, str], int] = {}
    for budget, subject, window, nano in rows:
        key = (budget, subject, window)
        sums[key] = sums.get(key, 0) + nano
    return [(sums[key], *key) for key in sorted(sums)]


def _subjects(spender: Spender) -> dict[str, str | None]:
    return {
        "org": spender.scope.org,
        "project": spender.scope.project,
        "key": spender.key_id,
        "user": spender.user_id,
        "agent": spender.agent,
        "run": spender.run_id,
    }
