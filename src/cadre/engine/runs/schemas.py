"""What a run looks like from outside: to other rooms, and on the wire."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal, TypeAlias

from pydantic import BaseModel, Field

from cadre.kernel.ids import RunId, new_id
from cadre.kernel.messages import Json, Usage

RunStatus: TypeAlias = Literal["queued", "running", "waiting", "done", "failed", "cancelled"]
ENDED: frozenset[str] = frozenset({"done", "failed", "cancelled"})

Frame: TypeAlias = dict[str, Json]
"""Live only, never journaled: `{"run_id", "key", "type", ...}`."""


class Safety(StrEnum):
    """What a crash in the middle of an effect means.

    An unsafe effect journals that it starts; if its end is never journaled, a person (or the
    tool itself) is asked what happened. The other two just act again.
    """

    READ_ONLY = "read_only"
    IDEMPOTENT = "idempotent"
    UNSAFE = "unsafe"


class RunError(BaseModel):
    code: str
    detail: str


class Origin(BaseModel):
    """`seq` is the last event that was taken over from `run_id`."""

    type: Literal["fork", "replay"]
    run_id: str
    seq: int


class Run(BaseModel):
    """`waiting_for` is one sentence and always true. `cost_usd` is None where a price is unknown.

    `definition`, `input` and `output` are only filled in for a single run, not in lists.
    """

    id: RunId
    kind: str
    agent: str | None
    title: str
    status: RunStatus
    waiting_for: str | None
    session_id: str | None
    parent_id: RunId | None
    workspace_id: str
    priority: int
    definition: Json = None
    input: Json = None
    output: Json = None
    error: RunError | None
    created_at: float
    updated_at: float
    ended_at: float | None
    deadline: float | None
    cost_usd: Decimal | None
    input_tokens: int
    output_tokens: int
    steps: int
    last_seq: int
    origin: Origin | None


class RunEvent(BaseModel):
    run_id: RunId
    seq: int
    at: float
    type: str
    key: str | None
    data: Json


class ForkChanges(BaseModel):
    """What the new run has different: its input, its definition, the results of some steps."""

    input: Json = None
    definition: Json = None
    outputs: dict[str, Json] = Field(default_factory=dict[str, Json])


@dataclass(slots=True)
class RunSpec:
    """A wish for a run. With `id` given, starting twice starts once.

    Runs of one `session_id` run strictly one after the other, in the order of their start.
    """

    kind: str
    definition: Json
    input: Json
    title: str = ""
    agent: str | None = None
    id: RunId | None = None
    session_id: str | None = None
    workspace_id: str | None = None
    priority: int = 0
    deadline_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """News from outside a run. `key` names this one; `name` says what it is about."""

    key: str
    name: str
    data: Json
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an effect returns if it has more to tell than its output."""

    output: Json
    usage: Usage | None = None
    cost_usd: Decimal | None = None


class RetentionPolicy(BaseModel):
    """Ended runs of `kind` (`*`: every other kind) are kept for `days`."""

    kind: str = "*"
    days: int = Field(ge=1, le=36500)


def new_run_id() -> RunId:
    return RunId(new_id("run"))


@dataclass(frozen=True, slots=True)
class RunsSettings:
    """Times and sizes of the engine.

    `linger_seconds`: how long a run whose branches all wait stays in memory before it is
    parked; `grace_seconds`: how long an effect may take to obey a cancellation.
    """

    lease_seconds: float = 10.0
    poll_seconds: float = 0.5
    linger_seconds: float = 0.02
    shortest_park_seconds: float = 0.5
    grace_seconds: float = 1.0
    payload_bytes: int = 32_768
    inline_bytes: int = 1_048_576
    retention_days: int = 90
    most_crashes: int = 50
