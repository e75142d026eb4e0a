"""The catalog over HTTP: cards, the matrix, and prices beside the public list."""

from typing import Annotated

from fastapi import APIRouter, Query

from cadre.engine.models.catalog.schemas import (
    CardFilter,
    CardInput,
    CatalogItem,
    HideInput,
    Matrix,
    PriceCheck,
    RefreshInput,
)
from cadre.engine.models.catalog.service import Catalog
from cadre.infra.database import Database
from cadre.infra.web import CurrentScope, Provide, Reading, Writing, requires
from cadre.kernel.paging import Page

router = APIRouter(prefix="/models", tags=["models"])

_Catalog = Annotated[Catalog, Provide(Catalog)]
_Database = Annotated[Database, Provide(Database)]


@router.get("/catalog", dependencies=[requires("models:read")])
async def list_cards(
    work: Reading, catalog: _Catalog, wanted: Annotated[CardFilter, Query()]
) -> Page[CatalogItem]:
    """Cards of models, in the order of the providers' files."""
    return Page[CatalogItem](items=[i for i in await catalog.items(work) if wanted.fits(i)])


@router.get("/catalog/matrix", dependencies=[requires("models:read")])
async def get_capability_matrix(work: Reading, catalog: _Catalog, retired: bool = False) -> Matrix:
    """Which share of the models can do what, over all and by provider."""
    return await catalog.matrix(work, retired=retired)


@router.get("/check", dependencies=[requires("models:read")])
async def check_prices(database: _Database, scope: CurrentScope, catalog: _Catalog) -> PriceCheck:
    """Compare the prices here with the public list that is installed."""
    public = await catalog.public_prices()  # no transaction stays open for so long
    async with database.read(scope) as work:
        return await catalog.check(work, public)


@router.post("/catalog/refresh", dependencies=[requires("models:write")])
async def refresh_prices(
    database: _Database, scope: CurrentScope, catalog: _Catalog, body: RefreshInput
) -> Page[CatalogItem]:
    """Take over the public prices of these models. Deleting a card undoes it."""
    public = await catalog.public_prices()
    async with database.begin(scope) as work:
        return Page[CatalogItem](items=await catalog.refresh(work, body.models, public))


@router.post("/catalog/{name:path}/hide", dependencies=[requires("models:write", "model:{name}")])
async def hide_model(work: Writing, catalog: _Catalog, name: str, body: HideInput) -> CatalogItem:
    """Hide a model from the org, or show it again."""
    await catalog.hide(work, name, hidden=body.hidden)
    return await catalog.item(work, name)


@router.get("/catalog/{name:path}", dependencies=[requires("models:read", "model:{name}")])
async def get_card(work: Reading, catalog: _Catalog, name: str) -> CatalogItem:
    """The card that a name or an alias stands for."""
    return await catalog.item(work, name)


@router.put("/catalog/{name:path}", dependencies=[requires("models:write", "model:{name}")])
async def put_card(work: Writing, catalog: _Catalog, name: str, body: CardInput) -> CatalogItem:
    """Say what a model is and costs; a field left out stays as shipped."""
    await catalog.put_card(work, name, body)
    return await catalog.item(work, name)


@router.delete(
    "/catalog/{name:path}", status_code=204, dependencies=[requires("models:write", "model:{name}")]
)
async def delete_card(work: Writing, catalog: _Catalog, name: str) -> None:
    """Forget what the org said of a model, hiding included."""
    await catalog.delete_card(work, name)
