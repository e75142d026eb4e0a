"""Identity providers over HTTP. (Signing in by one is a matter of the session's door.)"""

from typing import Annotated

from fastapi import APIRouter, Request

from cadre.infra.database import Database
from cadre.infra.web import CurrentScope, Provide, Reading, Writing, requires
from cadre.kernel.paging import Page
from cadre.trust.access import actor_of
from cadre.trust.accounts import page_of
from cadre.trust.federation.providers import Providers
from cadre.trust.federation.schemas import IdentityProvider, IdentityProviderCheck, ProviderInput
from cadre.trust.federation.scim.routes import router as scim
from cadre.trust.federation.service import SIGNED_OUT
from cadre.trust.federation.ways import CALLBACK

_Providers = Annotated[Providers, Provide(Providers)]

_own = APIRouter(prefix="/identity-providers", tags=["identity-providers"])
_READ, _WRITE = [requires("sign-in:read")], [requires("sign-in:write")]


@_own.get("", summary="List the identity providers", dependencies=_READ)
async def list_identity_providers(
    request: Request, work: Reading, providers: _Providers
) -> Page[IdentityProvider]:
    """Those that people of the organisation sign in by, never with their secrets."""
    return Page(items=[_placed(request, each) for each in await providers.all(work)])


@_own.post("", status_code=201, summary="Add an identity provider", dependencies=_WRITE)
async def create_identity_provider(
    wanted: ProviderInput, request: Request, work: Writing, providers: _Providers
) -> IdentityProvider:
    """Register `redirect_uri` of the answer with the provider."""
    made = await providers.create(work, actor_of(request.scope), wanted)
    request.state.audit = {"resource": f"identity-provider:{made.id}"}
    return _placed(request, made)


@_own.get("/{provider_id}", summary="One identity provider", dependencies=_READ)
async def get_identity_provider(
    provider_id: str, request: Request, work: Reading, providers: _Providers
) -> IdentityProvider:
    """Never with its secret."""
    return _placed(request, await providers.get(work, provider_id))


@_own.put("/{provider_id}", summary="Change an identity provider", dependencies=_WRITE)
async def change_identity_provider(
    provider_id: str, wanted: ProviderInput, request: Request, work: Writing, providers: _Providers
) -> IdentityProvider:
    """In place of what was said of it; without `client_secret` the stored one stays."""
    actor = actor_of(request.scope)
    return _placed(request, await providers.change(work, actor, provider_id, wanted))


@_own.delete(
    "/{provider_id}",
    status_code=204,
    summary="Delete an identity provider",
    dependencies=_WRITE,
)
async def delete_identity_provider(provider_id: str, work: Writing, providers: _Providers) -> None:
    """Nobody comes in by it any more; the accounts stay."""
    await providers.delete(work, provider_id)


@_own.post("/{provider_id}/test", summary="Test an identity provider", dependencies=_WRITE)
async def test_identity_provider(
    provider_id: str,
    scope: CurrentScope,
    database: Annotated[Database, Provide(Database)],
    providers: _Providers,
) -> IdentityProviderCheck:
    """Ask it for its configuration and its keys."""
    async with database.read(scope) as work:
        provider = await providers.find(work, provider_id)
        secret = await providers.secret(work, provider)
    return await providers.test(provider, secret)


def _placed(request: Request, provider: IdentityProvider) -> IdentityProvider:
    page = page_of(request.scope)
    return provider.model_copy(
        update={"redirect_uri": f"{page}{CALLBACK}", "sign_out_uri": f"{page}{SIGNED_OUT}"}
    )


router = APIRouter()
for part in (_own, scim):
    router.include_router(part)
