"""What is said of retention, holds, and the work on single people's data."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_STRICT = ConfigDict(extra="forbid")

JobKind = Literal["export", "erase"]
JobState = Literal["waiting", "running", "done", "failed"]
Days = Annotated[int, Field(ge=1, le=36_500)] | Literal["forever", "default"]


class RetentionShown(BaseModel):
    """A class of data. `days` null: for ever; `rows` are counted up to a million."""

    key: str
    title: str
    description: str
    days: int | None
    default_days: int | None
    is_default: bool
    least_days: int
    most_days: int
    may_stay: bool = Field(description="Whether it can be kept for ever.")
    rows: int
    oldest: float | None
    would_delete: int | None = Field(
        default=None, description="With `dry_run`: how much would go at once."
    )


class Hold(BaseModel):
    """While it lasts nothing is deleted by retention, and nobody is erased."""

    reason: str
    since: float
    set_by: str = Field(description="An id.")


class HoldWanted(BaseModel):
    """Why everything has to be kept."""

    model_config = _STRICT
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class RetentionState(BaseModel):
    """How long what is kept, and when that was applied last."""

    items: list[RetentionShown]
    hold: Hold | None
    applied_at: float | None
    deleted: dict[str, int] = Field(description="What went then, by class.")
    dry_run: bool = False


class RetentionChange(BaseModel):
    """Days by class of data; what is left out stays. With `dry_run` nothing is changed."""

    model_config = _STRICT
    days: dict[str, Days] = Field(examples=[{"runs": 30}])
    dry_run: bool = False


class Applied(BaseModel):
    """What went. `finished` false: there is more, which goes within the hour."""

    deleted: dict[str, int]
    finished: bool


class ErasureWanted(BaseModel):
    """`confirm` repeats the person's e-mail address, or id: there is no way back."""

    model_config = _STRICT
    confirm: str = Field(max_length=400)


class RoomResult(BaseModel):
    """What came of the data in one part of cadre."""

    room: str
    records: int = Field(default=0, description="Of an export: how many lines.")
    files: int = Field(default=0, description="Of an export.")
    deleted: int = Field(default=0, description="Of an erasure: rows that are gone.")
    renamed: int = Field(default=0, description="Of an erasure: places where the name was.")
    stays: str = Field(default="", description="Of an erasure: what is still there, and why.")


class DataJob(BaseModel):
    """An export or an erasure. `done` of `total` says how far it is."""

    id: str
    kind: JobKind
    person: str = Field(description="An id; who it was is not kept here.")
    own: bool = Field(description="Whether they asked themself.")
    state: JobState
    step: str
    done: int
    total: int
    error: str | None
    result: list[RoomResult]
    created_at: float
    updated_at: float
    expires_at: float | None = Field(description="Until when the archive can be downloaded.")
    created_by: str

    @classmethod
    def of(cls, row: Any) -> "DataJob":
        names = set(cls.model_fields) - {"result"}
        values = {name: getattr(row, name) for name in names}
        return cls(**values, result=json.loads(row.result))
