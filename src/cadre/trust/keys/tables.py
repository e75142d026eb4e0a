"""The table of keys lies with accounts, because keys go with the person whose they are."""

from cadre.trust.accounts import api_keys

__all__ = ["api_keys"]
