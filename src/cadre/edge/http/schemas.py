"""What the session's routes take and give."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from cadre.infra.database import Work
from cadre.trust.accounts import Org, User


class Health(BaseModel):
    status: str = Field(examples=["ok"])


class SignIn(BaseModel):
    """`token` is the part after `#` of a sign-in link."""

    model_config = ConfigDict(extra="forbid")
    token: str = Field(min_length=1, max_length=200)


class SandboxState(BaseModel):
    """Whether code tools work here; `reason` says what is missing and what would fix it."""

    available: bool
    kind: str | None
    reason: str | None


class Features(BaseModel):
    sandbox: SandboxState


class ModelsState(BaseModel):
    """`configured` is False while only the offline operator answers."""

    configured: bool
    default: str


class Me(BaseModel):
    """Who is signed in, and what this server has. `csrf` is empty for a key."""

    user: User
    org: Org
    csrf: str
    version: str
    features: Features
    models: ModelsState


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else the page must know about this server; wiring says how to find it out."""

    version: str
    sandbox: Callable[[], Awaitable[SandboxState]]
    models: Callable[[Work], Awaitable[ModelsState]]
