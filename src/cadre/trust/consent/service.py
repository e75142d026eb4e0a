"""Consents: a person lets a tool do something without being asked again, for as long as they said.

They are the person's own: an agent asks for one and never gives one. A consent that holds once is
used up by the one call that takes it.
"""

import time

from cadre.infra.database import Database, Work
from cadre.kernel.errors import Denied
from cadre.kernel.ids import new_id
from cadre.kernel.paging import Page
from cadre.kernel.scope import Scope
from cadre.trust.consent.errors import BadConsent, ConsentDecided, ConsentNotFound
from cadre.trust.consent.ports import ConsentAudit, LoggedConsents
from cadre.trust.consent.schemas import (
    Consent,
    ConsentInput,
    ConsentStatus,
    Holding,
    Wanted,
)
from cadre.trust.consent.store import ConsentStore


class Consents:
    """Asks for, gives, withdraws and takes consents.

    `audit` is told of each that is taken; the door that people come by audits all the rest.
    """

    def __init__(self, database: Database, audit: ConsentAudit | None = None) -> None:
        self._database = database
        self.audit: ConsentAudit = audit or LoggedConsents()

    async def take(self, scope: Scope, wanted: Wanted) -> str | None:
        """The id of a consent of the scope's principal that covers `wanted`; None if there is none."""
        user_id = scope.principal.id
        async with self._database.read(scope) as work:
            found = await ConsentStore(work).covering(user_id, wanted)
        if found is None:
            return None
        if found.span == "once" and found.status == "granted":
            async with self._database.begin(scope) as work:
                if not await ConsentStore(work).use_up(found.id, wanted.use):
                    return None  # another call was faster
        details = {"tool": wanted.tool, "resource": wanted.resource, "use": wanted.use}
        await self.audit.used(scope, found.id, details)
        return found.id

    async def request(self, work: Work, given: ConsentInput) -> Consent:
        """Ask for a consent, or give it at once with `grant`. Asking again changes nothing."""
        principal, now = work.scope.principal, time.time()
        _check(given)
        is_given = given.grant
        if is_given:
            _refuse_agents(work.scope)
        wanted = Consent(
            id=new_id("cns"),
            user_id=given.user_id or principal.id,
            server=given.server,
            tool=given.tool,
            resource=given.resource,
            status="granted" if is_given else "requested",
            span=given.span,
            session_id=given.session_id,
            expires_at=given.expires_at,
            reason=given.reason,
            requested_at=now,
            requested_by=principal.name,
            decided_at=now if is_given else None,
            decided_by=principal.name if is_given else None,
            used_at=None,
        )
        store = ConsentStore(work)
        if not is_given and (known := await store.asked(wanted)) is not None:
            return known
        await store.add(wanted)
        return wanted

    async def grant(self, work: Work, consent: Consent, holding: Holding | None) -> Consent:
        """Give a consent that was asked for, for as long as `holding` says or was asked for."""
        _refuse_agents(work.scope)
        changed = holding.model_dump() if holding else {}
        if holding:
            _check(holding)
        return await self._settle(work, consent, "requested", "granted", **changed)

    async def deny(self, work: Work, consent: Consent) -> Consent:
        """Say no to a consent that was asked for."""
        _refuse_agents(work.scope)
        return await self._settle(work, consent, "requested", "denied")

    async def revoke(self, work: Work, consent: Consent) -> Consent:
        """Withdraw a consent: the next call asks again. Withdrawing again changes nothing."""
        _refuse_agents(work.scope)
        if consent.status in {"revoked", "expired", "used"}:
            return consent
        return await self._settle(work, consent, "granted", "revoked")

    async def get(self, work: Work, consent_id: str) -> Consent:
        found = await ConsentStore(work).get(consent_id)
        if found is None:
            raise ConsentNotFound(f"There is no consent {consent_id[:80]}.")
        return found

    async def listing(
        self,
        work: Work,
        *,
        user_id: str | None,
        status: ConsentStatus | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Consent]:
        """Consents of one person, or of all; newest first."""
        found = await ConsentStore(work).listing(
            user_id=user_id, status=status, cursor=cursor, limit=limit + 1
        )
        page = found[:limit]
        return Page[Consent](items=page, next=page[-1].id if len(found) > limit else None)

    async def _settle(
        self, work: Work, consent: Consent, before: str, after: ConsentStatus, **more: object
    ) -> Consent:
        store, by = ConsentStore(work), work.scope.principal.name
        values = {"status": after, "decided_at": time.time(), "decided_by": by, **more}
        if not await store.settle(consent.id, before, **values):
            raise ConsentDecided(f"This consent is {consent.status}, so it can't be {after}.")
        return await self.get(work, consent.id)


def _refuse_agents(scope: Scope) -> None:
    if scope.principal.kind == "agent":
        raise Denied("An agent can't give, refuse or withdraw consent. A person has to.")


def _check(holding: Holding) -> None:
    """How long it holds, and what that needs."""
    if holding.span == "until" and (holding.expires_at or 0) <= time.time():
        raise BadConsent("`until` needs an `expires_at` in the future.", field="expires_at")
    if holding.span == "session" and not holding.session_id:
        raise BadConsent("`session` needs the `session_id` that it holds for.", field="session_id")
    if holding.span in {"always", "session"} and holding.expires_at is not None:
        raise BadConsent(f"`{holding.span}` takes no `expires_at`.", field="expires_at")
