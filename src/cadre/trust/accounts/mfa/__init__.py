"""MFA: what somebody has besides a password. Codes of an app, passkeys, recovery codes."""

from cadre.trust.accounts.mfa.factors import (
    CodeRefused,
    Factors,
    FactorsState,
    LastFactor,
    TotpSetup,
)
from cadre.trust.accounts.mfa.passkeys import (
    Ceremony,
    Passkey,
    PasskeyNotFound,
    PasskeyRefused,
    Passkeys,
    Site,
)

__all__ = [
    "Ceremony",
    "CodeRefused",
    "Factors",
    "FactorsState",
    "LastFactor",
    "Passkey",
    "PasskeyNotFound",
    "PasskeyRefused",
    "Passkeys",
    "Site",
    "TotpSetup",
]
