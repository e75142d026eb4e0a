"""What accounts speaks of."""

from dataclasses import dataclass

from pydantic import BaseModel

from cadre.kernel.ids import OrgId, UserId
from cadre.kernel.scope import Scope

SESSION_COOKIE = "cadre_session"
SESSION_SECONDS = 30 * 24 * 3600


class User(BaseModel):
    id: UserId
    name: str


class Org(BaseModel):
    id: OrgId
    name: str


class ApiKey(BaseModel):
    """`prefix` is the part of a key that may be shown, to tell keys apart."""

    id: str
    name: str
    prefix: str
    created_at: float
    last_used_at: float | None
    expires_at: float | None


class NewKey(ApiKey):
    """`key` is shown this once; only its hash is kept."""

    key: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is behind a request. `csrf` is None for a key, which no page can send by accident.

    `is_stale` says that the time of last use should be written down again.
    """

    scope: Scope
    user: User
    org: Org
    csrf: str | None
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class NewSession:
    """`token` goes into the cookie and nowhere else."""

    token: str
    expires_at: float
    identity: Identity
