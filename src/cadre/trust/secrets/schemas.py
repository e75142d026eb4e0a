"""Secrets on the wire: everything about them but what they hold."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

LeaseState = Literal["open", "over", "released", "revoked"]


class SecretInput(BaseModel):
    """`value` is never given out again."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    value: SecretStr = Field(min_length=1, max_length=64_000)


class SecretInfo(BaseModel):
    """`used_by` names who works with it at present, as far as that is known."""

    name: str
    version: int
    updated_at: float
    updated_by: str | None
    used_by: list[str] = []


class SecretVersion(BaseModel):
    """`expires_at`: when a former version is destroyed; None for the one that counts."""

    version: int
    is_current: bool
    updated_at: float
    updated_by: str | None
    expires_at: float | None


class SecretLease(BaseModel):
    """A value that was handed to a run or a tool for a while."""

    id: str
    name: str
    version: int
    holder: str
    state: LeaseState
    leased_by: str
    leased_at: float
    expires_at: float
    released_at: float | None
    revoked_at: float | None
    revoked_by: str | None


class KeyRotation(BaseModel):
    """`left` of `total` values are still to be sealed under the data key of `generation`."""

    generation: int
    started_at: float | None = None
    started_by: str | None = None
    finished_at: float | None = None
    total: int
    left: int
    master_key: str
    is_master_key_moving: bool = False
