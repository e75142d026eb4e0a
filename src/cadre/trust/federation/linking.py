"""Linking: whose account it is that a provider vouches for.

An account belongs to a subject of a provider, not to an address. Only the first time the address
decides, and only if the provider says that it is verified and its domain is let in.
"""

import time

from cadre.infra.database import Work
from cadre.kernel.errors import LimitReached
from cadre.kernel.ids import UserId
from cadre.trust.access import SYSTEM, GroupMember, Groups
from cadre.trust.accounts import Enrolled, Enrolment
from cadre.trust.federation.claims import domain_of
from cadre.trust.federation.errors import (
    AccountClosed,
    DomainForeign,
    EmailUnverified,
    NobodyKnown,
    OrgFull,
    OtherSubject,
)
from cadre.trust.federation.provider import Provider, Vouched
from cadre.trust.federation.store import SignInStore


class Linking:
    """Finds, links and makes accounts."""

    def __init__(self, enrolment: Enrolment, groups: Groups) -> None:
        self._enrolment = enrolment
        self._groups = groups

    async def user_for(self, work: Work, provider: Provider, vouched: Vouched) -> UserId:
        """Whose account it is, with the roles and groups of today; or raise why not."""
        store = SignInStore(work)
        user_id = await store.user_of(provider.id, vouched.subject)
        person = None if user_id is None else await self._enrolment.find(work, user_id)
        if person is None:
            person = await self._first_time(work, provider, vouched)
        elif vouched.email is not None and vouched.is_verified:
            _require_domain(provider, vouched.email)
        elif provider.domains:
            raise EmailUnverified
        if person.status == "suspended":
            raise AccountClosed
        await store.used(provider.id, vouched.subject, time.time())
        await self._apply_rules(work, provider, person, vouched)
        return person.id

    async def _first_time(self, work: Work, provider: Provider, vouched: Vouched) -> Enrolled:
        if vouched.email is None or not vouched.is_verified:
            raise EmailUnverified
        _require_domain(provider, vouched.email)
        person = await self._enrolment.by_email(work, vouched.email)
        if person is None:
            person = await self._create(work, provider, vouched, vouched.email)
        elif person.status == "invited":
            await self._enrolment.welcome(work, person.id)
        elif any(e.provider_id == provider.id for e in await SignInStore(work).of_user(person.id)):
            raise OtherSubject
        await SignInStore(work).link(
            provider.id, vouched.subject, person.id, email=vouched.email, now=time.time()
        )
        return person

    async def _create(
        self, work: Work, provider: Provider, vouched: Vouched, email: str
    ) -> Enrolled:
        if not provider.creates_users:
            raise NobodyKnown
        try:
            return await self._enrolment.add(work, email, vouched.name, provider.default_role)
        except LimitReached as error:
            raise OrgFull(error.detail) from error

    async def _apply_rules(
        self, work: Work, provider: Provider, person: Enrolled, vouched: Vouched
    ) -> None:
        roles = [rule for rule in provider.group_map if rule.role is not None]
        if roles:
            given = (rule.role for rule in roles if rule.value in vouched.groups)
            role = next(given, None) or provider.default_role
            await self._enrolment.set_role(work, person.id, role)
        rules = [rule for rule in provider.group_map if rule.group is not None]
        if not rules:
            return
        wanted = {rule.group for rule in rules if rule.value in vouched.groups}
        known = {group.id: group for group in await self._groups.all(work)}
        member = GroupMember(id=person.id)
        for group_id in {rule.group for rule in rules if rule.group in known}:
            assert group_id is not None
            is_in = member in known[group_id].members
            if group_id in wanted and not is_in:
                await self._groups.add(work, SYSTEM, group_id, member)
            elif group_id not in wanted and is_in:
                await self._groups.remove(work, SYSTEM, group_id, member)


def _require_domain(provider: Provider, email: str) -> None:
    if provider.domains and domain_of(email) not in provider.domains:
        raise DomainForeign
