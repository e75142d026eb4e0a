"""Sessions over HTTP: signing in by link, password or passkey, second factors, refreshing, leaving."""

import time
from typing import Annotated

from fastapi import APIRouter, Request, Response

from cadre.edge.http import cookies
from cadre.edge.http.describing import Describing
from cadre.edge.http.schemas import (
    Me,
    PasskeySignIn,
    PasswordSignIn,
    Proof,
    Refresh,
    Refreshed,
    SecondFactor,
    SignedIn,
    SignedOut,
    SignIn,
    SignInOptions,
    Ticket,
    Tokens,
)
from cadre.infra.database import Database
from cadre.infra.web import Provide, Writing, requires_nothing
from cadre.kernel.errors import Unauthenticated
from cadre.trust.accounts import (
    AccountEvent,
    Accounts,
    CeremonyStart,
    Device,
    Entrance,
    EventLog,
    HalfWay,
    Identity,
    NewSession,
    PasskeyAnswer,
    PasskeySent,
    RefreshReused,
    SessionEnded,
    TotpStart,
    arriving,
    device_of,
    page_of,
    site_of,
)
from cadre.trust.accounts import Proof as Shown
from cadre.trust.federation import SIGNED_OUT, Federation

router = APIRouter(prefix="/session", tags=["session"], dependencies=[requires_nothing()])

_Accounts = Annotated[Accounts, Provide(Accounts)]
_Database = Annotated[Database, Provide(Database)]
_Entrance = Annotated[Entrance, Provide(Entrance)]
_Events = Annotated[EventLog, Provide(EventLog)]
_Describing = Annotated[Describing, Provide(Describing)]
_Federation = Annotated[Federation, Provide(Federation)]


@router.post("", summary="Sign in with a one-time link")
async def sign_in(
    wanted: SignIn,
    request: Request,
    response: Response,
    *,
    entrance: _Entrance,
    describing: _Describing,
) -> Me:
    """Turn the token of a link into the page's cookies. The link works once."""
    device = device_of(request.scope)
    session = await entrance.by_link(arriving(request.scope), wanted.token, device)
    cookies.keep_session(request, response, session, time.time())
    _tell_audit(request, session)
    return await describing.me(session.identity)


@router.get("/options", summary="How to sign in here")
async def options(request: Request, describing: _Describing) -> SignInOptions:
    """Open to everybody: what the page needs before anybody has signed in."""
    return await describing.options(arriving(request.scope), site_of(request.scope))


@router.post("/password", summary="Sign in with e-mail address and password")
async def sign_in_with_password(
    wanted: PasswordSignIn,
    request: Request,
    response: Response,
    *,
    entrance: _Entrance,
    describing: _Describing,
) -> SignedIn:
    """Refused alike whatever is wrong. After too many failures, everybody has to wait."""
    device = device_of(request.scope, is_program=wanted.program)
    scope = arriving(request.scope)
    outcome = await entrance.by_password(scope, wanted.email, wanted.password, device)
    if isinstance(outcome, HalfWay):
        return _half(request, response, outcome, device)
    _tell_audit(request, outcome)
    return await _signed_in(request, response, outcome, device, describing)


@router.post("/passkey/options", summary="Begin to sign in with a passkey")
async def begin_passkey(request: Request, entrance: _Entrance) -> CeremonyStart:
    """What `navigator.credentials.get` needs."""
    request.state.audit_later = True
    begun = await entrance.begin_passkey(arriving(request.scope), site_of(request.scope))
    return CeremonyStart(ceremony=begun.token, options=begun.options)


@router.post("/passkey", summary="Sign in with a passkey")
async def sign_in_with_passkey(
    wanted: PasskeySignIn,
    request: Request,
    response: Response,
    *,
    entrance: _Entrance,
    describing: _Describing,
) -> SignedIn:
    """What `navigator.credentials.get` answered. It is two factors at once."""
    device = device_of(request.scope, is_program=wanted.program)
    session = await entrance.by_passkey(
        arriving(request.scope),
        PasskeyAnswer(wanted.ceremony, wanted.credential),
        site_of(request.scope),
        device,
    )
    _tell_audit(request, session)
    return await _signed_in(request, response, session, device, describing)


