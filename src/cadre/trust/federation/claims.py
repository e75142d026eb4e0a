"""Claims: what a provider says of somebody, read with caution."""

import unicodedata
from collections.abc import Mapping
from typing import Any, cast

from cadre.trust.federation.provider import Provider, Vouched

_MOST_GROUPS = 2000
_LONGEST = 320
# RFC 8176: what somebody knows, and what they have or are.
_KNOWN = {"pwd", "pin", "kba"}
_HELD = {"otp", "hwk", "swk", "sc", "sms", "tel", "fpt", "face", "iris", "vbm", "fido", "pop"}
_MULTI_FACTOR = frozenset(
    {"http://schemas.openid.net/pape/policies/2007/06/multi-factor", "phr", "phrh"}
)


def vouched_by(provider: Provider, claims: Mapping[str, Any]) -> Vouched:
    """What `claims` say of the person that they are about."""
    email = address(claims.get("email"))
    return Vouched(
        subject=claims["sub"],
        email=email,
        is_verified=email is not None and _is_verified(provider, claims),
        name=_name(claims, email),
        groups=_groups(claims, provider.groups_claim),
        used_two_factors=used_two_factors(claims, provider.mfa_acr),
    )


def address(said: object) -> str | None:
    """An address that can only be read one way: what looks like another mailbox is none."""
    if not isinstance(said, str) or not 3 <= len(said) <= _LONGEST or said.count("@") != 1:
        return None
    if unicodedata.normalize("NFKC", said) != said or said != said.strip():
        return None
    return said.casefold()


def used_two_factors(claims: Mapping[str, Any], accepted: frozenset[str]) -> bool:
    """Whether the provider says that it has asked for two factors."""
    reached = claims.get("acr")
    if isinstance(reached, str) and reached in accepted | _MULTI_FACTOR:
        return True
    found = claims.get("amr")
    methods = set[str]()
    if isinstance(found, list):
        methods = {str(each) for each in cast("list[object]", found)}
    return "mfa" in methods or bool(methods & _KNOWN and methods & _HELD)


def domain_of(email: str) -> str:
    return email.rpartition("@")[2]


def _is_verified(provider: Provider, claims: Mapping[str, Any]) -> bool:
    """Microsoft says it only of domains that its customer has proved to own (`xms_edov`)."""
    if claims.get("email_verified") is True or claims.get("email_verified") == "true":
        return True
    return provider.kind == "microsoft" and str(claims.get("xms_edov")).lower() in {"1", "true"}


def _name(claims: Mapping[str, Any], email: str | None) -> str:
    for said in (claims.get("name"), claims.get("preferred_username"), (email or "").split("@")[0]):
        if isinstance(said, str) and said.strip() and said.isprintable():
            return said.strip()[:100]
    return "Somebody"


def _groups(claims: Mapping[str, Any], path: str) -> frozenset[str]:
    """The values of a claim: a list, or one; `a.b` leads into an object, as Keycloak has it."""
    if not path:
        return frozenset()
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = cast("dict[str, Any]", found).get(part) if isinstance(found, dict) else None
    if isinstance(found, str):
        return frozenset({found})
    if not isinstance(found, list):
        return frozenset()
    values = cast("list[object]", found)[:_MOST_GROUPS]
    return frozenset(each for each in values if isinstance(each, str))
