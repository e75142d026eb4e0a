"""A provider: whoever an org lets vouch for its people."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["google", "github", "microsoft", "oidc"]

GOOGLE = "https://accounts.google.com"
GITHUB = "https://github.com"

DEFAULT_SCOPES = ("openid", "profile", "email")
GITHUB_SCOPES = ("read:user", "user:email")


@dataclass(frozen=True, slots=True)
class GroupRule:
    """Whoever has `value` in the claim has the role everywhere, or is in the group."""

    value: str
    role: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """`domains` empty: of any domain. `only_way`: whoever comes by it has no other way in."""

    id: str
    name: str
    kind: Kind
    issuer: str
    client_id: str
    scopes: tuple[str, ...]
    domains: frozenset[str]
    creates_users: bool
    default_role: str
    groups_claim: str
    group_map: tuple[GroupRule, ...]
    only_way: bool
    trusts_mfa: bool
    mfa_acr: frozenset[str]
    enabled: bool
    created_at: float
    updated_at: float

    @property
    def method(self) -> str:
        """How a session says that it came by this provider."""
        return f"sso:{self.name}"

    @property
    def secret_name(self) -> str:
        return f"identity-provider/{self.id}"


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a provider says of somebody, once it was checked that the provider says it."""

    subject: str
    email: str | None
    is_verified: bool
    name: str
    groups: frozenset[str] = frozenset()
    used_two_factors: bool = False
    claims: dict[str, object] = field(default_factory=dict[str, object], repr=False)
