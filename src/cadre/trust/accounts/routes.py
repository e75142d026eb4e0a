"""Keys of the API. (Signing in is in edge/http, which also tells what else is there.)"""

from typing import Annotated

from fastapi import APIRouter, Request

from cadre.infra.web import Provide, Reading, Writing
from cadre.kernel.errors import Unauthenticated
from cadre.kernel.paging import Page
from cadre.trust.accounts.schemas import KeyRequest
from cadre.trust.accounts.service import Accounts
from cadre.trust.accounts.types import ApiKey, Identity, NewKey

router = APIRouter(prefix="/keys", tags=["keys"])

_Accounts = Annotated[Accounts, Provide(Accounts)]


@router.get("", summary="List the keys of the API")
async def list_keys(work: Reading, accounts: _Accounts) -> Page[ApiKey]:
    """Newest first, without the keys themselves."""
    return Page(items=await accounts.keys(work))


@router.post("", status_code=201, summary="Make a key")
async def create_key(
    wanted: KeyRequest, request: Request, work: Writing, accounts: _Accounts
) -> NewKey:
    """The answer holds the key, this once."""
    identity = request.state.identity
    if not isinstance(identity, Identity):
        raise Unauthenticated("Sign in first.")
    return await accounts.create_key(work, identity.user.id, wanted.name)


@router.delete("/{key_id}", status_code=204, summary="Revoke a key")
async def revoke_key(key_id: str, work: Writing, accounts: _Accounts) -> None:
    """From now on the key opens nothing."""
    await accounts.revoke_key(work, key_id)
