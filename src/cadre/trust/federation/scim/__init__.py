"""SCIM 2.0 (RFC 7643, 7644): a directory keeps an org's people and groups up to date by itself."""

from cadre.trust.federation.scim.answers import SCIM_TYPE, scim_refusal
from cadre.trust.federation.scim.groups import DirectoryGroups
from cadre.trust.federation.scim.users import DirectoryUsers

__all__ = ["SCIM_TYPE", "DirectoryGroups", "DirectoryUsers", "scim_refusal"]
