"""What a policy is told of a call: who, which agent, which tool, where, with what, and when."""

import hashlib
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from cadre.kernel.messages import Json
from cadre.kernel.values import is_list, is_object
from cadre.trust.policy.decision import Effect

KEPT_CHARACTERS = 2048

Environment: TypeAlias = str


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class GrantedTo(_Given):
    permission: str = Field(max_length=200)
    resource: str = Field(default="*", max_length=200)


class Who(_Given):
    """Who began the run. `may_run`: may (still) give work to its agent."""

    kind: Literal["user", "key", "service", "agent", "system"] = "user"
    id: str = Field(default="", max_length=200)
    name: str = Field(default="somebody", max_length=300)
    grants: list[GrantedTo] = Field(default_factory=list[GrantedTo])
    may_run: bool = True


class WhichTool(_Given):
    """`outside`: it speaks with the world outside. `server`: where it comes from, if from one."""

    name: str = Field(max_length=200)
    server: str | None = Field(default=None, max_length=200)
    read_only: bool = False
    idempotent: bool = False
    dangerous: bool = False
    outside: bool = False


class WhichRun(_Given):
    """`depth` is 0 for a run that a person began, 1 for its child, and so on."""

    id: str | None = Field(default=None, max_length=200)
    depth: int = Field(default=0, ge=0)


class ReadFrom(_Given):
    """Something that the run has read: which kind of content, and by whom or what it came.

    An `own file` was uploaded by whoever began the run, and is no taint.
    """

    kind: str = Field(max_length=200)
    by: str = Field(default="", max_length=300)


class MatchedRule(_Given):
    """A rule of the gate that speaks of this call. `layer` -1: one of the org's."""

    id: str
    source: Literal["org", "agent"]
    layer: int
    effect: Effect
    reason: str
    consent: bool = False


class When(_Given):
    """UTC; Monday is 1."""

    at: float
    hour: int
    weekday: int


def now() -> When:
    at = time.time()
    moment = datetime.fromtimestamp(at, UTC)
    return When(at=at, hour=moment.hour, weekday=moment.isoweekday())


class PolicyInput(_Given):
    """`input` of a policy. `taints` are the kinds of content from outside that the run has read;
    `sources` says where each came from, and what else it has read that was not made here.

    `secrets` are the names of those that the call would use; their values are nobody's to see.
    """

    principal: Who = Field(default_factory=Who)
    org: str = ""
    project: str = ""
    environment: Environment = "dev"
    agent: str | None = None
    run: WhichRun = Field(default_factory=WhichRun)
    tool: WhichTool
    arguments: dict[str, Json] = Field(default_factory=dict[str, Json])
    secrets: list[str] = Field(default_factory=list[str], max_length=200)
    call_hash: str | None = None
    taints: list[str] = Field(default_factory=list[str])
    sources: list[ReadFrom] = Field(default_factory=list[ReadFrom])
    layers: list[int] = Field(default_factory=lambda: [0], min_length=1)
    rules: list[MatchedRule] = Field(default_factory=list[MatchedRule])
    time: When = Field(default_factory=now)


def kept(given: PolicyInput) -> dict[str, Any]:
    """`given` as it is kept for dry runs: long values of arguments as their hash alone."""
    shown = given.model_dump(mode="json")
    shown["arguments"] = _short(shown["arguments"])
    return shown


def _short(value: Json) -> Json:
    if isinstance(value, str) and len(value) > KEPT_CHARACTERS:
        digest = hashlib.sha256(value.encode()).hexdigest()
        return {"left_out": len(value), "sha256": digest}
    if is_object(value):
        held: Mapping[str, Json] = value
        return {name: _short(one) for name, one in held.items()}
    if is_list(value):
        return [_short(one) for one in value]
    return value
