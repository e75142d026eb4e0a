"""What the routes of keys take and give."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

KeyName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Environment = Literal["dev", "staging", "production"]
DAY_SECONDS = 24 * 3600


class KeyGrant(BaseModel):
    """`permission` as "runs:read", `resource` as "agent:support-*"; `*` stands for anything."""

    model_config = ConfigDict(extra="forbid")
    permission: Pattern
    resource: Pattern = "*"


class KeyOwner(BaseModel):
    """For whom a key acts; `name` is empty if they are gone."""

    kind: Literal["user", "service"]
    id: str
    name: str = ""


class KeyRequest(BaseModel):
    """`name` tells people what the key is for.

    Without `grants` it may do all that its owner may. `service_account` makes it that account's
    instead of your own. `models` are names, or patterns of them, that it may
    ask; else any. `expires_at` is in seconds since 1970.
    """

    model_config = ConfigDict(extra="forbid")
    name: KeyName
    service_account: Id | None = None
    grants: Annotated[list[KeyGrant], Field(max_length=500)] | None = None
    project: Id | None = None
    environment: Environment | None = None
    models: Annotated[list[Pattern], Field(min_length=1, max_length=200)] | None = None
    rate_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    expires_at: Annotated[float, Field(gt=0)] | None = None


class RotateRequest(BaseModel):
    """The old secret is worth something for `grace_seconds` more."""

    model_config = ConfigDict(extra="forbid")
    grace_seconds: Annotated[float, Field(ge=0, le=30 * DAY_SECONDS)] = DAY_SECONDS


class ApiKey(BaseModel):
    """`prefix` is the part of a key that may be shown, to tell keys apart.

    `old_expires_at` is there while the secret before the last rotation is still good. Calls and
    costs are those of this month.
    """

    id: str
    name: str
    prefix: str
    owner: KeyOwner
    grants: list[KeyGrant] | None
    project: str | None
    environment: str | None
    models: list[str] | None
    rate_per_minute: int | None
    created_at: float
    created_by: str
    last_used_at: float | None
    expires_at: float | None
    rotated_at: float | None
    old_expires_at: float | None
    month_calls: int = 0
    month_cost_usd: Decimal = Decimal(0)


class NewKey(ApiKey):
    """`key` is shown this once; only its hash is kept."""

    key: str
