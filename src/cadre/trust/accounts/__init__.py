"""Accounts: who someone is. People, how they prove it, their sessions, and who is a member.

Tokens are 256 random bits, stored as hashes and shown once; passwords are hashed slowly. Whoever
finds out by other means who somebody is asks `Accounts.session_for` for a session, or
`Entrance.admit` if a second factor may still be due.
"""

from cadre.trust.accounts.arrivals import Pages, arriving, device_of, page_of, site_of
from cadre.trust.accounts.attempts import Attempt, Attempts, TooManyAttempts
from cadre.trust.accounts.callers import Callers
from cadre.trust.accounts.enrolment import Enrolled, Enrolment
from cadre.trust.accounts.entrance import (
    Entrance,
    HalfWay,
    PasskeyAnswer,
    Proof,
    require_recent_proof,
)
from cadre.trust.accounts.events import LoggedEvents
from cadre.trust.accounts.members import Members
from cadre.trust.accounts.mfa import Ceremony, Factors, Passkeys, Site, TotpSetup
from cadre.trust.accounts.passwords import Passwords
from cadre.trust.accounts.personal import AccountsPersonal, names_of_others
from cadre.trust.accounts.ports import AccountEvent, EventLog, KeyDoor, RoleBook, WaysIn
from cadre.trust.accounts.profiles import Profiles
from cadre.trust.accounts.registration import Registration
from cadre.trust.accounts.retention import SignInsRetained
from cadre.trust.accounts.schemas import (
    CeremonyStart,
    Code,
    Email,
    PasskeySent,
    Password,
    Preferences,
    Token,
    TotpStart,
)
from cadre.trust.accounts.service import Accounts, RefreshReused, SessionEnded
from cadre.trust.accounts.tables import api_keys
from cadre.trust.accounts.types import (
    ACCESS_SECONDS,
    MFA_COOKIE,
    REFRESH_COOKIE,
    SESSION_COOKIE,
    SESSION_SECONDS,
    Caller,
    Device,
    Identity,
    NewSession,
    Org,
    SessionFacts,
    User,
)

__all__ = [
    "ACCESS_SECONDS",
    "MFA_COOKIE",
    "REFRESH_COOKIE",
    "SESSION_COOKIE",
    "SESSION_SECONDS",
    "AccountEvent",
    "Accounts",
    "AccountsPersonal",
    "Attempt",
    "Attempts",
    "Caller",
    "Callers",
    "Ceremony",
    "CeremonyStart",
    "Code",
    "Device",
    "Email",
    "Enrolled",
    "Enrolment",
    "Entrance",
    "EventLog",
    "Factors",
    "HalfWay",
    "Identity",
    "KeyDoor",
    "LoggedEvents",
    "Members",
    "NewSession",
    "Org",
    "Pages",
    "PasskeyAnswer",
    "PasskeySent",
    "Passkeys",
    "Password",
    "Passwords",
    "Preferences",
    "Profiles",
    "Proof",
    "RefreshReused",
    "Registration",
    "RoleBook",
    "SessionEnded",
    "SessionFacts",
    "SignInsRetained",
    "Site",
    "Token",
    "TooManyAttempts",
    "TotpSetup",
    "TotpStart",
    "User",
    "WaysIn",
    "api_keys",
    "arriving",
    "device_of",
    "names_of_others",
    "page_of",
    "require_recent_proof",
    "site_of",
]
