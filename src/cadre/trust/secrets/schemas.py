"""Secrets on the wire: everything about them but what they hold."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from cadre.trust.secrets.hosts import origin_of

LeaseState = Literal["open", "over", "released", "revoked"]


Origins = Annotated[
    list[Annotated[str, Field(max_length=300), AfterValidator(origin_of)]], Field(max_length=50)
]


class SecretInput(BaseModel):
    """`value` is never given out again. Without `hosts`, those that there are stay."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    value: SecretStr = Field(min_length=1, max_length=64_000)
    hosts: Origins | None = None


class SecretHosts(BaseModel):
    """Where a tool may send the value in a request: `api.github.com` is https on its usual port."""

    model_config = ConfigDict(extra="forbid")

    hosts: Origins


class SecretInfo(BaseModel):
    """`used_by` names who works with it at present, as far as that is known.

    `hosts` are the origins that a tool may send it to in a request; none: nowhere.
    """

    name: str
    version: int
    updated_at: float
    updated_by: str | None
    used_by: list[str] = []
    hosts: list[str] = []


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
