"""What audit takes and gives."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from cadre.trust.audit.entry import Result


class AuditEvent(BaseModel):
    """One link of the chain. `details` hold names of what was changed, never values."""

    seq: int
    at: float
    actor_kind: str
    actor_id: str
    actor_name: str
    action: str = Field(examples=["keys.create"])
    resource: str = Field(examples=["key:key_1"])
    result: Result
    ip: str
    user_agent: str
    request_id: str
    details: dict[str, Any]
    previous_hash: str
    hash: str


class AuditFilter(BaseModel):
    """All that is given has to fit. `text` is looked for in every column."""

    actor: str | None = None
    action: str | None = None
    resource: str | None = None
    result: Result | None = None
    since: float | None = None
    until: float | None = None
    text: str | None = None


class Actions(BaseModel):
    """The actions that the log of the org knows."""

    items: list[str]


Fault = Literal[
    "missing", "changed", "unlinked", "behind_head", "beyond_head", "seal", "head_missing"
]


class Verification(BaseModel):
    """Whether the chain is whole. `seq` and `hash` are of its last event: note them elsewhere,
    and nobody can cut the log unseen, not even whoever has the key of the seal."""

    ok: bool
    events: int = Field(description="How many were looked at.")
    first_seq: int | None = None
    seq: int
    hash: str
    broken_seq: int | None = Field(default=None, description="The first one that is wrong.")
    fault: Fault | None = None
    reason: str | None = None
