"""What accounts speaks of."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from cadre.kernel.grants import Grants
from cadre.kernel.ids import OrgId, UserId
from cadre.kernel.scope import Scope

SESSION_COOKIE = "cadre_session"
REFRESH_COOKIE = "cadre_refresh"
MFA_COOKIE = "cadre_mfa"

# How long a device stays signed in after it was last heard of.
SESSION_SECONDS = 30 * 24 * 3600
ACCESS_SECONDS = 15 * 60

Status = Literal["active", "invited", "suspended"]


class User(BaseModel):
    """`email` is None until somebody has said and verified one; `has_avatar` is told in `/me` only."""

    id: UserId
    name: str
    email: str | None = None
    has_avatar: bool = False


class Org(BaseModel):
    id: OrgId
    name: str


@dataclass(frozen=True, slots=True)
class Device:
    """What a session is told apart by. `is_program`: it keeps its tokens itself, without cookies."""

    address: str = ""
    user_agent: str = ""
    is_program: bool = False


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """The session behind a request. `proved_at` is when the person last proved who they are."""

    id: str
    method: str
    proved_at: float
    expires_at: float


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is behind a request. `csrf` is None for what no page can send by accident.

    `is_stale` says that the time of last use should be written down again.
    """

    scope: Scope
    user: User
    org: Org
    csrf: str | None
    is_stale: bool = False
    session: SessionFacts | None = None


@dataclass(frozen=True, slots=True)
class NewSession:
    """`token` and `refresh` go into cookies, or to the program that asked, and nowhere else."""

    token: str
    expires_at: float
    refresh: str
    refresh_expires_at: float
    identity: Identity


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever makes a request, and what they may do."""

    identity: Identity
    grants: Grants


@dataclass(frozen=True, slots=True)
class SignInRules:
    """How people come into an org, and what it looks like before they did."""

    name: str
    registration: Literal["open", "invite", "closed"]
    mfa_required: bool
    password_sign_in: bool
    branding: dict[str, Any]
