"""Domains: an org is reached by its own name once the DNS says that the name is the org's."""

import hmac
import re
import secrets
import time

from sqlalchemy.exc import IntegrityError

from cadre.infra.database import Database, Work
from cadre.kernel.errors import Invalid
from cadre.kernel.scope import ALL_ORGS, Scope
from cadre.trust.orgs.content import system_scope
from cadre.trust.orgs.errors import DomainNotFound, DomainNotProved, DomainTaken
from cadre.trust.orgs.ports import Resolver
from cadre.trust.orgs.schemas import Domain
from cadre.trust.orgs.store import EveryOrgStore, Found, OrgStore
from cadre.trust.orgs.tenancy import ORGS_TOPIC, Tenants

_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
_MOST = 20


class Domains:
    """The domains of every org."""

    def __init__(self, database: Database, tenants: Tenants, resolver: Resolver) -> None:
        self._database = database
        self._tenants = tenants
        self._resolver = resolver

    async def all(self, work: Work) -> list[Domain]:
        return [_shown(row) for row in await OrgStore(work).domains()]

    async def add(self, work: Work, name: str) -> Domain:
        """Name a domain; the answer says what its DNS has to say."""
        domain, store = _checked(name), OrgStore(work)
        if self._tenants.is_home(domain):
            raise DomainTaken(f"{domain} is the installation's own.", field="domain")
        known = await store.domain(domain)
        if known is not None:
            return _shown(known)
        if len(await store.domains()) >= _MOST:
            raise Invalid(f"An organisation has at most {_MOST} domains.", field="domain")
        await store.add_domain(domain, secrets.token_urlsafe(24), time.time())
        added = await store.domain(domain)
        assert added is not None
        return _shown(added)

    async def verify(self, scope: Scope, name: str) -> Domain:
        """Ask the DNS; from then on the org is reached by the name. No transaction waits for it."""
        async with self._database.read(scope) as work:
            row = await _required(OrgStore(work), name)
        shown = _shown(row)
        said = await self._resolver.texts(shown.record)
        if not any(
            hmac.compare_digest(text.strip().encode(), shown.value.encode()) for text in said
        ):
            raise DomainNotProved(
                f"The DNS does not have the TXT record {shown.record} with {shown.value} yet. "
                "Add it where the domain is managed; it may take minutes to be seen."
            )
        await self._settle(scope, row.domain)
        return shown.model_copy(update={"verified_at": time.time()})

    async def remove(self, work: Work, name: str) -> None:
        """The name leads nowhere from now on."""
        if not await OrgStore(work).delete_domain(name.lower()):
            raise _missing()
        work.touch(ORGS_TOPIC)

    async def _settle(self, scope: Scope, domain: str) -> None:
        taken = DomainTaken(f"Another organisation here has {domain}.", field="domain")
        async with self._database.read(system_scope(ALL_ORGS)) as work:
            owner = await EveryOrgStore(work).by_domain(domain)
        if owner not in {None, scope.org}:
            raise taken
        try:
            async with self._database.begin(scope) as work:
                await OrgStore(work).verify_domain(domain, time.time())
                work.touch(ORGS_TOPIC)
        except IntegrityError:  # somebody else was a moment quicker
            raise taken from None


def _checked(name: str) -> str:
    domain = name.strip().rstrip(".").lower()
    if len(domain) > 240 or not _NAME.fullmatch(domain):
        raise Invalid("Write the domain alone, as agents.example.org.", field="domain")
    return domain


async def _required(store: OrgStore, name: str) -> Found:
    row = await store.domain(name.lower())
    if row is None:
        raise _missing()
    return row


def _missing() -> DomainNotFound:
    return DomainNotFound("Your organisation has not named this domain. Add it first.")


def _shown(row: Found) -> Domain:
    return Domain(
        domain=row.domain,
        record=f"_cadre.{row.domain}",
        value=f"cadre-verify={row.token}",
        created_at=row.created_at,
        verified_at=row.verified_at,
    )
