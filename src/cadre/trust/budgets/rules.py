"""Rules: the budgets of an org, and where each of its spenders stands with them."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from cadre.trust.budgets.errors import PriceUnknown
from cadre.trust.budgets.money import to_nano_up
from cadre.trust.budgets.periods import windows_now
from cadre.trust.budgets.purse import Purse
from cadre.trust.budgets.reservation import NOTHING, Line, Reservation
from cadre.trust.budgets.schemas import EACH, Budget
from cadre.trust.budgets.spender import Spender

_MOST_KNOWN = 1000

# Given org, revision, lines and their limits.
Purses = Callable[[str, int, tuple[Line, ...], tuple[int, ...]], Purse]


@dataclass(frozen=True, slots=True)
class Standing:
    """Which budgets the calls of a spender count against today.

    `hard` are those that hold money, of the purse's lines. `unheld` is the reservation of a
    call that needs none; `objecting` wants to know the price.
    """

    hard: tuple[Budget, ...]
    purse: Purse
    unheld: Reservation
    objecting: Budget | None

    def to_hold(self, worst_usd: Decimal | None) -> int:
        """What has to be set aside for a call, in nano USD."""
        return to_nano_up(worst_usd) if worst_usd and worst_usd > 0 and self.hard else 0

    def check_price(self, worst_usd: Decimal | None) -> None:
        """Raise `PriceUnknown` if nobody knows the price and a budget minds."""
        if worst_usd is None and self.objecting is not None:
            raise PriceUnknown(
                f"{self.objecting.title} can't be kept: the price of this model is not known. "
                "Enter its price under Models (0 if it is free), or let the budget allow calls "
                "of unknown price."
            )


class Rules:
    """The enabled budgets of an org, true as long as its revision is `revision`.

    They are known to be true while this process has made no change since `mark`, and until the
    moment `until`.
    """

    def __init__(
        self, org: str, revision: int, budgets: tuple[Budget, ...], purses: Purses
    ) -> None:
        self.org = org
        self.topic = topic_of(org)
        self.revision = revision
        self._budgets = budgets
        self._purses = purses
        self._mark = -1
        self._until = 0.0
        self._windows = windows_now()
        self._standings: dict[Spender, Standing] = {}

    def confirm(self, mark: int, until: float) -> None:
        """They were true at `mark`."""
        self._mark, self._until = mark, until

    def is_fresh(self, mark: int, now: float) -> bool:
        return mark == self._mark and now < self._until

    def standing(self, spender: Spender) -> Standing:
        """Where `spender` stands in the present windows."""
        windows = windows_now()
        if windows is not self._windows or len(self._standings) > _MOST_KNOWN:
            self._windows = windows
            self._standings.clear()
        standing = self._standings.get(spender)
        if standing is None:
            standing = self._standings[spender] = self._found(spender)
        return standing

    def _found(self, spender: Spender) -> Standing:
        applying = self._applying_to(spender)
        hard = [(budget, line) for budget, line in applying if budget.mode == "hard"]
        lines = tuple(line for _, line in hard)
        limits = tuple(budget.limit_nano for budget, _ in hard)
        return Standing(
            tuple(budget for budget, _ in hard),
            self._purses(self.org, self.revision, lines, limits),
            Reservation("", 0, tuple(line for _, line in applying)) if applying else NOTHING,
            next((budget for budget, _ in applying if budget.unpriced == "deny"), None),
        )

    def _applying_to(self, spender: Spender) -> list[tuple[Budget, Line]]:
        """In the order in which windows are locked."""
        subjects = _subjects(spender)
        found: list[tuple[Budget, Line]] = []
        for budget in self._budgets:
            subject = subjects[budget.subject_kind]
            if subject is not None and budget.subject in {EACH, subject}:
                line = Line(budget.id, subject, self._windows[budget.period])
                found.append((budget, line))
        return found


def topic_of(org: str) -> str:
    """What a change of the budgets of `org` touches."""
    return f"budgets of {org}"


def _subjects(spender: Spender) -> dict[str, str | None]:
    return {
        "org": spender.scope.org,
        "project": spender.scope.project,
        "key": spender.key_id,
        "user": spender.user_id,
        "agent": spender.agent,
        "run": spender.run_id,
    }
