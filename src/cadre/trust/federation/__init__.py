"""Federation: others who say who somebody is, and directories that say who belongs to an org.

A provider vouches for people as they sign in (OpenID Connect, GitHub); a directory adds, changes and
suspends them by itself (SCIM). What they are told is checked here; sessions are made by accounts.
"""

from cadre.trust.federation.asking import Asking
from cadre.trust.federation.discovery import Discovery
from cadre.trust.federation.errors import (
    ProviderBroken,
    ProviderNotFound,
    SignInRefused,
    code_of,
    sentence_of,
)
from cadre.trust.federation.github import GitHub
from cadre.trust.federation.linking import Linking
from cadre.trust.federation.oidc import OpenIdConnect
from cadre.trust.federation.personal import PERSONAL
from cadre.trust.federation.providers import Providers
from cadre.trust.federation.scim import SCIM_TYPE, DirectoryGroups, DirectoryUsers, scim_refusal
from cadre.trust.federation.service import SIGNED_OUT, Arrived, Begun, Federation
from cadre.trust.federation.ways import CALLBACK, ProviderWays

__all__ = [
    "CALLBACK",
    "PERSONAL",
    "SCIM_TYPE",
    "SIGNED_OUT",
    "Arrived",
    "Asking",
    "Begun",
    "DirectoryGroups",
    "DirectoryUsers",
    "Discovery",
    "Federation",
    "GitHub",
    "Linking",
    "OpenIdConnect",
    "ProviderBroken",
    "ProviderNotFound",
    "ProviderWays",
    "Providers",
    "SignInRefused",
    "code_of",
    "scim_refusal",
    "sentence_of",
]
