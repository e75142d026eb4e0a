"""Routes of models over HTTP: kept by version, checked, explained, tried on what was asked."""

from typing import Annotated

from fastapi import APIRouter

from cadre.engine.models.routing.schemas import (
    CheckedRoute,
    DryRun,
    DryRunInput,
    Explained,
    ExplainInput,
    Recommendation,
    RecommendInput,
    RestoreInput,
    RouteDetail,
    RouteInfo,
    RouteText,
    RouteVersion,
)
from cadre.engine.models.routing.service import Routing
from cadre.infra.web import Provide, Reading, Writing, requires, requires_some
from cadre.kernel.paging import Page
from cadre.kernel.values import Int32

router = APIRouter(prefix="/models", tags=["models"])

_Routing = Annotated[Routing, Provide(Routing)]


@router.get("/routes", dependencies=[requires("routes:read")])
async def list_routes(work: Reading, routing: _Routing) -> Page[RouteInfo]:
    """Virtual models: the org's own, and those that ship with cadre."""
    return Page[RouteInfo](items=await routing.book.listing(work))


@router.post("/routes/check", dependencies=[requires_some("routes:write")])
async def check_route(work: Reading, routing: _Routing, body: RouteText) -> CheckedRoute:
    """Say what is wrong with a draft, as saving it would; nothing is kept."""
    return await routing.check(work, body.yaml)


@router.post("/routes/explain", dependencies=[requires("routes:read")])
async def explain_route(work: Reading, routing: _Routing, body: ExplainInput) -> Explained:
    """Whom a call would go to, why, and why every other model was passed over."""
    return Explained.of(await routing.explain(work, body))


@router.post("/routes/dry-run", dependencies=[requires_some("routes:write")])
async def dry_run_route(work: Reading, routing: _Routing, body: DryRunInput) -> DryRun:
    """How the latest calls would have gone through a draft."""
    return await routing.dry_run(work, body.yaml, body.limit)


@router.get("/routes/{name}", dependencies=[requires("routes:read", "route:{name}")])
async def get_route(
    work: Reading, routing: _Routing, name: str, version: Int32 | None = None
) -> RouteDetail:
    """One version, by default the active one; 0 is the shipped one."""
    return await routing.book.get(work, name, version)


@router.put("/routes/{name}", dependencies=[requires("routes:write", "route:{name}")])
async def put_route(work: Writing, routing: _Routing, name: str, body: RouteText) -> RouteDetail:
    """Save a route as a new version, effective with the next call."""
    return await routing.book.put(work, name, body)


@router.get("/routes/{name}/versions", dependencies=[requires("routes:read", "route:{name}")])
async def list_route_versions(work: Reading, routing: _Routing, name: str) -> Page[RouteVersion]:
    """The history of a route, newest first."""
    return Page[RouteVersion](items=await routing.book.history(work, name))


@router.post("/routes/{name}/restore", dependencies=[requires("routes:write", "route:{name}")])
async def restore_route(
    work: Writing, routing: _Routing, name: str, body: RestoreInput
) -> RouteDetail:
    """Make an older version the newest one."""
    return await routing.book.restore(work, name, body.version)


@router.delete(
    "/routes/{name}", status_code=204, dependencies=[requires("routes:write", "route:{name}")]
)
async def delete_route(work: Writing, routing: _Routing, name: str) -> None:
    """Take a route out of use; a shipped one of that name is back. The history stays."""
    await routing.book.delete(work, name)


@router.post("/recommend", dependencies=[requires("models:read")])
async def recommend_models(
    work: Reading, routing: _Routing, body: RecommendInput
) -> Recommendation:
    """Models for a task in plain words, with reasons."""
    return await routing.recommend(work, body.task, body.limit)
