"""How a call is refused before money is spent."""

from cadre.kernel.errors import Conflict, LimitReached, NotFound, Unavailable


class BudgetExceeded(LimitReached):
    """The call could cost more than a hard budget has left."""

    code = "budget_exceeded"
    title = "The budget does not allow it"


class PriceUnknown(LimitReached):
    """A hard budget can't hold a model to its limit whose price nobody gave."""

    code = "price_unknown"
    title = "The price is not known"


class UnknownBudget(NotFound):
    """The org has no such budget."""

    code = "unknown_budget"
    title = "No such budget"


class TooManyBudgets(Conflict):
    """More budgets than every call can be checked against."""

    code = "too_many_budgets"
    title = "Too many budgets"


class LedgerUnavailable(Unavailable):
    """What is spent can't be written down, so nothing may be spent under a hard budget."""

    code = "ledger_unavailable"
    title = "Spending can't be written down"
