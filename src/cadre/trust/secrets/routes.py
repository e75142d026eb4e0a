"""Secrets over HTTP: entered, replaced, deleted; what they hold is never sent."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from cadre.infra.web import Paging, Provide, Reading, Writing, requires
from cadre.kernel.paging import Page
from cadre.trust.secrets.leases import Leases
from cadre.trust.secrets.rotation import KeyRotations
from cadre.trust.secrets.schemas import (
    KeyRotation,
    SecretHosts,
    SecretInfo,
    SecretInput,
    SecretLease,
    SecretVersion,
)
from cadre.trust.secrets.vault import Vault

router = APIRouter(prefix="/secrets", tags=["secrets"])

_Vault = Annotated[Vault, Provide(Vault)]
_Leases = Annotated[Leases, Provide(Leases)]
_Rotations = Annotated[KeyRotations, Provide(KeyRotations)]
_Name = Annotated[str, Path(max_length=200)]
_READ = [requires("secrets:read")]
_WRITE = [requires("secrets:write")]


@router.get("", dependencies=_READ)
async def list_secrets(work: Reading, vault: _Vault) -> Page[SecretInfo]:
    """The secrets of the organisation by name, never what they hold."""
    return Page(items=await vault.all(work))


@router.get("/leases", dependencies=_READ)
async def list_secret_leases(
    work: Reading,
    leases: _Leases,
    paging: Paging,
    *,
    name: Annotated[str | None, Query(max_length=200)] = None,
    only_open: bool = True,
) -> Page[SecretLease]:
    """Which values were handed to which runs and tools, newest first."""
    return await leases.all(
        work, name=name, only_open=only_open, cursor=paging.cursor, limit=paging.limit
    )


@router.delete("/leases/{lease_id}", dependencies=_WRITE)
async def revoke_secret_lease(work: Writing, leases: _Leases, lease_id: str) -> SecretLease:
    """Take a lease back: its holder is not given the value any more."""
    return await leases.revoke(work, lease_id)


@router.get("/rotation", dependencies=_READ)
async def get_key_rotation(work: Reading, rotations: _Rotations) -> KeyRotation:
    """The data key of the organisation, and how far its values have moved to it."""
    return await rotations.status(work)


@router.post("/rotation", status_code=202, dependencies=_WRITE)
async def rotate_keys(work: Writing, rotations: _Rotations) -> KeyRotation:
    """Make a new data key; values move to it in the background and can be read meanwhile."""
    return await rotations.start(work)


@router.put("/{name}", dependencies=_WRITE)
async def put_secret(work: Writing, vault: _Vault, name: _Name, body: SecretInput) -> SecretInfo:
    """Enter a secret; if there is one of that name, this is its new version."""
    return await vault.put(work, name, body)


@router.post("/{name}/rotate", dependencies=_WRITE)
async def rotate_secret(work: Writing, vault: _Vault, name: _Name, body: SecretInput) -> SecretInfo:
    """A new version of a secret that there is; the former one is kept for 30 days."""
    return await vault.rotate(work, name, body)


@router.put("/{name}/hosts", dependencies=_WRITE)
async def put_secret_hosts(
    work: Writing, vault: _Vault, name: _Name, body: SecretHosts
) -> SecretInfo:
    """Say to which hosts a tool may send the value in a request; to none, as it begins."""
    return await vault.put_hosts(work, name, body)


@router.get("/{name}/versions", dependencies=_READ)
async def list_secret_versions(work: Reading, vault: _Vault, name: _Name) -> Page[SecretVersion]:
    """The version that counts, then the former ones that are still kept."""
    return Page(items=await vault.versions(work, name))


@router.delete("/{name}", status_code=204, dependencies=_WRITE)
async def delete_secret(work: Writing, vault: _Vault, name: _Name) -> None:
    """Destroy a secret in all its versions, and end its leases."""
    await vault.delete(work, name)
