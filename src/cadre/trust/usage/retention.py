"""How long single calls of models are kept. Their sums by day, and what budgets count, stay."""

from cadre.trust.privacy import Aged, DataClass
from cadre.trust.usage.schemas import MOST_DAYS, USAGE_DAYS
from cadre.trust.usage.tables import usage_calls

USAGE = "usage"
RETAINED = Aged(
    DataClass(
        USAGE,
        "Calls of models",
        "Single calls with their tokens and costs. Sums by day and budgets stay as they are.",
        USAGE_DAYS,
        most=MOST_DAYS,
        may_stay=False,
    ),
    usage_calls,
    "at",
)
