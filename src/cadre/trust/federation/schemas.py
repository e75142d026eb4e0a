"""What the routes of identity providers take and give."""

import re
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from cadre.trust.federation.provider import Kind

_DOMAIN = re.compile(r"^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$")


def _domain(text: str) -> str:
    folded = text.strip().lower().removeprefix("@")
    if not _DOMAIN.match(folded):
        raise ValueError("write a domain, such as example.org")
    return folded


def _address(text: str) -> str:
    if not re.match(r"^https?://[^\s/?#@]+(/[^\s?#]*)?$", text):
        raise ValueError("write an address such as https://login.example.org, without ? and #")
    return text


Domain = Annotated[str, AfterValidator(_domain)]
Issuer = Annotated[str, StringConstraints(max_length=500), AfterValidator(_address)]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$")
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]
ScopeText = Annotated[str, StringConstraints(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,200}$")]


class GroupRuleText(BaseModel):
    """Whoever has `value` in the claim of groups gets `role` everywhere, or is in `group` (an id)."""

    model_config = ConfigDict(extra="forbid")
    value: Text
    role: Text | None = None
    group: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> "GroupRuleText":
        if (self.role is None) == (self.group is None):
            raise ValueError("name either a role or a group")
        return self


class ProviderInput(BaseModel):
    """`issuer` can be left out for Google and GitHub; for GitHub Enterprise it is its address.

    `client_secret` None: the stored one stays; "": none, for a public client.
    `groups_claim` names the claim that holds groups; of several roles the first rule counts.
    `only_this_way` takes password and passkey from whoever comes by this provider.
    `trusts_mfa` takes the provider's word (amr, or acr in `mfa_acr`) for a second factor.
    """

    model_config = ConfigDict(extra="forbid")
    name: Name
    kind: Kind = "oidc"
    issuer: Issuer | None = None
    client_id: Text
    client_secret: Annotated[str, StringConstraints(max_length=2000)] | None = None
    scopes: Annotated[list[ScopeText], Field(max_length=30)] = []
    allowed_domains: Annotated[list[Domain], Field(max_length=200)] = []
    creates_users: bool = False
    default_role: Text = "user"
    groups_claim: Annotated[str, StringConstraints(max_length=200)] = ""
    group_map: Annotated[list[GroupRuleText], Field(max_length=500)] = []
    only_this_way: bool = False
    trusts_mfa: bool = False
    mfa_acr: Annotated[list[Text], Field(max_length=20)] = []
    enabled: bool = True


class IdentityProvider(BaseModel):
    """`has_client_secret` says whether there is one; what it is, nobody is told.

    `redirect_uri` is what to register with the provider, and `sign_out_uri` as an address to come back
    to from signing out (`post_logout_redirect_uri`).
    """

    id: str
    name: str
    kind: Kind
    issuer: str
    client_id: str
    has_client_secret: bool
    scopes: list[str]
    allowed_domains: list[str]
    creates_users: bool
    default_role: str
    groups_claim: str
    group_map: list[GroupRuleText]
    only_this_way: bool
    trusts_mfa: bool
    mfa_acr: list[str]
    enabled: bool
    created_at: float
    updated_at: float
    redirect_uri: str = ""
    sign_out_uri: str = ""


class IdentityProviderCheck(BaseModel):
    """`problems` say what is missing and where; empty: it can be signed in with."""

    ok: bool
    problems: list[str]
    authorization_endpoint: str | None = None
    keys: int = 0
    algorithms: list[str] = []
