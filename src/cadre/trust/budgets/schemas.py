"""Budgets as they are entered and shown. Amounts are USD."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cadre.trust.budgets.money import MOST_USD, to_nano
from cadre.trust.budgets.periods import Period

SubjectKind = Literal["org", "project", "key", "user", "agent", "run"]
Mode = Literal["soft", "hard"]
Unpriced = Literal["allow", "deny"]
AlertLevel = Literal["warning", "limit", "refused"]

EACH = "*"


class _Limit(BaseModel):
    model_config = ConfigDict(extra="forbid")

    subject_kind: SubjectKind = "org"
    subject: str = Field(default=EACH, min_length=1, max_length=200)
    period: Period = "month"
    limit_usd: Decimal = Field(ge=0, le=MOST_USD, decimal_places=9)
    mode: Mode = "hard"
    warn_at: float = Field(default=0.8, gt=0, le=1, description="A share of the limit.")
    enabled: bool = True


class BudgetInput(_Limit):
    """What an admin enters. `subject` "*" gives each one of the kind a limit of its own.

    `unpriced` says what happens to a call whose price is unknown; left out, a hard budget denies it.
    """

    unpriced: Unpriced | None = None


class Budget(_Limit):
    """A budget as it is kept."""

    id: str
    unpriced: Unpriced
    created_at: float
    created_by: str
    updated_at: float

    @property
    def limit_nano(self) -> int:
        return to_nano(self.limit_usd)

    @property
    def title(self) -> str:
        """What people call it."""
        per = {"day": "Daily", "month": "Monthly", "total": "Total"}[self.period]
        if self.subject_kind == "org":
            return f"{per} budget of the organisation"
        whose = f"each {self.subject_kind}" if self.subject == EACH else self.subject
        kind = "" if self.subject == EACH else f"{self.subject_kind} "
        return f"{per} budget of {kind}{whose}"


class Window(BaseModel):
    """One subject in one window: what was paid, and what calls under way may still cost.

    `ends_at` is None for a total budget.
    """

    budget_id: str
    subject: str
    window: str
    limit_usd: Decimal
    settled_usd: Decimal
    reserved_usd: Decimal
    left_usd: Decimal
    share: float = Field(description="Of the limit: settled and reserved together.")
    state: Literal["ok", "warning", "reached"]
    ends_at: float | None


class Alert(BaseModel):
    """A limit came near, was reached, or had a call refused: once each in a window."""

    budget_id: str
    subject: str
    window: str
    level: AlertLevel
    at: float
    settled_usd: Decimal
    limit_usd: Decimal
    title: str
