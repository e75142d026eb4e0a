"""The approvals inbox over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from cadre.engine.approvals.schemas import Approval, ApprovalStatus, Decision
from cadre.engine.approvals.service import Approvals
from cadre.infra.web import CurrentScope, Paging, Provide, requires
from cadre.kernel.paging import Page

router = APIRouter(prefix="/approvals", tags=["approvals"])

_Approvals = Annotated[Approvals, Provide(Approvals)]


@router.get("", dependencies=[requires("approvals:read")])
async def list_approvals(
    scope: CurrentScope,
    approvals: _Approvals,
    paging: Paging,
    status: Annotated[list[ApprovalStatus] | None, Query()] = None,
    run_id: str | None = None,
) -> Page[Approval]:
    """Calls that wait for a person, or did; newest first."""
    return await approvals.listing(
        scope, statuses=status or (), run_id=run_id, cursor=paging.cursor, limit=paging.limit
    )


@router.get("/{approval_id}", dependencies=[requires("approvals:read", "approval:{approval_id}")])
async def get_approval(scope: CurrentScope, approvals: _Approvals, approval_id: str) -> Approval:
    """One call, as it will be carried out if approved."""
    return await approvals.get(scope, approval_id)


@router.post(
    "/{approval_id}/decision",
    dependencies=[requires("approvals:approve", "approval:{approval_id}")],
)
async def decide_approval(
    scope: CurrentScope, approvals: _Approvals, approval_id: str, body: Decision
) -> Approval:
    """Approve, deny or edit the call whose hash is `call_hash`."""
    return await approvals.decide(scope, approval_id, body)
