"""What budgets know of people: who made one, and for whom."""

from cadre.trust.budgets.tables import (
    budget_alerts,
    budget_reservations,
    budget_windows,
    budgets,
)
from cadre.trust.privacy import Claim, Signed, Stays, Theirs

PERSONAL = Theirs(
    "budgets",
    Stays(budgets, ("subject",)),
    Stays(budget_alerts, ("subject",)),
    Signed(budgets, ("created_by",)),
    stays="What they spent stays in the sums of budgets, under their id.",
    also=frozenset[Claim](
        {(budget_windows.name, "subject"), (budget_reservations.name, "subject")}
    ),
)
