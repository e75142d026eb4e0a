"""Approvals as people see them and decide on them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cadre.kernel.ids import ApprovalId, RunId
from cadre.kernel.messages import Json

ApprovalStatus = Literal["pending", "approved", "denied", "edited", "expired"]


class Approval(BaseModel):
    """A question to a person: may this run carry out exactly this call?"""

    id: ApprovalId
    run_id: RunId
    agent: str | None
    call_key: str
    tool: str
    arguments: dict[str, Json]
    call_hash: str
    reason: str
    status: ApprovalStatus
    requested_at: float
    expires_at: float
    decided_by: str | None = None
    decided_at: float | None = None
    note: str | None = None
    edited_arguments: dict[str, Json] | None = None


class Decision(BaseModel):
    """`call_hash` is that of the call the person looked at; "edit" needs `arguments`."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["approve", "deny", "edit"]
    call_hash: str = Field(max_length=200)
    arguments: dict[str, Json] | None = None
    note: str | None = Field(default=None, max_length=2000)


class Verdict(BaseModel):
    """What the run gets to know. `arguments` are those that may be carried out, if any."""

    status: ApprovalStatus
    arguments: dict[str, Json] | None = None
    call_hash: str | None = None
    decided_by: str | None = None
    note: str | None = None
