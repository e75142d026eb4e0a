"""Models and their providers over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from cadre.engine.models.schemas import (
    DefaultModel,
    ModelList,
    Provider,
    ProviderCheck,
    ProviderInput,
)
from cadre.engine.models.service import Models
from cadre.infra.database import Database
from cadre.infra.web import CurrentScope, Provide, Reading, Writing
from cadre.kernel.paging import Page

router = APIRouter(tags=["models"])

_Models = Annotated[Models, Provide(Models)]


@router.get("/models")
async def list_models(work: Reading, models: _Models) -> ModelList:
    """Every model that an agent can name, and the default one."""
    return await models.catalog(work)


@router.put("/models/default")
async def set_default_model(work: Writing, models: _Models, body: DefaultModel) -> ModelList:
    """Choose the model that "default" stands for."""
    await models.set_default(work, body.name)
    return await models.catalog(work)


@router.get("/providers")
async def list_providers(work: Reading, models: _Models) -> Page[Provider]:
    """Providers with whether they have a key, never the key itself."""
    return Page[Provider](items=await models.providers(work))


@router.put("/providers/{name}")
async def put_provider(work: Writing, models: _Models, name: str, body: ProviderInput) -> Provider:
    """Add or change a provider. Without `key` the stored one stays."""
    return await models.put_provider(work, name, body)


@router.delete("/providers/{name}", status_code=204)
async def delete_provider(work: Writing, models: _Models, name: str) -> None:
    """Forget a provider and its key."""
    await models.delete_provider(work, name)


@router.post("/providers/{name}/test")
async def test_provider(
    database: Annotated[Database, Provide(Database)],
    scope: CurrentScope,
    models: _Models,
    name: str,
) -> ProviderCheck:
    """Ask the provider for its models, to see that address and key are right."""
    async with database.read(scope) as work:
        endpoint = await models.endpoint(work, name)
    return await models.check(endpoint)  # no transaction stays open while a stranger answers