@router.post("/mfa", summary="Show the second factor")
async def show_second_factor(
    wanted: SecondFactor,
    request: Request,
    response: Response,
    *,
    entrance: _Entrance,
    describing: _Describing,
) -> SignedIn:
    """Finishes a sign-in: the session and its tokens are new."""
    device = device_of(request.scope, is_program=wanted.program)
    session = await entrance.finish(
        arriving(request.scope),
        _ticket(request, wanted.ticket),
        Shown(code=wanted.code, passkey=_answer(wanted.passkey)),
        site=site_of(request.scope),
        device=device,
    )
    _tell_audit(request, session)
    return await _signed_in(request, response, session, device, describing)


@router.post("/mfa/passkey", summary="Begin to show a passkey as second factor")
async def begin_second_passkey(
    wanted: Ticket, request: Request, entrance: _Entrance
) -> CeremonyStart:
    """What `navigator.credentials.get` needs; its answer goes to `POST /session/mfa`."""
    request.state.audit_later = True
    begun = await entrance.begin_second_passkey(
        arriving(request.scope), _ticket(request, wanted.ticket), site_of(request.scope)
    )
    return CeremonyStart(ceremony=begun.token, options=begun.options)


@router.post("/mfa/app", summary="Begin to set up the second factor that is asked for")
async def begin_set_up(wanted: Ticket, request: Request, entrance: _Entrance) -> TotpStart:
    """For whoever has none where the organisation asks for one."""
    request.state.audit_later = True
    scope = arriving(request.scope)
    setup = await entrance.begin_set_up(scope, _ticket(request, wanted.ticket))
    return TotpStart(secret=setup.secret, uri=setup.uri, qr=setup.qr)


@router.put("/mfa/app", summary="Confirm the second factor that is asked for")
async def finish_set_up(
    wanted: SecondFactor,
    request: Request,
    response: Response,
    *,
    entrance: _Entrance,
    describing: _Describing,
) -> SignedIn:
    """With the app's first code. Finishes the sign-in, and gives recovery codes, this once."""
    device = device_of(request.scope, is_program=wanted.program)
    ticket = _ticket(request, wanted.ticket)
    session, codes = await entrance.finish_set_up(
        arriving(request.scope), ticket, wanted.code or "", device
    )
    _tell_audit(request, session)
    done = await _signed_in(request, response, session, device, describing)
    return done.model_copy(update={"recovery_codes": codes})


@router.post("/refresh", summary="Get new tokens")
async def refresh(
    request: Request,
    response: Response,
    *,
    database: _Database,
    accounts: _Accounts,
    events: _Events,
    wanted: Refresh | None = None,
) -> Refreshed:
    """The refresh token works once: one that comes again was copied, and ends the session."""
    given = None if wanted is None else wanted.refresh_token
    token = given or cookies.refresh_cookie(request)
    if token is None:
        raise SessionEnded
    device = device_of(request.scope, is_program=given is not None)
    async with database.begin(arriving(request.scope)) as work:
        outcome = await accounts.refresh(work, token, device)
    if isinstance(outcome, RefreshReused):
        await events.write(_reused(outcome, device))
        raise SessionEnded
    _tell_audit(request, outcome)
    csrf = outcome.identity.csrf or ""
    if given is not None:
        return Refreshed(csrf="", expires_at=outcome.expires_at, tokens=_tokens(outcome))
    cookies.keep_session(request, response, outcome, time.time())
    return Refreshed(csrf=csrf, expires_at=outcome.expires_at)


