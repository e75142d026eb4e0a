"""Signing in and out, who I am, and whether the server is up."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from cadre.edge.http.schemas import Features, Health, Me, SignIn, Surroundings
from cadre.infra.database import Database, Work
from cadre.infra.web import Provide, Reading, Writing
from cadre.kernel.errors import Unauthenticated
from cadre.kernel.scope import DEFAULT_ORG, DEFAULT_PROJECT, Principal, Scope
from cadre.trust.accounts import SESSION_COOKIE, SESSION_SECONDS, Accounts, Attempts, Identity

router = APIRouter()

_ARRIVING = Scope(
    DEFAULT_ORG, DEFAULT_PROJECT, "production", Principal("system", "door", "the door")
)
_Surroundings = Annotated[Surroundings, Provide(Surroundings)]


@router.get("/health", tags=["server"], summary="Whether the server is up")
async def health() -> Health:
    """Open to everybody; says nothing but this."""
    return Health(status="ok")


@router.post("/session", tags=["session"], summary="Sign in with a one-time link")
async def sign_in(
    wanted: SignIn,
    request: Request,
    *,
    response: Response,
    database: Annotated[Database, Provide(Database)],
    accounts: Annotated[Accounts, Provide(Accounts)],
    attempts: Annotated[Attempts, Provide(Attempts)],
    surroundings: _Surroundings,
) -> Me:
    """Turn the token of a link into the page's cookie. The link works once."""
    address = request.client.host if request.client else ""
    attempts.check(address)
    try:
        async with database.begin(_ARRIVING) as work:
            session = await accounts.sign_in(work, wanted.token)
            me = await _describe(session.identity, work, surroundings)
    except Unauthenticated:
        attempts.failed(address)
        raise
    response.set_cookie(
        SESSION_COOKIE,
        session.token,
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return me


@router.delete("/session", status_code=204, tags=["session"], summary="Sign out")
async def sign_out(
    request: Request,
    response: Response,
    work: Writing,
    accounts: Annotated[Accounts, Provide(Accounts)],
) -> None:
    """The cookie is worth nothing from now on."""
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        await accounts.sign_out(work, token)
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")


@router.get("/me", tags=["session"], summary="Who I am and what this server has")
async def me(request: Request, work: Reading, surroundings: _Surroundings) -> Me:
    """Also gives the CSRF token that the page's unsafe requests repeat."""
    return await _describe(request.state.identity, work, surroundings)


async def _describe(identity: Identity, work: Work, surroundings: Surroundings) -> Me:
    own = Work(work.connection, identity.scope)
    return Me(
        user=identity.user,
        org=identity.org,
        csrf=identity.csrf or "",
        version=surroundings.version,
        features=Features(sandbox=await surroundings.sandbox()),
        models=await surroundings.models(own),
    )
