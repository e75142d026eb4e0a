"""Who I am, and whether the server is up. (Signing in is in `session`.)"""

from typing import Annotated

from fastapi import APIRouter, Request

from cadre.edge.http.describing import Describing
from cadre.edge.http.schemas import Health, Me
from cadre.edge.http.session import router as session
from cadre.edge.http.sso import router as sso
from cadre.infra.web import CurrentScope, Provide, grants_of, requires_nothing

router = APIRouter()
router.include_router(session)
router.include_router(sso)


@router.get(
    "/health",
    tags=["server"],
    summary="Whether the server is up",
    dependencies=[requires_nothing()],
)
async def health() -> Health:
    """Open to everybody; says nothing but this."""
    return Health(status="ok")


@router.get(
    "/me",
    tags=["session"],
    summary="Who I am and what this server has",
    dependencies=[requires_nothing()],
)
async def me(
    request: Request, scope: CurrentScope, describing: Annotated[Describing, Provide(Describing)]
) -> Me:
    """Also gives the CSRF token that the page's unsafe requests repeat."""
    del scope  # asked for so that nobody unknown gets here
    return await describing.me(request.state.identity, grants_of(request))