@router.post("/proof/passkey", summary="Begin to prove again who I am with a passkey")
async def begin_proof(request: Request, entrance: _Entrance) -> CeremonyStart:
    """What `navigator.credentials.get` needs; its answer goes to `POST /session/proof`."""
    request.state.audit_later = True
    begun = await entrance.begin_proof_by_passkey(_identity(request), site_of(request.scope))
    return CeremonyStart(ceremony=begun.token, options=begun.options)


@router.post("/proof", status_code=204, summary="Prove again who I am")
async def prove(wanted: Proof, request: Request, entrance: _Entrance) -> None:
    """What changes the protection of an account asks for a proof of the last ten minutes."""
    shown = Shown(wanted.password, wanted.code, _answer(wanted.passkey))
    await entrance.prove_again(
        _identity(request), shown, site=site_of(request.scope), device=device_of(request.scope)
    )


@router.delete("", status_code=204, summary="Sign out")
async def sign_out(
    request: Request, response: Response, work: Writing, accounts: _Accounts
) -> None:
    """No token of this session is worth anything from now on."""
    await accounts.sign_out(work, _identity(request))
    cookies.drop_session(request, response)


@router.post("/sign-out", summary="Sign out, also where I came from")
async def sign_out_everywhere(
    request: Request,
    response: Response,
    *,
    database: _Database,
    accounts: _Accounts,
    federation: _Federation,
) -> SignedOut:
    """The same, for a page: if a provider signed me in, it says where to go to be signed out there."""
    identity = _identity(request)
    async with database.begin(identity.scope) as work:
        await accounts.sign_out(work, identity)
    cookies.drop_session(request, response)
    if identity.session is None:
        return SignedOut()
    back = f"{page_of(request.scope)}{SIGNED_OUT}"
    method = identity.session.method
    return SignedOut(go_to=await federation.sign_out_url(identity.scope, method, back))


def _identity(request: Request) -> Identity:
    identity = request.state.identity
    assert isinstance(identity, Identity)
    return identity


def _ticket(request: Request, given: str | None) -> str:
    ticket = given or cookies.ticket_cookie(request)
    if ticket is None:
        raise Unauthenticated("Sign in with e-mail address and password first.")
    return ticket


def _answer(sent: PasskeySent | None) -> PasskeyAnswer | None:
    return None if sent is None else PasskeyAnswer(sent.ceremony, sent.credential)


def _half(request: Request, response: Response, half: HalfWay, device: Device) -> SignedIn:
    request.state.audit = {"second_factor_due": True}
    if not device.is_program:
        cookies.keep_ticket(request, response, half, time.time())
    return SignedIn(
        status="mfa_set_up_needed" if half.must_set_up else "mfa_needed",
        methods=half.methods,
        ticket=half.token if device.is_program else None,
    )


async def _signed_in(
    request: Request,
    response: Response,
    session: NewSession,
    device: Device,
    describing: Describing,
) -> SignedIn:
    me = await describing.me(session.identity)
    if device.is_program:
        return SignedIn(status="signed_in", me=me, tokens=_tokens(session))
    cookies.keep_session(request, response, session, time.time())
    return SignedIn(status="signed_in", me=me)


def _tokens(session: NewSession) -> Tokens:
    return Tokens(
        access_token=session.token,
        expires_at=session.expires_at,
        refresh_token=session.refresh,
        refresh_expires_at=session.refresh_expires_at,
    )


def _tell_audit(request: Request, session: NewSession) -> None:
    """Who it was that came in: until now the request was nobody's."""
    identity = session.identity
    assert identity.session is not None
    request.state.audit_scope = identity.scope
    request.state.audit = {"session": identity.session.id, "method": identity.session.method}


def _reused(reused: RefreshReused, device: Device) -> AccountEvent:
    return AccountEvent(
        reused.org,
        "session.refresh_reused",
        reused.user_id,
        result="refused",
        address=device.address,
        user_agent=device.user_agent,
        details={"session": reused.session_id},
    )
