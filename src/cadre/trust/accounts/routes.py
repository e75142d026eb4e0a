"""People over HTTP: oneself, the members of an org, and coming in by letter."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Request, UploadFile
from starlette.responses import Response

from cadre.infra.blobs import Blobs
from cadre.infra.database import Database
from cadre.infra.mail import Postman
from cadre.infra.web import (
    Paging,
    Provide,
    Reading,
    Writing,
    download,
    file_answers,
    grants_of,
    requires,
    requires_nothing,
)
from cadre.kernel.errors import Denied, Invalid
from cadre.kernel.ids import UserId
from cadre.kernel.paging import Page
from cadre.trust.accounts import letters
from cadre.trust.accounts.arrivals import Pages, arriving, device_of
from cadre.trust.accounts.attempts import Attempt, Attempts
from cadre.trust.accounts.devices import devices_of
from cadre.trust.accounts.entrance import require_recent_proof
from cadre.trust.accounts.members import Members
from cadre.trust.accounts.own_factors.routes import router as own_factors
from cadre.trust.accounts.passwords import Passwords, check_password
from cadre.trust.accounts.profiles import AVATAR_BYTES, Profiles
from cadre.trust.accounts.registration import Registration
from cadre.trust.accounts.schemas import (
    Acceptance,
    DeviceInfo,
    EmailChange,
    EmailSent,
    Invitation,
    InvitationShown,
    Invited,
    Member,
    MemberChange,
    NewAccount,
    NewPassword,
    PasswordChange,
    Profile,
    ProfileChange,
    Taken,
    TokenSent,
)
from cadre.trust.accounts.service import Accounts
from cadre.trust.accounts.store import AccountStore
from cadre.trust.accounts.types import Identity

_Accounts = Annotated[Accounts, Provide(Accounts)]
_Database = Annotated[Database, Provide(Database)]
_Passwords = Annotated[Passwords, Provide(Passwords)]
_Attempts = Annotated[Attempts, Provide(Attempts)]
_Profiles = Annotated[Profiles, Provide(Profiles)]
_Members = Annotated[Members, Provide(Members)]
_Registration = Annotated[Registration, Provide(Registration)]
_Postman = Annotated[Postman, Provide(Postman)]
_Pages = Annotated[Pages, Provide(Pages)]

_own = APIRouter(prefix="/account", tags=["account"], dependencies=[requires_nothing()])
_members = APIRouter(prefix="/members", tags=["members"])
_open = APIRouter(tags=["registration"], dependencies=[requires_nothing()])


def _identity(request: Request) -> Identity:
    """Who is signed in. A key acts for people, but it is none."""
    identity = request.state.identity
    if not isinstance(identity, Identity) or identity.scope.principal.kind != "user":
        raise Denied("This needs a person: sign in, a key can't do it.")
    return identity


@_own.get("", summary="What is kept of me")
async def get_account(request: Request, work: Reading, profiles: _Profiles) -> Profile:
    """My profile and my preferences."""
    return await profiles.get(work, UserId(_identity(request).user.id))


@_own.patch("", summary="Change my profile and preferences")
async def change_account(
    wanted: ProfileChange, request: Request, work: Writing, profiles: _Profiles
) -> Profile:
    """What is not sent stays as it is."""
    return await profiles.change(work, UserId(_identity(request).user.id), wanted)


@_own.put("/password", status_code=204, summary="Set my password")
async def set_password(
    wanted: PasswordChange,
    request: Request,
    background: BackgroundTasks,
    *,
    database: _Database,
    accounts: _Accounts,
    passwords: _Passwords,
    attempts: _Attempts,
    postman: _Postman,
    pages: _Pages,
) -> None:
    """Signs all other devices out. Whoever has a password says it; anybody else proves themselves."""
    identity = _identity(request)
    user_id = UserId(identity.user.id)
    async with database.begin(identity.scope) as work:
        row = await AccountStore(work).row(user_id)
        attempt = Attempt(device_of(request.scope).address, f"proof:{user_id}")
        await attempts.begin(work, attempt)
    if row is None or row.password_hash is None:
        require_recent_proof(identity)
    elif not await passwords.matches(row.password_hash, wanted.current or ""):
        raise Invalid("`current` is not your password.", field="current")
    check_password(wanted.password, email=identity.user.email, name=identity.user.name)
    fresh = await passwords.hash(wanted.password)
    async with database.begin(identity.scope) as work:
        await attempts.succeeded(work, attempt)
        await AccountStore(work).change_user(user_id, password_hash=fresh)
        here = None if identity.session is None else identity.session.id
        await accounts.end_sessions(work, user_id, but=here)
    if identity.user.email is not None:
        letter = letters.password_changed(
            identity.user.email, org=identity.org.name, page=pages.of(request.scope)
        )
        background.add_task(postman.post, letter)


@_own.post("/email", status_code=202, summary="Change my e-mail address")
async def change_email(
    wanted: EmailChange,
    request: Request,
    background: BackgroundTasks,
    *,
    work: Writing,
    registration: _Registration,
    attempts: _Attempts,
    postman: _Postman,
    pages: _Pages,
) -> Taken:
    """The new address counts once the letter to it is answered."""
    identity = _identity(request)
    require_recent_proof(identity)
    await attempts.begin(work, _for_letter(request, wanted.email))
    letter = await registration.change_email(
        work, UserId(identity.user.id), wanted.email, pages.of(request.scope)
    )
    if letter is not None:
        background.add_task(postman.post, letter)
    return Taken()


@_own.put("/avatar", status_code=204, summary="Set my picture")
async def set_avatar(
    file: UploadFile, request: Request, work: Writing, profiles: _Profiles
) -> None:
    """PNG, JPEG or WebP, at most 1 MB."""
    content = await file.read(AVATAR_BYTES + 1)
    await profiles.set_avatar(work, UserId(_identity(request).user.id), content)


@_own.delete("/avatar", status_code=204, summary="Remove my picture")
async def remove_avatar(request: Request, work: Writing, profiles: _Profiles) -> None:
    """Nothing happens if there is none."""
    await profiles.remove_avatar(work, UserId(_identity(request).user.id))


@_own.get(
    "/avatar", summary="My picture", response_class=Response, responses=file_answers("image/*")
)
async def get_avatar(
    request: Request,
    work: Reading,
    profiles: _Profiles,
    blobs: Annotated[Blobs, Provide(Blobs)],
) -> Response:
    """The bytes as they were sent."""
    blob, media_type = await profiles.avatar(work, _identity(request).user.id)
    return download(blobs.path(blob), name="avatar", media_type=media_type, inline=True)


@_own.get("/devices", summary="Where I am signed in")
async def list_devices(request: Request, work: Reading) -> Page[DeviceInfo]:
    """The one that was used last comes first."""
    return Page(items=await devices_of(work, _identity(request)))


@_own.delete("/devices/{session_id}", status_code=204, summary="Sign a device out")
async def end_device(session_id: str, request: Request, work: Writing, accounts: _Accounts) -> None:
    """None of its tokens is worth anything from now on."""
    await accounts.end_session(work, UserId(_identity(request).user.id), session_id)


@_own.delete("/devices", status_code=204, summary="Sign all other devices out")
async def end_devices(
    request: Request, work: Writing, accounts: _Accounts, here: bool = False
) -> None:
    """Everywhere but here; with `here`, here too."""
    identity = _identity(request)
    kept = None if here or identity.session is None else identity.session.id
    await accounts.end_sessions(work, UserId(identity.user.id), but=kept)


@_members.get("", summary="List the members", dependencies=[requires("members:read")])
async def list_members(work: Reading, members: _Members, paging: Paging) -> Page[Member]:
    """In the order in which they came; also those who are invited or suspended."""
    return await members.page(work, paging.cursor, paging.limit)


@_members.post(
    "", status_code=201, summary="Invite somebody", dependencies=[requires("members:write")]
)
async def invite_member(
    wanted: Invitation,
    request: Request,
    background: BackgroundTasks,
    *,
    work: Writing,
    members: _Members,
    postman: _Postman,
    pages: _Pages,
) -> Invited:
    """They get a letter with a link that works once, within seven days."""
    member, letter = await members.invite(
        work,
        grants_of(request),
        wanted,
        inviter=request.state.identity.user.name,
        page=pages.of(request.scope),
    )
    background.add_task(postman.post, letter)
    shown = None if postman.delivers or letter.link is None else letter.link.url
    return Invited(member=member, link=shown)


@_members.get("/{user_id}", summary="One member", dependencies=[requires("members:read")])
async def get_member(user_id: str, work: Reading, members: _Members) -> Member:
    """Who they are and as what they belong."""
    return await members.get(work, user_id)


@_members.get(
    "/{user_id}/avatar",
    summary="A member's picture",
    response_class=Response,
    responses=file_answers("image/*"),
    dependencies=[requires("members:read")],
)
async def get_member_avatar(
    user_id: str,
    work: Reading,
    profiles: _Profiles,
    blobs: Annotated[Blobs, Provide(Blobs)],
) -> Response:
    """The bytes as they were sent."""
    blob, media_type = await profiles.avatar(work, user_id)
    return download(blobs.path(blob), name="avatar", media_type=media_type, inline=True)


@_members.post(
    "/{user_id}/invitation",
    summary="Send an invitation again",
    dependencies=[requires("members:write")],
)
async def resend_invitation(
    user_id: str,
    request: Request,
    background: BackgroundTasks,
    *,
    work: Writing,
    members: _Members,
    postman: _Postman,
    pages: _Pages,
) -> Invited:
    """The link of the letter before is worth nothing from now on."""
    inviter, page = request.state.identity.user.name, pages.of(request.scope)
    member, letter = await members.resend(work, user_id, inviter=inviter, page=page)
    background.add_task(postman.post, letter)
    shown = None if postman.delivers or letter.link is None else letter.link.url
    return Invited(member=member, link=shown)


@_members.patch(
    "/{user_id}",
    summary="Change a member's role, suspend them or let them in again",
    dependencies=[requires("members:write")],
)
async def change_member(
    user_id: str, wanted: MemberChange, request: Request, work: Writing, members: _Members
) -> Member:
    """Whoever is suspended is signed out everywhere. The last owner stays one."""
    by = grants_of(request)
    if wanted.role is not None:
        await members.set_role(work, by, user_id, wanted.role)
    if wanted.status is not None:
        await members.set_status(work, by, user_id, wanted.status)
    return await members.get(work, user_id)


@_members.delete(
    "/{user_id}/mfa",
    status_code=204,
    summary="Remove a member's second factors",
    dependencies=[requires("members:write")],
)
async def reset_member_mfa(
    user_id: str, request: Request, work: Writing, members: _Members
) -> None:
    """For somebody who lost them; signs them out everywhere."""
    require_recent_proof(_identity(request))
    await members.reset_factors(work, grants_of(request), user_id)


@_members.delete(
    "/{user_id}",
    status_code=204,
    summary="Remove a member",
    dependencies=[requires("members:write")],
)
async def remove_member(user_id: str, request: Request, work: Writing, members: _Members) -> None:
    """They are signed out everywhere, and their keys are worth nothing. The last owner stays."""
    await members.remove(work, grants_of(request), user_id)


@_open.post("/registration", status_code=202, summary="Register")
async def register(
    wanted: NewAccount,
    request: Request,
    background: BackgroundTasks,
    *,
    database: _Database,
    registration: _Registration,
    passwords: _Passwords,
    attempts: _Attempts,
    postman: _Postman,
    pages: _Pages,
) -> Taken:
    """Only where the organisation lets everybody in. The letter says how it goes on."""
    check_password(wanted.password, email=wanted.email, name=wanted.name)
    scope = arriving(request.scope)
    async with database.begin(scope) as work:
        await attempts.begin(work, _for_letter(request, wanted.email))
    password_hash = await passwords.hash(wanted.password)
    async with database.begin(scope) as work:
        letter = await registration.register(
            work,
            wanted.email,
            wanted.name,
            password_hash=password_hash,
            page=pages.of(request.scope),
        )
    background.add_task(postman.post, letter)
    return Taken()


@_open.post("/verification", status_code=204, summary="Confirm an e-mail address")
async def verify(
    wanted: TokenSent, request: Request, database: _Database, registration: _Registration
) -> None:
    """With the token of the letter; it works once."""
    async with database.begin(arriving(request.scope)) as work:
        await registration.verify(work, wanted.token)


@_open.post("/registration/invitation/look", summary="What an invitation is for")
async def look_at_invitation(
    wanted: TokenSent, request: Request, database: _Database, registration: _Registration
) -> InvitationShown:
    """The invitation can still be accepted afterwards."""
    async with database.read(arriving(request.scope)) as work:
        holder = await registration.invited(work, wanted.token)
    return InvitationShown(email=holder.email, name=holder.name, org=holder.org)


@_open.post("/registration/invitation", status_code=204, summary="Accept an invitation")
async def accept_invitation(
    wanted: Acceptance,
    request: Request,
    *,
    database: _Database,
    registration: _Registration,
    passwords: _Passwords,
) -> None:
    """Then sign in with the address that was invited."""
    scope = arriving(request.scope)
    async with database.read(scope) as work:
        holder = await registration.invited(work, wanted.token)
    check_password(wanted.password, email=holder.email, name=wanted.name)
    password_hash = await passwords.hash(wanted.password)
    async with database.begin(scope) as work:
        await registration.accept(work, wanted.token, wanted.name, password_hash)


@_open.post("/password-reset", status_code=202, summary="Ask for a new password")
async def ask_reset(
    wanted: EmailSent,
    request: Request,
    background: BackgroundTasks,
    *,
    database: _Database,
    registration: _Registration,
    attempts: _Attempts,
    postman: _Postman,
    pages: _Pages,
) -> Taken:
    """The answer is the same whether or not the address is known."""
    scope = arriving(request.scope)
    async with database.begin(scope) as work:
        await attempts.begin(work, _for_letter(request, wanted.email))
        letter = await registration.ask_reset(work, wanted.email, pages.of(request.scope))
    if letter is not None:
        background.add_task(postman.post, letter)
    return Taken()


@_open.put("/password-reset", status_code=204, summary="Choose a new password")
async def reset_password(
    wanted: NewPassword,
    request: Request,
    background: BackgroundTasks,
    *,
    database: _Database,
    registration: _Registration,
    passwords: _Passwords,
    postman: _Postman,
    pages: _Pages,
) -> None:
    """With the token of the letter. Signs everything out; a second factor is still asked for."""
    scope, page = arriving(request.scope), pages.of(request.scope)
    async with database.read(scope) as work:
        holder = await registration.resetting(work, wanted.token)
    check_password(wanted.password, email=holder.email, name=holder.name)
    password_hash = await passwords.hash(wanted.password)
    async with database.begin(scope) as work:
        letter = await registration.reset(work, wanted.token, password_hash, page)
    background.add_task(postman.post, letter)


def _for_letter(request: Request, email: str) -> Attempt:
    """Letters are counted like tries: nobody floods a mailbox through us."""
    return Attempt(device_of(request.scope).address, email, purpose="letter")


router = APIRouter()
for part in (_own, own_factors, _members, _open):
    router.include_router(part)
