"""Budgets over HTTP: limits, what is spent of them, and what there is to be warned of."""

from typing import Annotated

from fastapi import APIRouter

from cadre.infra.web import Paging, Provide, Reading, Writing, requires
from cadre.kernel.errors import Invalid
from cadre.kernel.paging import Page
from cadre.trust.budgets.schemas import Alert, Budget, BudgetInput, Window
from cadre.trust.budgets.service import Budgets

router = APIRouter(prefix="/budgets", tags=["budgets"])

_Budgets = Annotated[Budgets, Provide(Budgets)]


@router.get("", dependencies=[requires("budgets:read")])
async def list_budgets(work: Reading, budgets: _Budgets) -> Page[Budget]:
    """Every budget of the org, the oldest first."""
    return Page[Budget](items=await budgets.all(work))


@router.post("", status_code=201, dependencies=[requires("budgets:write")])
async def add_budget(work: Writing, budgets: _Budgets, body: BudgetInput) -> Budget:
    """Start a budget: it counts what is spent from now on."""
    return await budgets.add(work, body)


@router.get("/status", dependencies=[requires("budgets:read")])
async def list_status(work: Reading, budgets: _Budgets) -> Page[Window]:
    """What is spent and reserved in the present windows, the fullest first."""
    return Page[Window](items=await budgets.status(work))


@router.get("/alerts", dependencies=[requires("budgets:read")])
async def list_alerts(work: Reading, budgets: _Budgets, paging: Paging) -> Page[Alert]:
    """Limits that came near, were reached or had calls refused, the newest first."""
    before = _time(paging.cursor)
    items = await budgets.alerts(work, before, paging.limit)
    is_full = len(items) == paging.limit
    return Page[Alert](items=items, next=repr(items[-1].at) if is_full else None)


@router.get("/{budget_id}", dependencies=[requires("budgets:read", "budget:{budget_id}")])
async def get_budget(work: Reading, budgets: _Budgets, budget_id: str) -> Budget:
    """One budget."""
    return await budgets.get(work, budget_id)


@router.put("/{budget_id}", dependencies=[requires("budgets:write", "budget:{budget_id}")])
async def change_budget(
    work: Writing, budgets: _Budgets, budget_id: str, body: BudgetInput
) -> Budget:
    """Change a budget; what is spent already stays counted."""
    return await budgets.change(work, budget_id, body)


@router.delete(
    "/{budget_id}", status_code=204, dependencies=[requires("budgets:write", "budget:{budget_id}")]
)
async def delete_budget(work: Writing, budgets: _Budgets, budget_id: str) -> None:
    """Forget a budget with its windows and alerts; usage stays."""
    await budgets.delete(work, budget_id)


@router.get("/{budget_id}/windows", dependencies=[requires("budgets:read", "budget:{budget_id}")])
async def list_windows(work: Reading, budgets: _Budgets, budget_id: str) -> Page[Window]:
    """The windows of one budget, the newest first."""
    return Page[Window](items=await budgets.windows(work, budget_id))


def _time(cursor: str | None) -> float | None:
    try:
        return None if cursor is None else float(cursor)
    except ValueError:
        raise Invalid("Send back what `next` said.", field="cursor") from None
