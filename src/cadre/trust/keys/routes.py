"""Keys of the API. Everybody has their own; with `keys:read` and `keys:write` also the others'."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from cadre.infra.database import Work
from cadre.infra.web import Provide, Reading, Writing, check, grants_of, requires_some
from cadre.kernel.paging import Page
from cadre.trust.access import Actor, Subject, actor_of
from cadre.trust.keys.book import KeyBook
from cadre.trust.keys.schemas import ApiKey, KeyRequest, NewKey, RotateRequest

router = APIRouter(prefix="/keys", tags=["keys"])


async def _actor(request: Request) -> Actor:
    return actor_of(request.scope)


_Book = Annotated[KeyBook, Provide(KeyBook)]
_Actor = Annotated[Actor, Depends(_actor)]


@router.get("", summary="List the keys of the API", dependencies=[requires_some("keys:use")])
async def list_keys(work: Reading, book: _Book, actor: _Actor, request: Request) -> Page[ApiKey]:
    """Newest first, without the keys themselves: everybody's with `keys:read`, else your own."""
    sees_all = grants_of(request).allows("keys:read")
    return Page(items=await book.all(work, None if sees_all else actor.subject))


@router.post("", status_code=201, summary="Make a key", dependencies=[requires_some("keys:use")])
async def create_key(
    wanted: KeyRequest, request: Request, *, work: Writing, book: _Book, actor: _Actor
) -> NewKey:
    """The answer holds the key, this once."""
    if wanted.service_account is None:
        assert actor.subject is not None
        return await book.create(work, actor, actor.subject, wanted)
    check(grants_of(request), "keys:write", f"service-account:{wanted.service_account}")
    owner = Subject("service", wanted.service_account)
    return await book.create(work, actor, owner, wanted)


@router.post(
    "/{key_id}/rotate",
    summary="Give a key a new secret",
    dependencies=[requires_some("keys:use")],
)
async def rotate_key(
    key_id: str,
    request: Request,
    *,
    wanted: RotateRequest | None = None,
    work: Writing,
    book: _Book,
    actor: _Actor,
) -> NewKey:
    """The new one is good at once and shown this once; the old one for `grace_seconds` more."""
    await _require_own(request, work, book, actor, key_id)
    grace_seconds = (wanted or RotateRequest()).grace_seconds
    return await book.rotate(work, actor, key_id, grace_seconds)


@router.delete(
    "/{key_id}",
    status_code=204,
    summary="Revoke a key",
    dependencies=[requires_some("keys:use")],
)
async def revoke_key(
    key_id: str, request: Request, *, work: Writing, book: _Book, actor: _Actor
) -> None:
    """From now on the key opens nothing."""
    await _require_own(request, work, book, actor, key_id)
    await book.revoke(work, key_id)


async def _require_own(
    request: Request, work: Work, book: KeyBook, actor: Actor, key_id: str
) -> None:
    if await book.owner(work, key_id) != actor.subject:
        check(grants_of(request), "keys:write", f"key:{key_id}")
