"""What the routes of accounts take and give."""

from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from cadre.trust.accounts.emails import Email
from cadre.trust.accounts.passwords import LONGEST
from cadre.trust.accounts.types import Status


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("use one line of printable characters")
    return text


def _time_zone(name: str) -> str:
    if name and name not in available_timezones():
        raise ValueError("write a time zone such as Europe/Berlin")
    return name


PersonName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_printable),
]
# Longer than is allowed, so that the refusal can say what would be right.
Password = Annotated[str, StringConstraints(min_length=1, max_length=5 * LONGEST)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Locale = Annotated[str, StringConstraints(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3})?$")]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_time_zone)]
RoleName = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Preferences(Wanted):
    """How somebody likes the page; empty: as the browser says."""

    theme: Literal["system", "light", "dark"] = "system"
    language: Locale = ""
    time_zone: TimeZone = ""


class Profile(BaseModel):
    """Who somebody is, as they see it; `role` as in `Member`."""

    id: str
    name: str
    email: str | None
    role: str
    locale: str
    preferences: Preferences
    has_avatar: bool
    has_password: bool
    created_at: float


class ProfileChange(Wanted):
    """Only what is sent is changed."""

    name: PersonName | None = None
    locale: Locale | None = None
    preferences: Preferences | None = None


class PasswordChange(Wanted):
    """`current` is needed by whoever has a password."""

    current: Password | None = None
    password: Password


class EmailChange(Wanted):
    email: Email


class DeviceInfo(BaseModel):
    """A place where somebody is signed in."""

    id: str
    is_this: bool
    is_program: bool
    method: str
    address: str
    user_agent: str
    created_at: float
    seen_at: float


class Member(BaseModel):
    """A member of the organisation.

    `role`: what they may do in all of it; of several roles the one that lets them do most, empty if
    they have none. `invitation_expires_at`: until when whoever is invited can accept; None if they
    can't any more.
    """

    id: str
    name: str
    email: str | None
    role: str
    status: Status
    has_avatar: bool
    has_password: bool
    second_factor: bool
    created_at: float
    last_seen_at: float | None
    invitation_expires_at: float | None


class Invitation(Wanted):
    """`name` is what the member is called until they say it themselves."""

    email: Email
    role: RoleName = "user"
    name: PersonName | None = None


class Invited(BaseModel):
    """`link` is there only where no mail leaves this machine: hand it over yourself."""

    member: Member
    link: str | None


class MemberChange(Wanted):
    """Only what is sent is changed."""

    role: RoleName | None = None
    status: Literal["active", "suspended"] | None = None


class NewAccount(Wanted):
    email: Email
    name: PersonName
    password: Password


class TokenSent(Wanted):
    """`token` is the part after `#` of a link that came by mail."""

    token: Token


class InvitationShown(BaseModel):
    """What an invitation is for."""

    email: str
    name: str
    org: str


class Acceptance(TokenSent):
    name: PersonName
    password: Password


class EmailSent(Wanted):
    email: Email


class NewPassword(TokenSent):
    password: Password


class Taken(BaseModel):
    """Always the same answer: whether the address is known, only its mailbox learns."""

    detail: str = "If that is possible, a letter is on its way."


class CodeSent(Wanted):
    code: Code


class TotpStart(BaseModel):
    """Show `qr` (SVG) to the app, or type `secret` into it; then send its first code."""

    secret: str
    uri: str
    qr: str


class RecoveryCodes(BaseModel):
    """Shown this once. Each works once. Empty: those of before still count."""

    recovery_codes: list[str]


class PasskeyInfo(BaseModel):
    id: str
    name: str
    created_at: float
    last_used_at: float | None


class PasskeyChange(Wanted):
    name: PersonName


class MfaState(BaseModel):
    """Which second factors somebody has."""

    totp: bool
    passkeys: list[PasskeyInfo]
    recovery_codes_left: int
    is_required: bool


class CeremonyStart(BaseModel):
    """Give `options` to `navigator.credentials`; send its answer back with `ceremony`."""

    ceremony: str
    options: dict[str, Any]


class PasskeySent(Wanted):
    """What `navigator.credentials` answered, as JSON."""

    ceremony: Token
    credential: dict[str, Any] = Field(max_length=20)


class PasskeyMade(PasskeySent):
    name: PersonName
