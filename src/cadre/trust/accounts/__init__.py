"""Accounts: who someone is. The owner, sign-in links, sessions of the page and keys of the API.

Tokens are 256 random bits, stored as hashes and shown once. Whoever holds one is that
person or key; there is nothing to guess, so there is no password to store either.
"""

from cadre.trust.accounts.attempts import Attempts, TooManyAttempts
from cadre.trust.accounts.keys import KeyRefused, Keys, bearer
from cadre.trust.accounts.service import Accounts
from cadre.trust.accounts.types import (
    SESSION_COOKIE,
    SESSION_SECONDS,
    ApiKey,
    Identity,
    NewKey,
    NewSession,
    Org,
    User,
)

__all__ = [
    "SESSION_COOKIE",
    "SESSION_SECONDS",
    "Accounts",
    "ApiKey",
    "Attempts",
    "Identity",
    "KeyRefused",
    "Keys",
    "NewKey",
    "NewSession",
    "Org",
    "TooManyAttempts",
    "User",
    "bearer",
]
