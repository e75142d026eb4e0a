"""Models and their providers over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from cadre.engine.models.advice import Advice, Advisor
from cadre.engine.models.calling.routes import router as health_router
from cadre.engine.models.catalog.routes import router as catalog_router
from cadre.engine.models.connections import Connections
from cadre.engine.models.listing import Listing
from cadre.engine.models.routing.routes import router as routing_router
from cadre.engine.models.schemas import (
    DefaultModel,
    ModelList,
    Provider,
    ProviderCheck,
    ProviderInput,
)
from cadre.infra.database import Database
from cadre.infra.web import CurrentScope, Provide, Reading, Writing, requires
from cadre.kernel.paging import Page
from cadre.trust.usage import read_timespan

router = APIRouter(tags=["models"])

_Connections = Annotated[Connections, Provide(Connections)]
_Listing = Annotated[Listing, Provide(Listing)]


@router.get("/models", dependencies=[requires("models:read")])
async def list_models(work: Reading, listing: _Listing) -> ModelList:
    """Every model and route that an agent can name, and the default one."""
    return await listing.all(work)


@router.put("/models/default", dependencies=[requires("models:write")])
async def set_default_model(work: Writing, listing: _Listing, body: DefaultModel) -> ModelList:
    """Choose the model that "default" stands for."""
    await listing.set_default(work, body.name)
    return await listing.all(work)


@router.get("/providers", dependencies=[requires("providers:read")])
async def list_providers(work: Reading, connections: _Connections) -> Page[Provider]:
    """Providers with whether they have a key, never the key itself."""
    return Page[Provider](items=await connections.all(work))


@router.put("/providers/{name}", dependencies=[requires("providers:write", "provider:{name}")])
async def put_provider(
    work: Writing, connections: _Connections, name: str, body: ProviderInput
) -> Provider:
    """Add or change a provider. Without `key` the stored one stays."""
    return await connections.put(work, name, body)


@router.delete(
    "/providers/{name}",
    status_code=204,
    dependencies=[requires("providers:write", "provider:{name}")],
)
async def delete_provider(work: Writing, connections: _Connections, name: str) -> None:
    """Forget a provider and its key."""
    await connections.delete(work, name)


@router.post(
    "/providers/{name}/test", dependencies=[requires("providers:write", "provider:{name}")]
)
async def test_provider(
    database: Annotated[Database, Provide(Database)],
    scope: CurrentScope,
    connections: _Connections,
    name: str,
) -> ProviderCheck:
    """Ask the provider for its models, to see that address and key are right."""
    return await connections.test(database, scope, name)


@router.get("/models/advice", dependencies=[requires("usage:read")])
async def get_model_advice(
    work: Reading,
    advisor: Annotated[Advisor, Provide(Advisor)],
    since: Annotated[
        str | None, Query(max_length=40, description="7d, 24h, a date or a time; else 30d.")
    ] = None,
) -> Page[Advice]:
    """Which calls of late would have cost less on another model that can do the same."""
    return Page[Advice](items=await advisor.advise(work, read_timespan(since, None)))


for part in (catalog_router, routing_router, health_router):
    router.include_router(part)
