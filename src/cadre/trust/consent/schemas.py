"""Consents as people see, ask for and give them."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

ANY = "*"
ConsentStatus: TypeAlias = Literal["requested", "granted", "denied", "revoked", "used", "expired"]
Span: TypeAlias = Literal["once", "session", "until", "always"]


class Consent(BaseModel):
    """`tool`, `server` and `resource` may be `*`. `span` is how long it holds once it is granted."""

    id: str
    user_id: str
    server: str
    tool: str
    resource: str
    status: ConsentStatus
    span: Span
    session_id: str | None
    expires_at: float | None
    reason: str
    requested_at: float
    requested_by: str
    decided_at: float | None
    decided_by: str | None
    used_at: float | None


class Holding(BaseModel):
    """`until` needs `expires_at` (seconds since 1970), `session` needs `session_id`."""

    model_config = ConfigDict(extra="forbid")

    span: Span = "once"
    session_id: str | None = Field(default=None, max_length=200)
    expires_at: float | None = None


class ConsentInput(Holding):
    """`user_id`: whose consent; one's own by default. `grant`: give it at once."""

    user_id: str | None = Field(default=None, max_length=200)
    server: str = Field(default=ANY, min_length=1, max_length=200)
    tool: str = Field(min_length=1, max_length=200)
    resource: str = Field(default=ANY, min_length=1, max_length=500)
    reason: str = Field(default="", max_length=500)
    grant: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call that asks for consent. `use` names this call: taking twice for it is taking once."""

    tool: str
    use: str
    server: str = ANY
    resource: str = ANY
    session_id: str | None = None
