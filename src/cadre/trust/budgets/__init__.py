"""Budgets: what may be spent, checked before money is spent.

A call reserves the most that it can cost, is made, and settles what it did cost together with
its usage row (trust/usage). At no time do settled and reserved money exceed a hard budget.
"""

from cadre.trust.budgets.errors import (
    BudgetExceeded,
    LedgerUnavailable,
    PriceUnknown,
    TooManyBudgets,
    UnknownBudget,
)
from cadre.trust.budgets.jobs import BudgetJobs
from cadre.trust.budgets.money import say_usd, to_nano, to_nano_up, to_usd
from cadre.trust.budgets.personal import PERSONAL
from cadre.trust.budgets.purse import Pace
from cadre.trust.budgets.reservation import NOTHING, Line, Reservation
from cadre.trust.budgets.schemas import Alert, Budget, BudgetInput, Window
from cadre.trust.budgets.service import Budgets
from cadre.trust.budgets.settling import Settlement, settle
from cadre.trust.budgets.spender import Spender, Via

__all__ = [
    "NOTHING",
    "PERSONAL",
    "Alert",
    "Budget",
    "BudgetExceeded",
    "BudgetInput",
    "BudgetJobs",
    "Budgets",
    "LedgerUnavailable",
    "Line",
    "Pace",
    "PriceUnknown",
    "Reservation",
    "Settlement",
    "Spender",
    "TooManyBudgets",
    "UnknownBudget",
    "Via",
    "Window",
    "say_usd",
    "settle",
    "to_nano",
    "to_nano_up",
    "to_usd",
]
