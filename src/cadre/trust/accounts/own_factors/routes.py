"""My second factors."""

from typing import Annotated

from fastapi import APIRouter, Request

from cadre.infra.web import Provide, Reading, Writing, requires_nothing
from cadre.kernel.errors import Denied
from cadre.kernel.ids import UserId
from cadre.trust.accounts.arrivals import site_of
from cadre.trust.accounts.entrance import require_recent_proof
from cadre.trust.accounts.mfa.factors import Factors
from cadre.trust.accounts.mfa.passkeys import Passkeys
from cadre.trust.accounts.schemas import (
    CeremonyStart,
    CodeSent,
    MfaState,
    PasskeyChange,
    PasskeyInfo,
    PasskeyMade,
    RecoveryCodes,
    TotpStart,
)
from cadre.trust.accounts.store import AccountStore
from cadre.trust.accounts.types import Identity

router = APIRouter(prefix="/account/mfa", tags=["account_mfa"], dependencies=[requires_nothing()])

_Factors = Annotated[Factors, Provide(Factors)]
_Passkeys = Annotated[Passkeys, Provide(Passkeys)]


def _person(request: Request) -> Identity:
    identity = request.state.identity
    if not isinstance(identity, Identity) or identity.scope.principal.kind != "user":
        raise Denied("This needs a person: sign in, a key can't do it.")
    return identity


def _proved(request: Request) -> Identity:
    """Whoever changes what protects an account has just shown that it is theirs."""
    identity = _person(request)
    require_recent_proof(identity)
    return identity


@router.get("", summary="My second factors")
async def get_mfa(
    request: Request, work: Reading, factors: _Factors, passkeys: _Passkeys
) -> MfaState:
    """What is set up, and whether the organisation asks for it."""
    user_id = UserId(_person(request).user.id)
    state, org = await factors.state(work, user_id), await AccountStore(work).org()
    keys = [PasskeyInfo(**key.model_dump()) for key in await passkeys.of(work, user_id)]
    return MfaState(
        totp=state.totp,
        passkeys=keys,
        recovery_codes_left=state.recovery_codes_left,
        is_required=org is not None and org.mfa_required,
    )


@router.post("/totp", summary="Set up an authenticator app")
async def start_totp(request: Request, work: Writing, factors: _Factors) -> TotpStart:
    """It counts once its first code was sent."""
    user = _proved(request).user
    setup = await factors.start_totp(work, UserId(user.id), user.email or user.name)
    return TotpStart(secret=setup.secret, uri=setup.uri, qr=setup.qr)


@router.put("/totp", summary="Confirm the authenticator app")
async def confirm_totp(
    wanted: CodeSent, request: Request, work: Writing, factors: _Factors
) -> RecoveryCodes:
    """With its first code. Recovery codes come with the first factor."""
    user_id = UserId(_proved(request).user.id)
    return RecoveryCodes(recovery_codes=await factors.confirm_totp(work, user_id, wanted.code))


@router.delete("/totp", status_code=204, summary="Remove the authenticator app")
async def remove_totp(request: Request, work: Writing, factors: _Factors) -> None:
    """Refused for the last factor where the organisation asks for one."""
    await factors.remove_totp(work, UserId(_proved(request).user.id))


@router.post("/recovery-codes", summary="New recovery codes")
async def new_recovery_codes(request: Request, work: Writing, factors: _Factors) -> RecoveryCodes:
    """Shown this once; those of before are worth nothing from now on."""
    user_id = UserId(_proved(request).user.id)
    return RecoveryCodes(recovery_codes=await factors.new_codes(work, user_id))


@router.post("/passkeys/options", summary="Begin to make a passkey")
async def begin_passkey(request: Request, work: Writing, passkeys: _Passkeys) -> CeremonyStart:
    """What `navigator.credentials.create` needs."""
    user = _proved(request).user
    begun = await passkeys.begin_registration(work, user, site_of(request.scope))
    return CeremonyStart(ceremony=begun.token, options=begun.options)


@router.post("/passkeys", status_code=201, summary="Keep a passkey")
async def add_passkey(
    wanted: PasskeyMade, request: Request, work: Writing, passkeys: _Passkeys
) -> RecoveryCodes:
    """What `navigator.credentials.create` answered. Recovery codes come with the first factor."""
    codes = await passkeys.finish_registration(
        work,
        UserId(_proved(request).user.id),
        token=wanted.ceremony,
        credential=wanted.credential,
        name=wanted.name,
        site=site_of(request.scope),
    )
    return RecoveryCodes(recovery_codes=codes)


@router.patch("/passkeys/{passkey_id}", summary="Rename a passkey")
async def rename_passkey(
    passkey_id: str, wanted: PasskeyChange, request: Request, work: Writing, passkeys: _Passkeys
) -> PasskeyInfo:
    """The name is for its owner alone."""
    user_id = UserId(_person(request).user.id)
    changed = await passkeys.rename(work, user_id, passkey_id, wanted.name)
    return PasskeyInfo(**changed.model_dump())


@router.delete("/passkeys/{passkey_id}", status_code=204, summary="Remove a passkey")
async def remove_passkey(
    passkey_id: str, request: Request, work: Writing, passkeys: _Passkeys
) -> None:
    """Refused for the last factor where the organisation asks for one."""
    await passkeys.remove(work, UserId(_proved(request).user.id), passkey_id)
