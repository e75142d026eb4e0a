"""What the session's routes take and give."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from cadre.infra.database import Work
from cadre.trust.accounts import (
    Code,
    Email,
    Org,
    PasskeySent,
    Password,
    Preferences,
    Token,
    TotpStart,
    User,
)

__all__ = ["TotpStart"]


class Health(BaseModel):
    status: str = Field(examples=["ok"])


class _Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignIn(_Wanted):
    """`token` is the part after `#` or `token=` of a sign-in link."""

    token: Token


class ProgramAsks(_Wanted):
    """`program`: give the tokens in the answer instead of setting cookies."""

    program: bool = False


class PasswordSignIn(ProgramAsks):
    email: Email
    password: Password


class PasskeySignIn(PasskeySent):
    program: bool = False


class SecondFactor(ProgramAsks):
    """`code` of the app or a recovery code, or what a passkey answered.

    `ticket` is what a program was given; a page has it in a cookie.
    """

    ticket: Token | None = None
    code: Code | None = None
    passkey: PasskeySent | None = None


class Ticket(_Wanted):
    """`ticket` is what a program was given; a page has it in a cookie."""

    ticket: Token | None = None


class Refresh(_Wanted):
    """`refresh_token` is what a program was given; a page has it in a cookie."""

    refresh_token: Token | None = None


class Proof(_Wanted):
    """One of them: the password, a code, or what a passkey answered."""

    password: Password | None = None
    code: Code | None = None
    passkey: PasskeySent | None = None


class Tokens(BaseModel):
    """Send `access_token` as `Authorization: Bearer`; get new ones with `refresh_token`, once."""

    access_token: str
    expires_at: float
    refresh_token: str
    refresh_expires_at: float


class SandboxState(BaseModel):
    """Whether code tools work here; `reason` says what is missing and what would fix it."""

    available: bool
    kind: str | None
    reason: str | None


class Features(BaseModel):
    sandbox: SandboxState


class ModelsState(BaseModel):
    """`configured` is False while only the offline operator answers."""

    configured: bool
    default: str


class SessionState(BaseModel):
    """The session behind the request. `expires_at` is when the access token has to be refreshed."""

    id: str
    method: str
    expires_at: float
    proved_at: float


class MfaNeed(BaseModel):
    """Whether a second factor is set up, and whether the organisation asks for one."""

    enabled: bool
    required: bool


class Me(BaseModel):
    """Who is signed in, and what this server has. `csrf` is empty for a key.

    `permissions` are patterns of what is granted somewhere; what counts is what a route answers.
    """

    user: User
    org: Org
    csrf: str
    version: str
    features: Features
    models: ModelsState
    role: str
    permissions: list[str]
    preferences: Preferences
    session: SessionState | None
    mfa: MfaNeed


class SignedIn(BaseModel):
    """`status` "mfa_needed": show a second factor; "mfa_set_up_needed": set one up first.

    `me` is there once the sign-in is complete; `tokens` and `ticket` for programs only.
    `recovery_codes` are shown this once.
    """

    status: Literal["signed_in", "mfa_needed", "mfa_set_up_needed"]
    me: Me | None = None
    tokens: Tokens | None = None
    methods: list[str] = []
    ticket: str | None = None
    recovery_codes: list[str] = []


class SignedOut(BaseModel):
    """`go_to`: the provider's page to sign out there too, which leads back to the sign-in page."""

    go_to: str | None = None


class Refreshed(BaseModel):
    """`expires_at` is when to refresh again; `tokens` for programs only."""

    csrf: str
    expires_at: float
    tokens: Tokens | None = None


class SsoRefusal(BaseModel):
    """Why a sign-in by an identity provider was refused, for whoever tried it."""

    code: str
    detail: str


class SignInOptions(BaseModel):
    """How somebody can sign in here. `passkeys` need a host with a name, not a number.

    `password` is False where the organisation does without passwords.

    Of `providers` each has `id`, `name`, `kind` and `start`, the path that the browser goes to, with
    the page to come back to as `back`.
    """

    registration: Literal["open", "invite", "closed"]
    password: bool
    passkeys: bool
    providers: list[dict[str, str]]
    org: str
    branding: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else the page must know about this server; wiring says how to find it out."""

    version: str
    sandbox: Callable[[], Awaitable[SandboxState]]
    models: Callable[[Work], Awaitable[ModelsState]]
