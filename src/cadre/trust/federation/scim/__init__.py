"""SCIM 2.0 (RFC 7643, 7644): a directory keeps an org's people and groups up to date by itself."""

from cadre.trust.federation.scim.answers import scim_refusal
from cadre.trust.federation.scim.groups import DirectoryGroups
from cadre.trust.federation.scim.users import DirectoryUsers

__all__ = ["DirectoryGroups", "DirectoryUsers", "scim_refusal"]
