"""Consents over HTTP: one's own, and with the permission those of others."""

from typing import Annotated

from fastapi import APIRouter
from starlette.requests import HTTPConnection

from cadre.infra.database import Work
from cadre.infra.web import (
    Paging,
    Provide,
    Reading,
    Writing,
    check,
    grants_of,
    requires_nothing,
)
from cadre.kernel.paging import Page
from cadre.trust.consent.errors import ConsentNotFound
from cadre.trust.consent.schemas import Consent, ConsentInput, ConsentStatus, Holding
from cadre.trust.consent.service import Consents

router = APIRouter(prefix="/consents", tags=["consents"])

_Consents = Annotated[Consents, Provide(Consents)]
_OWN = [requires_nothing()]  # about themselves; others' are checked below


@router.get("", dependencies=_OWN)
async def list_consents(
    connection: HTTPConnection,
    work: Reading,
    consents: _Consents,
    paging: Paging,
    *,
    status: ConsentStatus | None = None,
    everybody: bool = False,
) -> Page[Consent]:
    """One's own consents and what is asked for, newest first; `everybody` needs `consent:read`."""
    if everybody:
        check(grants_of(connection), "consent:read")
    user_id = None if everybody else work.scope.principal.id
    return await consents.listing(
        work, user_id=user_id, status=status, cursor=paging.cursor, limit=paging.limit
    )


@router.post("", status_code=201, dependencies=_OWN)
async def request_consent(
    connection: HTTPConnection, work: Writing, consents: _Consents, body: ConsentInput
) -> Consent:
    """Ask for a consent, or give it at once with `grant`."""
    if body.user_id not in {None, work.scope.principal.id}:
        check(grants_of(connection), "consent:write")
    return await consents.request(work, body)


@router.post("/{consent_id}/grant", dependencies=_OWN)
async def grant_consent(
    connection: HTTPConnection,
    work: Writing,
    consents: _Consents,
    consent_id: str,
    body: Holding | None = None,
) -> Consent:
    """Give a consent that was asked for, for as long as the body says or was asked for."""
    return await consents.grant(work, await _mine(connection, work, consents, consent_id), body)


@router.post("/{consent_id}/deny", dependencies=_OWN)
async def deny_consent(
    connection: HTTPConnection, work: Writing, consents: _Consents, consent_id: str
) -> Consent:
    """Say no to a consent that was asked for."""
    return await consents.deny(work, await _mine(connection, work, consents, consent_id))


@router.delete("/{consent_id}", dependencies=_OWN)
async def revoke_consent(
    connection: HTTPConnection, work: Writing, consents: _Consents, consent_id: str
) -> Consent:
    """Withdraw a consent: the next call asks again."""
    return await consents.revoke(work, await _mine(connection, work, consents, consent_id))


async def _mine(
    connection: HTTPConnection, work: Work, consents: Consents, consent_id: str
) -> Consent:
    """The consent, if it is the caller's own or they may decide for others."""
    found = await consents.get(work, consent_id)
    is_own = found.user_id == work.scope.principal.id
    if not is_own and not grants_of(connection).allows("consent:write"):
        raise ConsentNotFound(f"There is no consent {consent_id[:80]}.")
    return found
